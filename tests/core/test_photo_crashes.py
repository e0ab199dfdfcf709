"""A photo is there wholly or not at all, whenever the power goes; an acknowledged one is there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from isengard.core.characters.folder_settling import settle
from isengard.core.characters.photo_store import PhotoStore
from isengard.core.storage.library import Library
from support.pictures import add, drawing, saved

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("crashing_upload.py")
#: fsync and rename of the picture, its thumbnail, their folders, the sidecar.
EXPECTED_POINTS = 7


def run(paths, character_id, upload, die_at):
    command = [sys.executable, str(SCRIPT), str(ROOT / "boot.py"), str(paths.root), character_id]
    return subprocess.run([*command, str(upload), str(die_at)], capture_output=True, timeout=60)


def test_dying_at_every_write_leaves_a_whole_library(photos, paths, ann, library, clock, decoder):
    first = add(photos, paths, ann, 0)
    library.close()
    die_at, points = 1, 0
    while True:
        upload = saved(paths, drawing(die_at), "next.upload", format="JPEG")
        done = run(paths, ann.id, upload, die_at)
        assert done.returncode in (0, 9), done.stderr.decode()
        acknowledged = done.stdout.decode().strip()
        reopened = Library(paths)
        settle(reopened, paths)
        store = PhotoStore(reopened, paths, clock, decoder)
        listed = store.list(ann.id)
        assert reopened.row("PRAGMA integrity_check")[0] == "ok" and first in listed
        for photo in listed:
            assert store.image_path(photo, "full").stat().st_size > 0 and store.image_path(photo).is_file()
        json.loads((paths.character(ann.id) / "character.json").read_text())
        assert list(paths.tmp.glob("*.full")) + list(paths.tmp.glob("*.upload")) == []
        reopened.close()
        if done.returncode == 0:
            assert acknowledged in {photo.id for photo in listed}
            break
        assert not acknowledged
        die_at, points = die_at + 1, points + 1
    assert points >= EXPECTED_POINTS
