"""A little room kept beside the ledger, given up when the disk is full, so that it can still be said that it is full."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

RESERVE_BYTES = 1024**2
#: It is made (again) only where so many times as much is free.
_EASY = 4


class Reserve:
    def __init__(self, database: Path) -> None:
        self._file = database.with_suffix(".reserve")

    def make(self) -> None:
        """Best effort: without it everything works until the disk is full."""
        try:
            if self._file.exists() or shutil.disk_usage(self._file.parent).free < _EASY * RESERVE_BYTES:
                return
            # one step, owner only; real bytes, as a sparse file would reserve nothing
            descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(bytes(RESERVE_BYTES))
        except OSError:
            self.give()

    def give(self) -> bool:
        """True when there was something to give."""
        try:
            self._file.unlink()
        except OSError:
            return False
        return True
