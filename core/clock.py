"""Time as a port, so that rules about leases, retention and dates are tested without waiting."""

from __future__ import annotations

import time
from datetime import datetime, timezone
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The wall clock, timezone-aware UTC: for people and file names, never for leases."""

    def monotonic(self) -> float:
        """Seconds that only grow: for leases and time limits."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(timezone.utc)

    def monotonic(self) -> float:
        return time.monotonic()


def moment(text: str) -> datetime:
    """Read a timestamp that `iso` wrote. ValueError for another text."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and `Z`, the format of every timestamp we write."""
    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
