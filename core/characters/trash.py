"""The trash: what is deleted moves here and back; after 30 days it goes for good, and characters are due to be forgotten.

Rows are the truth. A crash between a row's change and its file's move is mended at the next start (settling.py).
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Callable, Collection, Container, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from ..clock import Clock, iso
from ..errors import NotFoundError
from ..generations.generation_files import generation_places, trashed_generation
from ..paths import DataPaths, contained
from ..records.generation import Generation
from ..records.photo import Photo
from ..said import said
from ..storage.file_moves import move
from ..storage.kept_in_trash import KEPT_DAYS, purge_stamped
from ..storage.library import Library
from ..storage.seen_in_trash import Ripe, always

_CHARACTERS = "characters"
_PHOTOS = "photos"
#: Pictures that were deleted one by one.
_SINGLE = "gen_*-*.png"
#: Told the ids of what goes for good, before it goes: what has been said of it must be found nowhere afterwards.
Tell = Callable[[Collection[str]], object]
_log = logging.getLogger("isengard.trash")


def trashed_character(paths: DataPaths, character_id: str) -> Path:
    return contained(paths.trash, _CHARACTERS, character_id)


def trashed_characters(paths: DataPaths) -> Path:
    return paths.trash / _CHARACTERS


def trashed_photo_files(paths: DataPaths, photo_id: str) -> list[Path]:
    return sorted((paths.trash / _PHOTOS).glob(f"{photo_id}.*"))


def trashed_thumb(paths: DataPaths, photo: Photo) -> Path:
    """The small copy of a photo in the trash."""
    return contained(paths.trash, _PHOTOS, f"{photo.id}.thumb")


def file_gone() -> NotFoundError:
    """`photo_file_missing`."""
    return NotFoundError("photo_file_missing", "This photo's file is gone.", "Delete it and add it again.")


def require_files(paths: DataPaths, photos: Sequence[Photo], needed: Container[str]) -> None:
    """Refuse with `photo_file_missing` where a needed photo's file is gone; `photos` are all of a person's, and it is told by its place there."""
    for number, photo in enumerate(photos, 1):
        if photo.id in needed and not photo_files(paths.character(photo.character_id), photo)[0].is_file():
            told = said("The file of photo {number} is gone.", number=number)
            raise NotFoundError("photo_file_missing", told, "Delete it and add it again.")


def photo_files(folder: Path, photo: Photo) -> tuple[Path, Path]:
    """The picture and its thumbnail in a character's folder."""
    return contained(folder, photo.file), contained(folder, "thumbs", f"{photo.id}.jpg")


def move_character(paths: DataPaths, character_id: str, *, into_trash: bool) -> bool:
    """Move the character's folder where it belongs; whether it was elsewhere. Raises StorageError `files_in_use`."""
    places = (paths.character(character_id), trashed_character(paths, character_id))
    return move(*(places if into_trash else reversed(places)))


def move_photo(paths: DataPaths, folder: Path, photo: Photo, *, into_trash: bool) -> bool:
    """Move both files of a photo between `folder` and the trash; whether one was elsewhere. Raises StorageError `files_in_use`."""
    trashed = (contained(paths.trash, _PHOTOS, photo.file), trashed_thumb(paths, photo))
    places = list(zip(photo_files(folder, photo), trashed, strict=True))
    return any([move(*(pair if into_trash else reversed(pair))) for pair in places])


def purge_photos(
    library: Library,
    paths: DataPaths,
    clock: Clock,
    kept_days: int = KEPT_DAYS,
    tell: Tell = len,
    *,
    ripe: Ripe = always,
) -> int:
    """Remove photos that have lain in the trash for 30 days; how many."""
    cutoff, gone = cutoff_of(clock, kept_days), 0
    due = _due(library, "photo", cutoff, tell, ripe)
    for photo_id in due:
        with _still_due(library, "photo", photo_id, cutoff) as database:
            if database is None:
                continue
            for file in trashed_photo_files(paths, photo_id):
                file.unlink()
            database.execute("DELETE FROM photo WHERE id=?", (photo_id,))
            gone += 1
    if gone:
        _log.info("Old photos left the trash", extra={"context": {"photos": gone}})
    return gone


def purge_pictures(
    library: Library,
    paths: DataPaths,
    clock: Clock,
    kept_days: int = KEPT_DAYS,
    tell: Tell = len,
    *,
    ripe: Ripe = always,
) -> int:
    """Remove generations and single pictures that have lain in the trash for 30 days; how many of both."""
    cutoff = cutoff_of(clock, kept_days)
    due = _due(library, "generation", cutoff, tell, ripe)
    whole = sum([_purge_generation(library, paths, generation_id, cutoff) for generation_id in due])
    files = [file for file in paths.trash.glob(_SINGLE) if ripe(file.name)]
    single = sum([_purge_picture(library, paths, file, cutoff) for file in files])
    if whole or single:
        context = {"generations": whole, "pictures": single}
        _log.info("Old pictures left the trash", extra={"context": context})
    return whole + single


def _purge_generation(library: Library, paths: DataPaths, generation_id: str, cutoff: str) -> bool:
    with _still_due(library, "generation", generation_id, cutoff) as database:
        if database is None:
            return False
        folder = trashed_generation(paths, generation_id)
        if folder.is_dir():
            shutil.rmtree(folder)
        for file in paths.trash.glob(f"{generation_id}-*"):  # deleted before the others
            file.unlink()
        database.execute("DELETE FROM generation WHERE id=?", (generation_id,))
    return True


def _purge_picture(library: Library, paths: DataPaths, file: Path, cutoff: str) -> bool:
    with library.transaction():
        if not file.exists() or not _is_due(library, paths, file.name, cutoff=cutoff):
            return False
        file.unlink()
    return True


#: Ids of all that lies in the trash.
_IN_TRASH = """SELECT id FROM character WHERE deleted_at IS NOT NULL UNION ALL
    SELECT id FROM photo WHERE deleted_at IS NOT NULL UNION ALL SELECT id FROM generation WHERE deleted_at IS NOT NULL"""
#: By the kind of record: what lies in the trash since before a time, and whether one of them still does.
_ALL_DUE = {
    "photo": "SELECT id FROM photo WHERE deleted_at < ?",
    "generation": "SELECT id FROM generation WHERE deleted_at < ?",
}
_ONE_DUE = {
    "photo": "SELECT 1 FROM photo WHERE id=? AND deleted_at < ?",
    "generation": "SELECT 1 FROM generation WHERE id=? AND deleted_at < ?",
}


def _due(library: Library, kind: str, cutoff: str, tell: Tell, ripe: Ripe) -> list[str]:
    rows = library.rows(_ALL_DUE[kind], (cutoff,))
    due = [row["id"] for row in rows if ripe(row["id"])]
    if due:
        tell(due)
    return due


@contextmanager
def _still_due(library: Library, kind: str, row_id: str, cutoff: str) -> Iterator[sqlite3.Connection | None]:
    """A transaction in which its files go, then its row; None for what was brought back since it was looked for. Whoever brings
    something back keeps its row first."""
    with library.transaction() as database:
        yield database if library.row(_ONE_DUE[kind], (row_id, cutoff)) is not None else None


def purge_recipes(paths: DataPaths, clock: Clock, kept_days: int = KEPT_DAYS, ripe: Ripe = always) -> int:
    """Remove workflows that have lain in the trash for 30 days, by the time in their names; how many files."""
    return purge_stamped(_recipes(paths), clock.now(), kept_days, ripe)


def _recipes(paths: DataPaths) -> list[Path]:
    return list((paths.trash / "recipes").glob("*-*"))


def names_in_trash(library: Library, paths: DataPaths) -> list[str]:
    """Name all that lies in the trash: ids of rows, names of files. Albums and LoRAs have stores of their own."""
    files = [*paths.trash.glob(_SINGLE), *_recipes(paths)]
    return [*(row["id"] for row in library.rows(_IN_TRASH)), *(file.name for file in files)]


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
        "SELECT id FROM character WHERE deleted_at < ? ORDER BY id", (cutoff_of(clock, kept_days),)
    )
    return [row["id"] for row in rows]


def cutoff_of(clock: Clock, kept_days: int) -> str:
    """Whatever was deleted before this has lain in the trash for so long."""
    return iso(clock.now() - timedelta(days=kept_days))
