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

from ...core import atomic
from ...core.characters.captions import training_caption
from ...core.characters.photo_findings import NOTES, OF_TWO
from ...core.characters.photo_store import PhotoStore
from ...core.errors import StorageError
from ...core.records.character import Character
from ...core.records.photo import Photo
from ...core.said import said

DATASET, HELD_OUT, MANIFEST = "dataset", "held_out", "manifest.json"
#: Photos held back from training to compare with: count of photos -> how many. With two a likeness is already told from a stranger's as
#: surely as with four (0.6 % missed at 0.4 for any number; facts: likeness 2), and without any the training photos are the yardstick.
#: Never more than a quarter.
HELD_OUT_STEPS = ((20, 4), (15, 3), (8, 2))


@dataclass(frozen=True)
class Selection:
    """Which photos train and which are kept back to compare with."""

    trained: list[Photo]
    held_out: list[Photo]


def held_out_count(photos: int) -> int:
    """How many of so many photos are held back."""
    return next((held for least, held in HELD_OUT_STEPS if photos >= least), 0)


def select(photos: Sequence[Photo]) -> Selection:
    """The person's own choice of held-out photos first, filled up evenly over the set with photos without findings.

    Spread over the order of upload: neighbours tend to be of one scene, and scenes should differ. Near-duplicates go to
    one side: a held-out photo whose double is trained on says nothing.
    """
    included = [photo for photo in photos if photo.included]
    doubles = _doubles(photos)
    asked = {photo.id for photo in included if photo.held_out}
    chosen = _with_doubles(asked, doubles, included)
    lacking = held_out_count(len(included)) - len(chosen)
    candidates = [
        photo
        for photo in included
        if photo.id not in chosen and photo.id not in doubles and not _is_weak(photo)
    ]
    if lacking > 0 and candidates:
        stride = max(1, len(candidates) // lacking)
        chosen |= {photo.id for photo in candidates[stride // 2 :: stride][:lacking]}
    held_out = [photo for photo in included if photo.id in chosen]
    return Selection([photo for photo in included if photo.id not in chosen], held_out)


def _is_weak(photo: Photo) -> bool:
    return any(finding.code not in NOTES for finding in photo.findings)


def _doubles(photos: Sequence[Photo]) -> dict[str, set[str]]:
    """Of each photo in use that has near-duplicates or parts of the same photograph in use, all that are one with it.

    The finding stands at the later one of two only; a crop and its original are one, and by it two crops of it are, used or not."""
    groups: dict[str, set[str]] = {}
    here = {photo.id for photo in photos}
    for photo in photos:
        others = [found.other for found in photo.findings if found.code in OF_TWO and found.other in here]
        for other in (*others, *filter(None, [photo.made_from])):
            group = groups.get(photo.id, {photo.id}) | groups.get(other, {other})
            groups.update(dict.fromkeys(group, group))
    used = {photo.id for photo in photos if photo.included}
    return {photo_id: group & used for photo_id, group in groups.items() if len(group & used) > 1}


def _with_doubles(asked: set[str], doubles: dict[str, set[str]], included: Sequence[Photo]) -> set[str]:
    """What the person holds out takes its doubles along, as long as that leaves most photos to train on."""
    chosen = asked.union(*(doubles.get(photo_id, set()) for photo_id in asked))
    return chosen if 2 * len(chosen) <= len(included) else asked


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
    message = said("The photos could not be copied: {reason}.", reason=fault.strerror or str(fault))
    if fault.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageError("disk_full", message, "Free some space, then try again.")
    return StorageError(
        "photos_not_copied", message, "Check the data folder's disk and permissions, then try again."
    )


def copy_photo(source: Path, target: Path) -> None:
    """A hard link where the disk can (our photos are never changed in place), else a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
