"""The data set of a job, frozen at submit: private copies, captions beside them, held-out photos apart, one manifest.

AI-Toolkit writes caches into the folder it trains from, so it never sees uploads/ itself.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..core import atomic
from ..core.captions import training_caption
from ..core.errors import StorageError
from ..core.photos import PhotoStore
from ..core.records.character import Character
from ..core.records.photo import Photo
from .presets import held_out_count

DATASET, HELD_OUT, MANIFEST = "dataset", "held_out", "manifest.json"


@dataclass(frozen=True)
class Selection:
    """Which photos train and which are kept back to compare with."""

    trained: list[Photo]
    held_out: list[Photo]


def select(photos: Sequence[Photo]) -> Selection:
    """The person's own choice of held-out photos first, filled up evenly over the set with photos without findings.

    Spread over the order of upload: neighbours tend to be of one scene, and scenes should differ.
    """
    included = [photo for photo in photos if photo.included]
    chosen = [photo for photo in included if photo.held_out]
    wanted = held_out_count(len(included)) - len(chosen)
    candidates = [photo for photo in included if not photo.held_out and not photo.findings]
    if wanted > 0 and candidates:
        stride = max(1, len(candidates) // wanted)
        chosen += candidates[stride // 2 :: stride][:wanted]
    ids = {photo.id for photo in chosen}
    return Selection([photo for photo in included if photo.id not in ids], chosen)


def freeze(job_dir: Path, character: Character, selection: Selection, photos: PhotoStore) -> None:
    """Write dataset/, held_out/ and the manifest. Raises StorageError `disk_full` when they do not fit, else
    `photos_not_copied`."""
    entries = []
    try:
        for folder, group in ((DATASET, selection.trained), (HELD_OUT, selection.held_out)):
            (job_dir / folder).mkdir(mode=0o700)
            for number, photo in enumerate(group, 1):
                source = photos.image_path(photo, "full")
                file = job_dir / folder / f"{number:04d}{source.suffix}"
                copy_photo(source, file)
                caption = training_caption(photo, character)
                file.with_suffix(".txt").write_text(caption, encoding="utf-8")
                entries.append({"photo_id": photo.id, "file": f"{folder}/{file.name}", "caption": caption})
        atomic.write_json(job_dir / MANIFEST, {"character_id": character.id, "photos": entries})
    except OSError as fault:
        shutil.rmtree(job_dir, ignore_errors=True)
        raise not_copied(fault) from fault


def not_copied(fault: OSError) -> StorageError:
    """`disk_full`, or `photos_not_copied` for every other reason."""
    said = f"The photos could not be copied: {fault.strerror or fault}."
    if fault.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageError("disk_full", said, "Free some space, try again.")
    return StorageError(
        "photos_not_copied", said, "Check the data folder's disk and permissions, then try again."
    )


def copy_photo(source: Path, target: Path) -> None:
    """A hard link where the disk can (our photos are never changed in place), else a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
