"""uploads/<character_id>/character.json: the character, its photos and captions, from which the database can be rebuilt."""

from __future__ import annotations

import json
import logging

from pydantic import ValidationError

from . import atomic
from .library import Library
from .paths import DataPaths
from .records.character import Character
from .records.photo import Photo

SIDECAR = "character.json"
TRASHED_CHARACTERS = "characters"
_log = logging.getLogger("isengard.sidecars")


def write_sidecar(library: Library, paths: DataPaths, character_id: str) -> None:
    """Write the character's sidecar from the database; a character in the trash keeps its last one."""
    row = library.row("SELECT record FROM character WHERE id=? AND deleted_at IS NULL", (character_id,))
    if row is None:
        return
    photos = library.rows("SELECT record FROM photo WHERE character_id=? ORDER BY id", (character_id,))
    content = {"character": json.loads(row[0]), "photos": [json.loads(photo[0]) for photo in photos]}
    folder = paths.character(character_id)
    folder.mkdir(mode=0o700, exist_ok=True)
    atomic.write_json(folder / SIDECAR, content)


def rebuild_from_sidecars(library: Library, paths: DataPaths) -> int:
    """Fill an empty library from the sidecars (after a damaged database was moved aside); how many characters came back."""
    if library.row("SELECT 1 FROM character LIMIT 1") is not None:
        return 0
    found = 0
    folders = [paths.uploads, paths.trash / TRASHED_CHARACTERS]
    for sidecar in (file for folder in folders for file in sorted(folder.glob(f"*/{SIDECAR}"))):
        try:
            content = json.loads(sidecar.read_text(encoding="utf-8"))
            character = Character.model_validate(content["character"])
            photos = [Photo.model_validate(photo) for photo in content["photos"]]
        except (OSError, ValueError, KeyError, TypeError, ValidationError) as damage:
            _log.error(
                "A character's sidecar cannot be read; it is left as it is",
                extra={"context": {"folder": sidecar.parent.name, "reason": type(damage).__name__}},
            )
            continue
        _insert(library, character, photos)
        found += 1
    if found:
        _log.warning("Library rebuilt from the sidecars", extra={"context": {"characters": found}})
    return found


def _insert(library: Library, character: Character, photos: list[Photo]) -> None:
    with library.transaction() as database:
        database.execute(
            "INSERT OR IGNORE INTO character VALUES (?,?,?,?)",
            (
                character.id,
                character.slug,
                character.deleted_at,
                character.model_dump_json(exclude={"versions"}),
            ),
        )
        database.executemany(
            "INSERT OR IGNORE INTO photo VALUES (?,?,?,?,?,?)",
            [
                (p.id, p.character_id, p.sha256, p.pixel_hash, p.deleted_at, p.model_dump_json())
                for p in photos
            ],
        )
