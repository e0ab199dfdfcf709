"""outputs/<generation id>/generation.json: from these files the rows of generations come back after a damaged database."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from pydantic import ValidationError

from ..clock import Clock, iso
from ..ids import is_id
from ..paths import DataPaths
from ..records.generation import Generation, everybody_in
from ..storage.file_moves import removed
from ..storage.library import Library
from .generation_files import RECORD_FILE, generation_places, trashed_generations

#: Lies in the folder of a picture proof while it is being made: pictures of a person that no row knows.
PROOF_MARK = "proof-in-the-making"
#: Lies in a generation's folder until its row is kept: before that nobody knows whose photos and prompts are in it.
UNKEPT_MARK = "not-kept-yet"
_log = logging.getLogger("isengard.generation_sidecars")


def insert(library: Library, generation: Generation) -> None:
    """Insert a row, and who is in the pictures. A row that is there stays as it is."""
    row = (
        generation.id,
        generation.recipe,
        generation.state.value,
        generation.purpose,
        generation.deleted_at,
        generation.model_dump_json(),
    )
    with library.transaction() as database:
        database.execute("INSERT OR IGNORE INTO generation VALUES (?,?,?,?,?,?)", row)
        database.executemany(
            "INSERT OR IGNORE INTO generation_character VALUES (?,?)",
            [(generation.id, character_id) for character_id in everybody_in(generation)],
        )


def remove_left_proofs(paths: DataPaths) -> int:
    """Remove the folders of proofs that a crash interrupted; tells how many. The mark goes last: pictures in use go at the next start."""
    left = [mark.parent for mark in paths.outputs.glob(f"*/{PROOF_MARK}")]
    for folder in left:
        remove_marked(folder, PROOF_MARK)
    return len(left)


def remove_unkept(library: Library, paths: DataPaths) -> int:
    """Remove the folders of generations that a crash ended before their rows were kept; tells how many. Never one without our mark,
    nor one that a row or its own record knows."""
    left = 0
    for mark in sorted(paths.outputs.glob(f"*/{UNKEPT_MARK}")):
        folder = mark.parent
        known = library.row("SELECT 1 FROM generation WHERE id=?", (folder.name,)) is not None
        if known or (folder / RECORD_FILE).exists():
            removed(mark)
            continue
        remove_marked(folder, UNKEPT_MARK)
        left += 1
    if left:
        _log.warning("Generations that were never kept are removed", extra={"context": {"generations": left}})
    return left


def remove_marked(folder: Path, mark: str) -> bool:
    """Remove a folder as far as it can be, and tell whether it is gone: its mark goes last, so that the next start finds what is in
    use now."""
    return all([removed(entry) for entry in folder.iterdir() if entry.name != mark]) and removed(folder)


def rebuild_generations(library: Library, paths: DataPaths, clock: Clock) -> int:
    """Fill an empty table from the files; how many came back. Where the time of deleting is not told, it is now: nothing
    that may have been deleted yesterday goes today."""
    if library.row("SELECT 1 FROM generation LIMIT 1") is not None:
        return 0
    rebuilt = 0
    for folder, trashed in ((paths.outputs, False), (trashed_generations(paths), True)):
        for sidecar in sorted(folder.glob(f"*/{RECORD_FILE}")):
            try:
                generation = _read(sidecar)
            except (OSError, ValueError, ValidationError) as damage:
                context = {"folder": sidecar.parent.name, "reason": type(damage).__name__}
                _log.error("A generation's file cannot be read", extra={"context": context})
                continue
            deleted_at = (generation.deleted_at or iso(clock.now())) if trashed else None
            insert(library, generation.model_copy(update={"deleted_at": deleted_at}))
            rebuilt += 1
    if rebuilt:
        _log.warning("Generations rebuilt from their files", extra={"context": {"generations": rebuilt}})
    return rebuilt


def kept_generation(paths: DataPaths, generation_id: str, now: str) -> Generation | None:
    """Read a generation as its file says; None where that does not help."""
    kept, trashed = generation_places(paths, generation_id)
    for folder in (kept, trashed):
        try:
            generation = _read(folder / RECORD_FILE)
        except (OSError, ValueError):
            continue
        deleted_at = (generation.deleted_at or now) if folder == trashed else None
        return generation.model_copy(update={"deleted_at": deleted_at})
    return None


def _read(sidecar: Path) -> Generation:
    """ValueError when it belongs to another folder: hand-made files are not trusted."""
    generation = Generation.model_validate(json.loads(sidecar.read_text(encoding="utf-8")))
    if not is_id("gen", generation.id) or generation.id != sidecar.parent.name:
        raise ValueError("the file belongs to another generation")
    return generation
