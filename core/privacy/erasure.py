"""Forgetting a person: everything of theirs that we made, bypassing the trash, with a report of what went.

From its first step to its last a file in run/ says that they are to be forgotten and what is theirs: whatever ends the
server in between, the next start carries on. The person's row goes last of all, so that it can be asked for again, too.
"""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

from .. import atomic
from ..characters.character_store import CharacterStore
from ..errors import NotFoundError, StorageError
from ..ids import is_id
from ..paths import DataPaths, is_link
from ..said import said
from ..storage.forget_mark import FORGET, to_forget
from ..storage.library import Library
from .personal_data import ForgetReport, Inventory, size_of
from .text_search import drop_lines, files_that_mention, finder

_log = logging.getLogger("isengard.forgetting")


def begin(
    paths: DataPaths, characters: CharacterStore, inventory: Inventory, in_trash_before: str = ""
) -> None:
    """From here on they are to be forgotten, and nothing new is made of them. The caller has ended their jobs, and looks once more
    for what came before this returned. ConflictError `not_deleted` where their time in the trash was to be over and is not."""
    if not in_trash_before:
        note(paths, inventory)
    try:
        characters.hide(inventory.character_id, in_trash_before, lambda: note(paths, inventory))
    except NotFoundError:
        _log.info("Their row has gone already")


def note(paths: DataPaths, inventory: Inventory) -> None:
    """Note what is theirs, so that whoever carries on after a kill finds it when the rows are gone."""
    atomic.write_json(to_forget(paths, inventory.character_id), inventory.model_dump(mode="json"))


def remove(paths: DataPaths, inventory: Inventory) -> ForgetReport:
    """Their files, and every line of the logs about them. The ledger's rows are the caller's.

    Raises StorageError `forget_incomplete` when a file is held open; it can be done again.
    """
    report = inventory.counted(paths)
    report.bytes = _remove_files(paths, inventory) + _forget_damaged_databases(paths.root, inventory)
    report.bytes += sum(map(_remove, files_that_mention([paths.prompts], finder(inventory.traces))))
    report.logs = drop_lines(paths.logs, inventory.traces)
    return report


def end(library: Library, paths: DataPaths, inventory: Inventory) -> None:
    """Their rows, when everything else is gone; then what was written beside them meanwhile, and the word itself."""
    with library.transaction() as database:
        for generation_id in inventory.pictures:
            database.execute("DELETE FROM generation WHERE id=?", (generation_id,))
        database.execute("DELETE FROM character WHERE id=?", (inventory.character_id,))
    library.scrub()
    _remove_files(paths, inventory)
    to_forget(paths, inventory.character_id).unlink(missing_ok=True)
    _log.info("A person was forgotten")


def unfinished(paths: DataPaths) -> list[str]:
    """The people who are to be forgotten and are not yet."""
    names = sorted(mark.stem.removeprefix(FORGET) for mark in paths.run.glob(f"{FORGET}chr_*.json"))
    return [name for name in names if is_id("chr", name)]


def _remove_files(paths: DataPaths, inventory: Inventory) -> int:
    return sum(_remove(target) for target in (*inventory.folders(paths), *inventory.files(paths)))


def _remove(target: Path) -> int:
    """Delete a file or folder of ours; its size in bytes. A link is removed, never what it points to."""
    try:
        return _removed_bytes(target)
    except OSError as fault:
        raise StorageError(
            "forget_incomplete",
            said(
                "{file} could not be deleted: {reason}.",
                file=target.name,
                reason=fault.strerror or str(fault),
            ),
            "Close other programs that use it (ComfyUI may hold a LoRA: free its models), then forget again. Isengard also tries again at ComfyUI's next start.",
        ) from fault


def _removed_bytes(target: Path) -> int:
    size = size_of(target)
    if is_link(target) or target.is_file():
        target.unlink()
    elif target.is_dir():
        shutil.rmtree(target)
    return size


def _forget_damaged_databases(root: Path, inventory: Inventory) -> int:
    """Databases moved aside as damaged hold old rows; those that name the person go too."""
    needles = [word.encode() for word in inventory.ids]
    databases = [
        file for file in root.glob("*.corrupt-*") if any(needle in file.read_bytes() for needle in needles)
    ]
    return sum(_remove(file) for file in databases)
