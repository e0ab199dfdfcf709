"""How long what was deleted can be brought back, and how the name of a file without a row says since when it lies in the trash."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path, PurePath

from .seen_in_trash import Ripe, always

KEPT_DAYS = 30
#: Twenty digits before the name, and a hyphen.
STAMP = "%Y%m%d%H%M%S%f"
_DIGITS = 20


def stamped(name: str, now: datetime) -> str:
    """The file's name in the trash."""
    return f"{now.strftime(STAMP)}-{name}"


def name_of(trashed: PurePath) -> str:
    """The name without the time; '' for a file that has none."""
    has_time = trashed.name[:_DIGITS].isdecimal() and trashed.name[_DIGITS : _DIGITS + 1] == "-"
    return trashed.name[_DIGITS + 1 :] if has_time else ""


def purge_stamped(files: list[Path], now: datetime, kept_days: int = KEPT_DAYS, ripe: Ripe = always) -> int:
    """Remove those that have lain there for so long; how many."""
    cutoff = (now - timedelta(days=kept_days)).strftime(STAMP)
    due = [file for file in files if name_of(file) and file.name[:_DIGITS] < cutoff and ripe(file.name)]
    gone = 0
    for file in due:
        with suppress(FileNotFoundError):  # brought back meanwhile
            file.unlink()
            gone += 1
    return gone
