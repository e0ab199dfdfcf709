"""uploads/<character_id>/character.json: the character, its photos and captions, from which the database can be rebuilt."""

from __future__ import annotations

import json
import logging
import sqlite3
from pathlib import Path

from pydantic import ValidationError

from .. import atomic
from ..clock import Clock, iso
from ..ids import is_id
from ..paths import DataPaths
from ..records.character import Character
from ..records.photo import Photo
from ..records.recovery import Recovery
from ..storage.database import moved_aside
from ..storage.documents import is_damaged, only_new_words
from ..storage.library import Library
from ..storage.recovery_notices import Recoveries
from .trash import trashed_character, trashed_characters

SIDECAR = "character.json"
#: What reading a sidecar raises that is missing or damaged.
_UNREADABLE = (OSError, ValueError, KeyError, TypeError)
_log = logging.getLogger("isengard.sidecars")


def open_library(paths: DataPaths, clock: Clock) -> Library:
    """The library, rebuilt from the sidecars when its database was damaged and moved aside."""
    before = moved_aside(paths.library_db)
    library = Library(paths)
    count = rebuild_from_sidecars(library, paths, clock)
    for kept in moved_aside(paths.library_db) - before:
        recovery = Recovery(code="people_rebuilt", at=iso(clock.now()), count=count, file=kept)
        Recoveries(paths).tell(recovery)
    return library


def write_sidecar(library: Library, paths: DataPaths, character_id: str) -> None:
    """Write the character's sidecar from the database, wherever its folder lies.

    Nothing may move the folder meanwhile: a second one, made where it was, would keep its photos from coming back.
    """
    with library.transaction():
        row = library.row("SELECT id, record, deleted_at FROM character WHERE id=?", (character_id,))
        if row is None:
            return
        character = library.record(Character, row)
        rows = library.rows("SELECT id, record FROM photo WHERE character_id=? ORDER BY id", (character_id,))
        photos = [photo for row in rows if (photo := _told(library, row)) is not None]
        content = {"character": json.loads(character.document()), "photos": photos}
        deleted = row["deleted_at"] is not None
        folder = trashed_character(paths, character_id) if deleted else paths.character(character_id)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        atomic.write_json(folder / SIDECAR, content)


def _told(library: Library, row: sqlite3.Row) -> object:
    """A photo as its row says it, a newer version's that we cannot read as it stands; None for a damaged one."""
    readable = library.records(Photo, [row])
    if readable:
        return readable[0].model_dump(mode="json")
    return None if is_damaged(Photo, row["record"]) else json.loads(row["record"])


def rebuild_from_sidecars(library: Library, paths: DataPaths, clock: Clock) -> int:
    """Fill an empty library from the sidecars (after a damaged database was moved aside); how many characters came back.
    Of those in the trash whose time of deleting is not told, it is now."""
    if library.row("SELECT 1 FROM character LIMIT 1") is not None:
        return 0
    people = 0
    for folder in (paths.uploads, trashed_characters(paths)):
        for sidecar in sorted(folder.glob(f"*/{SIDECAR}")):
            try:
                character, photos = _read(sidecar)
            except _UNREADABLE as damage:
                _log.error(
                    "A character's sidecar cannot be read; it is left as it is",
                    extra={"context": {"folder": sidecar.parent.name, "reason": type(damage).__name__}},
                )
                continue
            deleted_at = None if folder == paths.uploads else character.deleted_at or iso(clock.now())
            _insert(library, character.model_copy(update={"deleted_at": deleted_at}), photos)
            people += 1
    if people:
        _log.warning("Library rebuilt from the sidecars", extra={"context": {"characters": people}})
    return people


def kept_characters(paths: DataPaths) -> list[Character]:
    """Everybody who is not in the trash, by their sidecars alone; those that cannot be read are left out."""
    found = []
    for sidecar in paths.uploads.glob(f"*/{SIDECAR}"):
        try:
            found.append(_read(sidecar)[0])
        except _UNREADABLE:
            continue
    return found


def kept_character(paths: DataPaths, character_id: str, now: str) -> Character | None:
    """As its sidecar says; None where that does not help."""
    kept, trashed = paths.character(character_id), trashed_character(paths, character_id)
    for folder in (kept, trashed):
        try:
            character, _ = _read(folder / SIDECAR)
        except _UNREADABLE:
            continue
        deleted_at = (character.deleted_at or now) if folder == trashed else None
        return character.model_copy(update={"deleted_at": deleted_at})
    return None


def kept_photo(library: Library, paths: DataPaths, photo_id: str) -> Photo | None:
    """As its character's sidecar says; None where that does not help."""
    row = library.row("SELECT character_id FROM photo WHERE id=?", (photo_id,))
    for folder in () if row is None else (paths.character(row[0]), trashed_character(paths, row[0])):
        try:
            _, photos = _read(folder / SIDECAR)
        except _UNREADABLE:
            continue
        return next((photo for photo in photos if photo.id == photo_id), None)
    return None


def _read(sidecar: Path) -> tuple[Character, list[Photo]]:
    """ValueError when its ids are not ids or belong to another folder: hand-made files are not trusted."""
    content = json.loads(sidecar.read_text(encoding="utf-8"))
    character = Character.model_validate(content["character"])
    photos = [Photo.model_validate(photo) for photo in content["photos"] if not _of_tomorrow(photo)]
    if not is_id("chr", character.id) or character.id != sidecar.parent.name:
        raise ValueError("the sidecar belongs to another character")
    for photo in photos:
        named = photo.file in (f"{photo.id}.jpg", f"{photo.id}.png")
        if not is_id("pho", photo.id) or not named or photo.character_id != character.id:
            raise ValueError("the sidecar names a photo that is not its own")
    return character, photos


def _of_tomorrow(photo: object) -> bool:
    """Whether only a newer version can read it."""
    try:
        Photo.model_validate(photo)
    except ValidationError as invalid:
        return only_new_words(invalid)
    return False


def _insert(library: Library, character: Character, photos: list[Photo]) -> None:
    with library.transaction() as database:
        database.execute(
            "INSERT OR IGNORE INTO character VALUES (?,?,?,?)",
            (
                character.id,
                character.slug,
                character.deleted_at,
                character.document(),
            ),
        )
        database.executemany(
            "INSERT OR IGNORE INTO photo VALUES (?,?,?,?,?,?)",
            [
                (p.id, p.character_id, p.sha256, p.pixel_hash, p.deleted_at, p.model_dump_json())
                for p in photos
            ],
        )
