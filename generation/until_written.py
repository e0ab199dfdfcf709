"""What has to be written in the end, whatever a full disk or a ledger that is away says meanwhile: tried until it is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from ..core.errors import LedgerAwayError, StorageError, reason_of
from ..core.executor import in_thread

#: Seconds between two tries: the first, doubled each time, and no more than the last.
FIRST_S, LONGEST_S = 1.0, 30.0
#: What says that nothing can be written now.
_CANNOT = (StorageError, LedgerAwayError, OSError)
_log = logging.getLogger("isengard.generation")
Result = TypeVar("Result")


async def until_written(write: Callable[[], Result], generation_id: str) -> Result:
    """Give what `write` gives once there is room for it. It is called anew each time, so that it decides by what holds then; all that room
    does not mend is raised."""
    pause_s = FIRST_S
    while True:
        try:
            return await in_thread(write)
        except _CANNOT as full:
            if pause_s == FIRST_S:
                context = {"generation_id": generation_id, "reason": reason_of(full)}
                _log.warning("The end of a generation waits to be written", extra={"context": context})
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, LONGEST_S)


async def told_if_it_can(telling: Awaitable[None], generation_id: str) -> None:
    """Tell of an order where it can be told. What is kept is driven all the same: else the person would ask for it twice."""
    try:
        await telling
    except _CANNOT as full:
        context = {"generation_id": generation_id, "reason": reason_of(full)}
        _log.warning("An order could not be told", extra={"context": context})
