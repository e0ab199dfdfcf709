"""Albums: one small file each in albums/. A picture says itself which album it is in, so that taking an album away moves nothing.

Files, not rows: a pack of before this knows nothing of them, and would refuse a database with a table that it does not know.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection
from datetime import timedelta
from pathlib import Path

from .. import atomic
from ..clock import Clock, iso
from ..errors import NotFoundError
from ..ids import is_id, new_id, require_id
from ..paths import DataPaths, contained
from ..records.album import Album
from ..storage.file_moves import removed
from ..storage.kept_in_trash import KEPT_DAYS
from ..storage.record_files import read_record
from ..storage.seen_in_trash import Ripe, always

#: Whoever changes an album reads it in here first: one that is brought back is not purged as it was before.
_one_at_a_time = threading.RLock()
_log = logging.getLogger("isengard.albums")


class AlbumStore:
    """Store of albums; every change is on the disk when the call returns."""

    def __init__(self, paths: DataPaths, clock: Clock) -> None:
        self._paths = paths
        self._clock = clock

    def create(self, name: str, character_id: str = "") -> Album:
        album = Album(
            id=new_id("alb"), name=name, character_id=character_id, created_at=iso(self._clock.now())
        )
        return self._keep(album)

    def get(self, album_id: str, *, deleted: bool = False) -> Album:
        """Get an album. NotFoundError `album_not_found`; one that was taken away only with `deleted`."""
        album = _read(self._file(require_id("alb", album_id)))
        if album is None or (album.deleted_at is not None and not deleted):
            raise NotFoundError(
                "album_not_found", "There is no such album.", "It may have been deleted: reload."
            )
        return album

    def all(self) -> list[Album]:
        """Every album that was not taken away, newest first."""
        return [album for album in self._every() if album.deleted_at is None]

    def rename(self, album_id: str, name: str) -> Album:
        with _one_at_a_time:
            return self._keep(self.get(album_id).model_copy(update={"name": name}))

    def delete(self, album_id: str) -> Album:
        """Take an album away; its pictures stay where they are, and are in it again once it is restored."""
        with _one_at_a_time:
            return self._keep(self.get(album_id).model_copy(update={"deleted_at": iso(self._clock.now())}))

    def restore(self, album_id: str) -> Album:
        with _one_at_a_time:
            return self._keep(self.get(album_id, deleted=True).model_copy(update={"deleted_at": None}))

    def purge(
        self,
        kept_days: int = KEPT_DAYS,
        tell: Callable[[Collection[str]], object] = len,
        ripe: Ripe = always,
    ) -> int:
        """Remove the files of albums that were taken away so long ago; how many. `tell` gets their ids before they go."""
        cutoff = iso(self._clock.now() - timedelta(days=kept_days))
        due = [album.id for album in self._every() if _is_due(album, cutoff) and ripe(album.id)]
        if due:
            tell(due)
        return sum([self._purge(album_id, cutoff) for album_id in due])

    def deleted(self) -> list[str]:
        """The ids of those that were taken away."""
        return [album.id for album in self._every() if album.deleted_at is not None]

    def _purge(self, album_id: str, cutoff: str) -> bool:
        with _one_at_a_time:
            return _is_due(_read(self._file(album_id)), cutoff) and removed(self._file(album_id))

    def _every(self) -> list[Album]:
        files = sorted(self._paths.albums.glob("alb_*.json"), reverse=True)
        return [album for file in files if (album := _read(file)) is not None]

    def _keep(self, album: Album) -> Album:
        self._paths.albums.mkdir(mode=0o700, exist_ok=True)
        atomic.write_json(self._file(album.id), album.model_dump(mode="json"))
        return album

    def _file(self, album_id: str) -> Path:
        return contained(self._paths.albums, f"{album_id}.json")


def albums_of(paths: DataPaths, character_id: str) -> list[Path]:
    """The files of the albums that a person's photo days made, taken away or not."""
    files = sorted(paths.albums.glob("alb_*.json"))
    return [
        file for file in files if (album := _read(file)) is not None and album.character_id == character_id
    ]


def _is_due(album: Album | None, cutoff: str) -> bool:
    return album is not None and (album.deleted_at or cutoff) < cutoff


def _read(file: Path) -> Album | None:
    """None for what is missing or damaged, or was copied from elsewhere."""
    album = read_record(Album, file, _log, "An album's file cannot be read")
    return album if album is not None and is_id("alb", album.id) and album.id == file.stem else None
