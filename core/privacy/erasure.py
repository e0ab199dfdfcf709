"""Forgetting a person: everything of theirs that we made, bypassing the trash, with a report of what went.

From its first step to its last a file in run/ says that they are to be forgotten and what is theirs: whatever ends the
server in between, the next start carries on. The person's row goes last of all, so that it can be asked for again, too.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Collection
from pathlib import Path

from pydantic import ValidationError

from .. import atomic
from ..characters.character_store import CharacterStore
from ..characters.trash import FORGET, to_forget
from ..errors import NotFoundError, StorageError
from ..ids import is_id
from ..paths import DataPaths
from ..storage.library import Library
from .personal_data import ForgetReport, Inventory, inventory_of, size_of
from .text_search import drop_lines

_log = logging.getLogger("isengard.forgetting")


def find(
    library: Library,
    paths: DataPaths,
    characters: CharacterStore,
    character_id: str,
    *,
    job_ids: Collection[str],
) -> Inventory:
    """What is theirs, and what was when forgetting them began. NotFoundError `character_not_found` where nothing is left."""
    try:
        character = characters.get(character_id, deleted=True)
    except NotFoundError:
        if (begun := _begun(to_forget(paths, character_id))) is None:
            raise
        return begun
    theirs, begun = inventory_of(library, character, job_ids), _begun(to_forget(paths, character_id))
    return theirs.and_before(begun) if begun is not None else theirs


def begin(paths: DataPaths, characters: CharacterStore, theirs: Inventory) -> None:
    """From here on they are to be forgotten, and nothing new is made of them. The caller has ended their jobs."""
    atomic.write_json(to_forget(paths, theirs.character_id), theirs.model_dump(mode="json"))
    try:
        characters.hide(theirs.character_id)
    except NotFoundError:
        _log.info("Their row has gone already")


def remove(paths: DataPaths, theirs: Inventory) -> ForgetReport:
    """Their files, and every line of the logs about them. The ledger's rows are the caller's.

    Raises StorageError `forget_incomplete` when a file is held open; it can be done again.
    """
    report = theirs.counted(paths)
    report.bytes = _remove_files(paths, theirs) + _forget_damaged_databases(paths.root, theirs)
    report.logs = drop_lines(paths.logs, theirs.traces)
    return report


def end(library: Library, paths: DataPaths, theirs: Inventory) -> None:
    """Their rows, when everything else is gone; then what was written beside them meanwhile, and the word itself."""
    with library.transaction() as database:
        for generation_id in theirs.pictures:
            database.execute("DELETE FROM generation WHERE id=?", (generation_id,))
        database.execute("DELETE FROM character WHERE id=?", (theirs.character_id,))
    library.scrub()
    _remove_files(paths, theirs)
    to_forget(paths, theirs.character_id).unlink(missing_ok=True)
    _log.info("A person was forgotten")


def unfinished(paths: DataPaths) -> list[str]:
    """Who is to be forgotten and is not yet."""
    names = sorted(mark.stem.removeprefix(FORGET) for mark in paths.run.glob(f"{FORGET}chr_*.json"))
    return [name for name in names if is_id("chr", name)]


def _begun(mark: Path) -> Inventory | None:
    try:
        return Inventory.model_validate_json(mark.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as damage:
        context = {"file": mark.name, "reason": type(damage).__name__}
        _log.error(
            "What is to be forgotten cannot be read; their rows say it again", extra={"context": context}
        )
        return None


def _remove_files(paths: DataPaths, theirs: Inventory) -> int:
    return sum(_remove(target) for target in (*theirs.folders(paths), *theirs.files(paths)))


def _remove(target: Path) -> int:
    """Delete a file or folder of ours; its size in bytes. A link is removed, never what it points to."""
    try:
        return _removed_bytes(target)
    except OSError as fault:
        raise StorageError(
            "forget_incomplete",
            f"{target.name} could not be deleted: {fault.strerror or fault}.",
            "Close other programs that use it (ComfyUI may hold a LoRA: free its models), then forget again. "
            "The next start of ComfyUI tries it, too.",
        ) from fault


def _removed_bytes(target: Path) -> int:
    size = size_of(target)
    if target.is_symlink() or target.is_file():
        target.unlink()
    elif target.is_dir():
        shutil.rmtree(target)
    return size


def _forget_damaged_databases(root: Path, theirs: Inventory) -> int:
    """Databases moved aside as damaged hold old rows; those that name the person go too."""
    needles = [word.encode() for word in theirs.ids]
    found = [
        file for file in root.glob("*.corrupt-*") if any(needle in file.read_bytes() for needle in needles)
    ]
    return sum(_remove(file) for file in found)
