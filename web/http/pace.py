"""How long a request's body may keep us waiting: as long as it takes, while it comes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from typing import TypeVar

from ...core.errors import TimedOutError

#: Without a byte, and at the beginning.
PATIENCE_S = 30.0
#: A body that comes more slowly than this in the long run holds a connection and says nothing.
LEAST_BYTES_PER_S = 1024
Part = TypeVar("Part")


class Pace:
    """The pace of one body: each part of it is awaited through `next`, its size told to `came`."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._bytes = 0

    async def next(self, part: Awaitable[Part]) -> Part:
        """TimedOutError `body_slow`."""
        now = time.monotonic()
        until = min(self._began + self._bytes / LEAST_BYTES_PER_S, now) + PATIENCE_S
        try:
            return await asyncio.wait_for(part, max(0.0, until - now))
        except asyncio.TimeoutError as slow:
            raise TimedOutError(
                "body_slow",
                "The rest of this request never arrived.",
                "Send it again when the connection is better.",
            ) from slow

    def came(self, size: int) -> None:
        self._bytes += size
