"""The trash: what is deleted moves here and back; after 30 days it goes for good, and characters are due to be forgotten.

Rows are the truth. A crash between a row's change and its file's move is mended by `settle` at the next start.
"""

from __future__ import annotations

import logging
import shutil
from datetime import timedelta
from pathlib import Path

from . import atomic
from .clock import Clock, iso
from .errors import StorageError
from .generation_sidecars import trashed_generation
from .library import Library
from .paths import DataPaths, contained
from .records.generation import Generation
from .records.photo import Photo

KEPT_DAYS = 30
#: Twenty digits before the name of a workflow in the trash.
RECIPE_STAMP = "%Y%m%d%H%M%S%f"
_CHARACTERS = "characters"
_PHOTOS = "photos"
#: What an upload cut off by a crash leaves in tmp/.
_UNFINISHED = ("*.upload", "*.full", "*.thumb")
_log = logging.getLogger("isengard.trash")


def trashed_character(paths: DataPaths, character_id: str) -> Path:
    return contained(paths.trash, _CHARACTERS, character_id)


def trashed_characters(paths: DataPaths) -> Path:
    return paths.trash / _CHARACTERS


def trashed_photo_files(paths: DataPaths, photo_id: str) -> list[Path]:
    return sorted((paths.trash / _PHOTOS).glob(f"{photo_id}.*"))


def photo_files(folder: Path, photo: Photo) -> tuple[Path, Path]:
    """The picture and its thumbnail in a character's folder."""
    return contained(folder, photo.file), contained(folder, "thumbs", f"{photo.id}.jpg")


def move_character(paths: DataPaths, character_id: str, *, into_trash: bool) -> None:
    """Move the character's folder, when it is not there yet. Raises StorageError `files_in_use`."""
    _move(paths.character(character_id), trashed_character(paths, character_id), into_trash)


def move_photo(paths: DataPaths, folder: Path, photo: Photo, *, into_trash: bool) -> None:
    """Move both files of a photo between `folder` and the trash. Raises StorageError `files_in_use`."""
    names = (photo.file, f"{photo.id}.thumb")
    for kept, name in zip(photo_files(folder, photo), names, strict=True):
        _move(kept, contained(paths.trash, _PHOTOS, name), into_trash)


def settle(library: Library, paths: DataPaths) -> None:
    """Put every folder and photo where its row says it is, and clear away unfinished uploads.

    The server calls this once at its start, before it takes requests.
    """
    for unfinished in (file for ending in _UNFINISHED for file in paths.tmp.glob(ending)):
        unfinished.unlink()
    for row in library.rows("SELECT id, deleted_at FROM character"):
        move_character(paths, row["id"], into_trash=row["deleted_at"] is not None)
        folder = (
            paths.character(row["id"]) if row["deleted_at"] is None else trashed_character(paths, row["id"])
        )
        for photo in library.rows("SELECT record FROM photo WHERE character_id=?", (row["id"],)):
            record = Photo.model_validate_json(photo["record"])
            move_photo(paths, folder, record, into_trash=record.deleted_at is not None)


def purge_photos(library: Library, paths: DataPaths, clock: Clock) -> int:
    """Remove photos that have lain in the trash for 30 days; how many."""
    due = library.rows("SELECT id FROM photo WHERE deleted_at < ?", (_cutoff(clock),))
    for row in due:
        for file in trashed_photo_files(paths, row["id"]):
            file.unlink()
        with library.transaction() as database:
            database.execute("DELETE FROM photo WHERE id=?", (row["id"],))
    if due:
        _log.info("Old photos left the trash", extra={"context": {"photos": len(due)}})
    return len(due)


def purge_pictures(library: Library, paths: DataPaths, clock: Clock) -> int:
    """Remove generations and single pictures that have lain in the trash for 30 days; how many of both."""
    cutoff = _cutoff(clock)
    due = [row["id"] for row in library.rows("SELECT id FROM generation WHERE deleted_at < ?", (cutoff,))]
    for generation_id in due:
        folder = trashed_generation(paths, generation_id)
        if folder.is_dir():
            shutil.rmtree(folder)
        with library.transaction() as database:
            database.execute("DELETE FROM generation WHERE id=?", (generation_id,))
    single = [file for file in paths.trash.glob("gen_*-*.png") if _is_due(library, file.name, cutoff)]
    for file in single:
        file.unlink()
    if due or single:
        context = {"generations": len(due), "pictures": len(single)}
        _log.info("Old pictures left the trash", extra={"context": context})
    return len(due) + len(single)


def purge_recipes(paths: DataPaths, clock: Clock) -> int:
    """Remove workflows that have lain in the trash for 30 days, by the time in their names; how many files."""
    cutoff = (clock.now() - timedelta(days=KEPT_DAYS)).strftime(RECIPE_STAMP)
    stamped = [file for file in (paths.trash / "recipes").glob("*-*") if file.name[:20].isdecimal()]
    due = [file for file in stamped if file.name[:20] < cutoff]
    for file in due:
        file.unlink()
    return len(due)


def _is_due(library: Library, name: str, cutoff: str) -> bool:
    """Whether a single picture's time is over; one whose generation is gone has no way back."""
    generation_id, _, file = name.partition("-")
    row = library.row("SELECT record FROM generation WHERE id=?", (generation_id,))
    if row is None:
        return True
    images = Generation.model_validate_json(row["record"]).images
    return any(image.file == file and (image.deleted_at or cutoff) < cutoff for image in images)


def due_characters(library: Library, clock: Clock) -> list[str]:
    """Characters deleted 30 days ago or earlier; the caller forgets them together with their jobs."""
    rows = library.rows("SELECT id FROM character WHERE deleted_at < ? ORDER BY id", (_cutoff(clock),))
    return [row["id"] for row in rows]


def _cutoff(clock: Clock) -> str:
    return iso(clock.now() - timedelta(days=KEPT_DAYS))


def _move(kept: Path, trashed: Path, into_trash: bool) -> None:
    source, target = (kept, trashed) if into_trash else (trashed, kept)
    if not source.exists() or target.exists():
        return
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        atomic.replace(source, target)
    except OSError as fault:
        raise StorageError(
            "files_in_use",
            f"The files could not be moved: {fault.strerror or fault}.",
            "Close other programs that show them, then try again.",
        ) from fault
