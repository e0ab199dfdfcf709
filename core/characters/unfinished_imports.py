"""People who are made and filled in one go (imported, drawn): there wholly, or after a kill not at all.

A file in tmp/ says that somebody is being filled. It is there before their row is, and goes when they are complete; whose is
still there at a start is removed.
"""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

from .. import atomic
from ..ids import is_id
from ..paths import DataPaths, contained
from ..storage.library import Library
from .trash import trashed_character, trashed_photo_files

_ENDING = ".filling"
_log = logging.getLogger("isengard.filling")


def begin_filling(paths: DataPaths, character_id: str) -> None:
    atomic.write_bytes(_mark(paths, character_id), b"")


def end_filling(paths: DataPaths, character_id: str) -> None:
    _mark(paths, character_id).unlink(missing_ok=True)


def discard(library: Library, paths: DataPaths, character_id: str) -> None:
    """Remove somebody who was never complete, wherever what is there of them lies."""
    rows = library.rows("SELECT id FROM photo WHERE character_id=?", (character_id,))
    trashed = [file for row in rows for file in trashed_photo_files(paths, row["id"])]
    with library.transaction() as database:
        database.execute("DELETE FROM character WHERE id=?", (character_id,))
    for folder in (paths.character(character_id), trashed_character(paths, character_id)):
        shutil.rmtree(folder, ignore_errors=True)
    for file in trashed:
        file.unlink(missing_ok=True)


def discard_half_filled(library: Library, paths: DataPaths) -> int:
    """At a start: those whose import a kill cut off; how many."""
    left = sorted(mark.stem for mark in paths.tmp.glob(f"*{_ENDING}"))
    for character_id in filter(lambda name: is_id("chr", name), left):
        discard(library, paths, character_id)
        end_filling(paths, character_id)
    if left:
        _log.warning("Half-imported people were removed", extra={"context": {"people": len(left)}})
    return len(left)


def _mark(paths: DataPaths, character_id: str) -> Path:
    return contained(paths.tmp, f"{character_id}{_ENDING}")
