"""People who are made and filled in one go (imported, drawn): there wholly, or after a kill not at all.

A file in tmp/ says that somebody is being filled, and as soon as they have one, under which slug. It is there before their row
is, and loses its name when they are complete; whose still has it at a start is removed.
"""

from __future__ import annotations

import contextlib
import json
import logging
from pathlib import Path

from .. import atomic
from ..ids import is_id
from ..paths import DataPaths, contained, entry_of
from ..storage.file_moves import left_for_later, removed
from ..storage.library import Library
from .trash import trashed_characters, trashed_photo_files

_ENDING = ".filling"
#: The same file when they are complete: it says nothing more, and may stay until somebody clears it away.
FILLED = ".filled"
_log = logging.getLogger("isengard.filling")


def begin_filling(paths: DataPaths, character_id: str, slug: str = "") -> None:
    """Again with the slug, before anything lies under it."""
    atomic.write_json(_mark(paths, character_id), {"slug": slug})


def end_filling(paths: DataPaths, character_id: str) -> None:
    """Say that they are complete, which holds from the moment the file has another name: clearing it away may fail."""
    filled = contained(paths.tmp, f"{character_id}{FILLED}")
    atomic.replace(_mark(paths, character_id), filled)
    with contextlib.suppress(OSError):  # the next start clears it away
        filled.unlink()


def discard(library: Library, paths: DataPaths, character_id: str) -> None:
    """Remove somebody who was never complete, wherever what is there of them lies; what is in use goes at the next start."""
    rows = library.rows("SELECT id FROM photo WHERE character_id=?", (character_id,))
    places = [entry_of(folder, character_id) for folder in (paths.uploads, trashed_characters(paths))]
    places += [file for row in rows for file in trashed_photo_files(paths, row["id"])]
    slug = _slug(library, paths, character_id)
    with library.transaction() as database:
        database.execute("DELETE FROM character WHERE id=?", (character_id,))
    if slug and library.row("SELECT 1 FROM character WHERE slug=?", (slug,)) is None:
        places.append(entry_of(paths.models, slug))
    if all([removed(place) for place in places]):
        _mark(paths, character_id).unlink(missing_ok=True)
    else:
        context = {"character_id": character_id}
        _log.warning(
            "Files of a half-imported person are in use and stay for now", extra={"context": context}
        )


def discard_half_filled(library: Library, paths: DataPaths) -> int:
    """At a start: those whose import a kill cut off; how many."""
    left = sorted(mark.stem for mark in paths.tmp.glob(f"*{_ENDING}"))
    for character_id in filter(lambda name: is_id("chr", name), left):
        with left_for_later(character_id=character_id):
            discard(library, paths, character_id)
    if left:
        _log.warning("Half-imported people were removed", extra={"context": {"people": len(left)}})
    return len(left)


def _slug(library: Library, paths: DataPaths, character_id: str) -> str:
    """By their row, or by the file where their row has gone already; '' where they never had one."""
    row = library.row("SELECT slug FROM character WHERE id=?", (character_id,))
    if row is not None:
        return str(row["slug"])
    try:
        return str(json.loads(_mark(paths, character_id).read_bytes())["slug"])
    except (OSError, ValueError, TypeError, KeyError):  # an older version wrote nothing into it
        return ""


def _mark(paths: DataPaths, character_id: str) -> Path:
    return contained(paths.tmp, f"{character_id}{_ENDING}")
