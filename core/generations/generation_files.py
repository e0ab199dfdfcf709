"""Where the files of pictures lie, in outputs/ and in the trash, and moving them between the two."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from ..errors import NotFoundError
from ..ids import is_id
from ..paths import DataPaths, contained
from ..records.generation import GeneratedImage, Generation
from ..storage.file_moves import left_for_later, move
from ..storage.library import Library

RECORD_FILE = "generation.json"
_TRASHED = "generations"
_log = logging.getLogger("isengard.generation_files")


def prompts_in(file: Path) -> list[dict[str, Any]]:
    """The prompts of a file as they were sent, one a picture. NotFoundError `workflow_not_found` where it is gone or damaged."""
    try:
        prompts = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        prompts = None
    if not isinstance(prompts, list) or not prompts or not all(isinstance(one, dict) for one in prompts):
        raise NotFoundError(
            "workflow_not_found",
            "The workflow was not kept.",
            "The picture's PNG file holds it: drop that file onto the canvas.",
        )
    return prompts


def trashed_generations(paths: DataPaths) -> Path:
    return paths.trash / _TRASHED


def trashed_generation(paths: DataPaths, generation_id: str) -> Path:
    return contained(paths.trash, _TRASHED, generation_id)


def generation_places(paths: DataPaths, generation_id: str) -> tuple[Path, Path]:
    """The generation's folder in outputs/ and in the trash; it lies in one of them."""
    return paths.generation(generation_id), trashed_generation(paths, generation_id)


def image_places(paths: DataPaths, generation_id: str, image: GeneratedImage) -> tuple[Path, Path]:
    """A picture in its folder and in the trash."""
    kept = contained(paths.generation(generation_id), image.file)
    return kept, contained(paths.trash, f"{generation_id}-{image.file}")


def thumbnail_path(picture: Path) -> Path:
    """Path of a picture's small copy, once it was made."""
    return picture.parent / "thumbs" / f"{picture.stem}.jpg"


def move_generation(paths: DataPaths, generation: Generation) -> bool:
    """Move its folder to where the record says; tells whether it was elsewhere. Raises StorageError `files_in_use`."""
    kept, trashed = generation_places(paths, generation.id)
    return move(trashed, kept) if generation.deleted_at is None else move(kept, trashed)


def move_image(paths: DataPaths, generation_id: str, image: GeneratedImage) -> bool:
    """Move a picture to where the record says; tells whether it was elsewhere. Raises StorageError `files_in_use`."""
    kept, trashed = image_places(paths, generation_id, image)
    if image.deleted_at is None:
        return move(trashed, kept)
    moved = move(kept, trashed)
    try:
        thumbnail_path(kept).unlink(missing_ok=True)
    except OSError as fault:  # nobody looks for it any more
        context = {"generation_id": generation_id, "reason": str(fault)}
        _log.warning("A deleted picture's thumbnail stays", extra={"context": context})
    return moved


def follow(paths: DataPaths, before: Generation, after: Generation) -> None:
    """Move what has gone or come back between the two. Raises StorageError `files_in_use`.

    A generation that comes back is there before its pictures come, and one that goes goes after them."""
    if before.deleted_at is not None and after.deleted_at is None:
        move_generation(paths, after)
    for image in after.images:
        move_image(paths, after.id, image)
    if before.deleted_at is None and after.deleted_at is not None:
        move_generation(paths, after)


def settle_generations(library: Library, paths: DataPaths) -> int:
    """Finish the moves that a crash prevented; how many. Only what lies in the trash or is said to be there is looked at."""
    moved = 0
    for generation in _concerned(library, paths):
        with left_for_later(generation_id=generation.id):
            moved += move_generation(paths, generation)
        for image in generation.images if generation.deleted_at is None else ():
            with left_for_later(generation_id=generation.id, file=image.file):
                moved += move_image(paths, generation.id, image)
    if moved:
        _log.warning("Pictures moved to where their rows say", extra={"context": {"moved": moved}})
    return moved


def _concerned(library: Library, paths: DataPaths) -> list[Generation]:
    """A deleted picture has its time in the record as text, and so has a deleted generation."""
    trashed = {entry.name[: entry.name.find("-")] for entry in paths.trash.glob("gen_*-*")}
    trashed |= {entry.name for entry in trashed_generations(paths).glob("gen_*")}
    rows = library.rows('SELECT id, record FROM generation WHERE record LIKE \'%"deleted_at":"%\'')
    concerned = library.records(Generation, rows)
    for generation_id in sorted(trashed - {generation.id for generation in concerned}):
        row = library.row("SELECT id, record FROM generation WHERE id=?", (generation_id,))
        if row is not None and is_id("gen", generation_id):
            concerned += library.records(Generation, [row])
    return concerned
