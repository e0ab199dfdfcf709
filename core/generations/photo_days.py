"""Photo days: one file each in the folder of the person they show, uploads/<character id>/photo_days/.

So a day goes into the trash with its person, comes back with them, and is gone once they are forgotten, whichever version of us does it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from .. import atomic
from ..errors import NotFoundError
from ..ids import is_id, require_id
from ..paths import DataPaths, contained
from ..records.photo_day import PhotoDay
from ..storage.record_files import read_record

FOLDER = "photo_days"
_log = logging.getLogger("isengard.photo_days")


class PhotoDayStore:
    """Store of photo days; every change is on the disk when the call returns. Of people in the trash it knows nothing."""

    def __init__(self, paths: DataPaths) -> None:
        self._paths = paths
        #: A change is read, made and written by one thread at a time.
        self._turn = threading.Lock()

    def create(self, day: PhotoDay) -> PhotoDay:
        with self._turn:
            contained(self._paths.character(day.character_id), FOLDER).mkdir(mode=0o700, exist_ok=True)
            return self._keep(day)

    def get(self, day_id: str) -> PhotoDay:
        """Get a day. NotFoundError `photo_day_not_found`."""
        name = f"{require_id('day', day_id)}.json"
        found = [day for file in self._paths.uploads.glob(f"*/{FOLDER}/{name}") if (day := _read(file))]
        if not found:
            raise NotFoundError("photo_day_not_found", "There is no such photo day.", "Reload this page.")
        return found[0]

    def all(self, character_id: str = "") -> list[PhotoDay]:
        """Every day, the newest first, or a person's."""
        whose = require_id("chr", character_id) if character_id else "*"
        files = self._paths.uploads.glob(f"{whose}/{FOLDER}/day_*.json")
        return [day for file in sorted(files, key=lambda one: one.name, reverse=True) if (day := _read(file))]

    def change(
        self,
        day_id: str,
        change: Callable[[PhotoDay], PhotoDay],
        tell: Callable[[PhotoDay], object] = lambda day: None,
    ) -> PhotoDay:
        """Keep what `change` makes of the day as it is now, and `tell` it where it is another. NotFoundError `photo_day_not_found`."""
        with self._turn:
            before = self.get(day_id)
            after = change(before)
            if after != before:
                tell(self._keep(after))
            return after

    def remove(self, day_id: str) -> PhotoDay:
        """Remove the plan; its pictures stay where they are."""
        with self._turn:
            day = self.get(day_id)
            self._file(day).unlink()
            return day

    def pause_of(self, character_id: str) -> None:
        """Let nothing more be drawn of a person's days."""
        for day in self.all(character_id):
            if day.state == "running":
                self.change(day.id, lambda known: known.model_copy(update={"state": "paused"}))

    def is_drawing(self, character_id: str) -> bool:
        """Tell whether a picture of a person's days is ordered, or is about to be; once none is, all that was told of them has been."""
        with self._turn:
            return any(day.drawing is not None for day in self.all(character_id))

    def _keep(self, day: PhotoDay) -> PhotoDay:
        """FileNotFoundError would say the person's folder: it went into the trash meanwhile, and the day with it."""
        file = self._file(day)
        if not file.parent.is_dir():
            raise NotFoundError("photo_day_not_found", "There is no such photo day.", "Reload this page.")
        atomic.write_json(file, day.model_dump(mode="json"))
        return day

    def _file(self, day: PhotoDay) -> Path:
        return contained(self._paths.character(day.character_id), FOLDER, f"{day.id}.json")


def _read(file: Path) -> PhotoDay | None:
    """None for what is missing or damaged, or belongs to another folder."""
    day = read_record(PhotoDay, file, _log, "A photo day's file cannot be read")
    if day is None:
        return None
    theirs = is_id("day", day.id) and file.stem == day.id and file.parent.parent.name == day.character_id
    return day if theirs else None
