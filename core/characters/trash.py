"""The trash: what is deleted moves here and back; after 30 days it goes for good, and characters are due to be forgotten.

Rows are the truth. A crash between a row's change and its file's move is mended at the next start (settling.py).
"""

from __future__ import annotations

import logging
import shutil
from datetime import timedelta
from pathlib import Path

from ..clock import Clock, iso
from ..generations.generation_files import generation_places, trashed_generation
from ..paths import DataPaths, contained
from ..records.generation import Generation
from ..records.photo import Photo
from ..storage.file_moves import move
from ..storage.kept_in_trash import KEPT_DAYS, purge_stamped
from ..storage.library import Library

_CHARACTERS = "characters"
_PHOTOS = "photos"
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


def move_character(paths: DataPaths, character_id: str, *, into_trash: bool) -> bool:
    """Move the character's folder where it belongs; whether it was elsewhere. Raises StorageError `files_in_use`."""
    places = (paths.character(character_id), trashed_character(paths, character_id))
    return move(*(places if into_trash else reversed(places)))


def move_photo(paths: DataPaths, folder: Path, photo: Photo, *, into_trash: bool) -> bool:
    """Move both files of a photo between `folder` and the trash; whether one was elsewhere. Raises StorageError `files_in_use`."""
    trashed = (contained(paths.trash, _PHOTOS, name) for name in (photo.file, f"{photo.id}.thumb"))
    places = list(zip(photo_files(folder, photo), trashed, strict=True))
    return any([move(*(pair if into_trash else reversed(pair))) for pair in places])


def purge_photos(library: Library, paths: DataPaths, clock: Clock, kept_days: int = KEPT_DAYS) -> int:
    """Remove photos that have lain in the trash for 30 days; how many."""
    due = library.rows("SELECT id FROM photo WHERE deleted_at < ?", (_cutoff(clock, kept_days),))
    for row in due:
        for file in trashed_photo_files(paths, row["id"]):
            file.unlink()
        with library.transaction() as database:
            database.execute("DELETE FROM photo WHERE id=?", (row["id"],))
    if due:
        _log.info("Old photos left the trash", extra={"context": {"photos": len(due)}})
    return len(due)


def purge_pictures(library: Library, paths: DataPaths, clock: Clock, kept_days: int = KEPT_DAYS) -> int:
    """Remove generations and single pictures that have lain in the trash for 30 days; how many of both."""
    cutoff = _cutoff(clock, kept_days)
    due = [row["id"] for row in library.rows("SELECT id FROM generation WHERE deleted_at < ?", (cutoff,))]
    for generation_id in due:
        folder = trashed_generation(paths, generation_id)
        if folder.is_dir():
            shutil.rmtree(folder)
        for file in paths.trash.glob(f"{generation_id}-*"):  # deleted before the others
            file.unlink()
        with library.transaction() as database:
            database.execute("DELETE FROM generation WHERE id=?", (generation_id,))
    single = [
        file for file in paths.trash.glob("gen_*-*.png") if _is_due(library, paths, file.name, cutoff=cutoff)
    ]
    for file in single:
        file.unlink()
    if due or single:
        context = {"generations": len(due), "pictures": len(single)}
        _log.info("Old pictures left the trash", extra={"context": context})
    return len(due) + len(single)


def purge_recipes(paths: DataPaths, clock: Clock, kept_days: int = KEPT_DAYS) -> int:
    """Remove workflows that have lain in the trash for 30 days, by the time in their names; how many files."""
    return purge_stamped(list((paths.trash / "recipes").glob("*-*")), clock.now(), kept_days)


def _is_due(library: Library, paths: DataPaths, name: str, *, cutoff: str) -> bool:
    """Whether a single picture's time is over. One whose generation is gone, folder and all, has no way back; where only the
    row is missing it may come back."""
    generation_id, _, file = name.partition("-")
    row = library.row("SELECT id, record FROM generation WHERE id=?", (generation_id,))
    if row is None:
        return not any(place.exists() for place in generation_places(paths, generation_id))
    images = [image for one in library.records(Generation, [row]) for image in one.images]
    return any(image.file == file and (image.deleted_at or cutoff) < cutoff for image in images)


def due_characters(library: Library, clock: Clock, kept_days: int = KEPT_DAYS) -> list[str]:
    """Characters deleted 30 days ago or earlier; the caller forgets them together with their jobs."""
    rows = library.rows(
        "SELECT id FROM character WHERE deleted_at < ? ORDER BY id", (_cutoff(clock, kept_days),)
    )
    return [row["id"] for row in rows]


def _cutoff(clock: Clock, kept_days: int) -> str:
    return iso(clock.now() - timedelta(days=kept_days))
