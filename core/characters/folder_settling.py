"""At a start, before anything is asked: what a crash left half-done is finished or cleared away. Rows are the truth."""

from __future__ import annotations

import logging
from pathlib import Path

from ..atomic import TEMP_SUFFIX
from ..paths import DataPaths
from ..records.photo import Photo
from ..storage.file_moves import left_for_later, noted
from ..storage.forget_mark import FORGET
from ..storage.library import Library
from .character_sidecars import write_sidecar
from .trash import move_character, move_photo, trashed_character
from .unfinished_imports import FILLED, discard_half_filled

#: A picture that the canvas has measured: another process reads it from tmp/.
MEASURED = ".measured.png"
#: What an upload, import or measurement cut off by a crash leaves in tmp/; nobody but the server writes these.
_UNFINISHED = ("*.upload", "*.full", "*.thumb", f"*{MEASURED}", f"*{TEMP_SUFFIX}", f"*{FILLED}")
_log = logging.getLogger("isengard.settling")


def settle(library: Library, paths: DataPaths) -> None:
    """Put every folder and photo where its row says it is, and clear away unfinished uploads and imports."""
    for unfinished in _unfinished(paths):
        with left_for_later(file=unfinished.name):
            unfinished.unlink(missing_ok=True)
    discard_half_filled(library, paths)
    for row in library.rows("SELECT id, deleted_at FROM character"):
        _settle_person(library, paths, row["id"], deleted=row["deleted_at"] is not None)


def _unfinished(paths: DataPaths) -> list[Path]:
    files = [file for ending in _UNFINISHED for file in paths.tmp.glob(ending)]
    files += paths.uploads.glob(f"*/*{TEMP_SUFFIX}")
    # a forgetting that never began; its word holds the person's name
    return [*files, *paths.run.glob(f".{FORGET}*{TEMP_SUFFIX}")]


def _settle_person(library: Library, paths: DataPaths, character_id: str, *, deleted: bool) -> None:
    moved = False
    with left_for_later(character_id=character_id):
        moved = move_character(paths, character_id, into_trash=deleted)
    folder = trashed_character(paths, character_id) if deleted else paths.character(character_id)
    rows = library.rows("SELECT id, record FROM photo WHERE character_id=?", (character_id,))
    for photo in library.records(Photo, rows):
        with left_for_later(photo_id=photo.id):
            moved |= move_photo(paths, folder, photo, into_trash=photo.deleted_at is not None)
    if moved:
        noted(lambda: write_sidecar(library, paths, character_id))
        context = {"character_id": character_id}
        _log.warning("Files moved to where their rows say", extra={"context": context})
