"""Forgetting a person: everything of theirs that we made, bypassing the trash, with a report of what went."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Collection
from pathlib import Path

from .belongings import Belongings, ForgetReport, belongings_of, size_of
from .characters import CharacterStore
from .errors import StorageError
from .library import Library
from .mentions import drop_lines
from .paths import DataPaths

_log = logging.getLogger("isengard.forgetting")


def forget(
    library: Library,
    paths: DataPaths,
    characters: CharacterStore,
    character_id: str,
    job_ids: Collection[str],
) -> ForgetReport:
    """Remove the character for good. The caller has ended its jobs and removes their rows from the ledger.

    Raises StorageError `forget_incomplete` when a file is held open; the row goes last, so it can be done again.
    """
    theirs = belongings_of(library, paths, characters.get(character_id, deleted=True), job_ids)
    report = theirs.counted()
    report.bytes = sum(_remove(target) for target in (*theirs.folders, *theirs.files))
    _forget_rows(library, character_id, theirs.pictures)
    report.bytes += _forget_damaged_databases(paths.root, theirs)
    report.logs = drop_lines(paths.logs, {*theirs.ids, f"{theirs.character.slug}/"}, theirs.words)
    counts = {name: value for name, value in report.as_dict().items() if isinstance(value, int)}
    _log.info("A person was forgotten", extra={"context": counts})
    return report


def _forget_rows(library: Library, character_id: str, pictures: Collection[str]) -> None:
    with library.transaction() as database:
        for generation_id in pictures:
            database.execute("DELETE FROM generation WHERE id=?", (generation_id,))
        database.execute("DELETE FROM character WHERE id=?", (character_id,))
    library.scrub()


def _remove(target: Path) -> int:
    """Delete a file or folder of ours; its size in bytes. A link is removed, never what it points to."""
    try:
        return _removed_bytes(target)
    except OSError as fault:
        raise StorageError(
            "forget_incomplete",
            f"{target.name} could not be deleted: {fault.strerror or fault}.",
            "Close other programs that use it (ComfyUI may hold a LoRA: free its models), then forget again.",
        ) from fault


def _removed_bytes(target: Path) -> int:
    size = size_of(target)
    if target.is_symlink() or target.is_file():
        target.unlink()
    elif target.is_dir():
        shutil.rmtree(target)
    return size


def _forget_damaged_databases(root: Path, theirs: Belongings) -> int:
    """Databases moved aside as damaged hold old rows; those that name the person go too."""
    needles = [word.encode() for word in theirs.ids]
    found = [
        file for file in root.glob("*.corrupt-*") if any(needle in file.read_bytes() for needle in needles)
    ]
    return sum(_remove(file) for file in found)
