"""What goes on for as long as the process does: each loop has a name, its death is logged and told, and it begins again."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from .errors import IsengardError, reason_of

#: Seconds until a loop begins again: doubled at each death, from the start once it has lived for a while.
FIRST_S, LONGEST_S, LIVED_S = 1.0, 60.0, 300.0
_log = logging.getLogger("isengard.loops")


async def tried(
    task: Callable[[], Awaitable[object]], log: logging.Logger, message: str, /, **context: str
) -> bool:
    """Run one of several tasks that must not keep each other: whatever it ends of is logged, with a traceback where nobody foresaw
    it. Whether it went well."""
    try:
        await task()
    except Exception as fault:
        foreseen = isinstance(fault, (IsengardError, OSError))
        told = {**context, "reason": reason_of(fault)}
        log.warning(message, exc_info=None if foreseen else fault, extra={"context": told})
        return False
    return True


@dataclass(frozen=True)
class Trouble:
    """A loop that has died in this process: how often, of what (the kind of fault alone: texts may hold names)."""

    name: str
    deaths: int
    fault: str
    running: bool


class Loops:
    """Starts them. One that returns has ended of itself and stays so; CancelledError and SystemExit end it too."""

    def __init__(self, first_s: float | None = None) -> None:
        self._first_s = FIRST_S if first_s is None else first_s
        self._troubles: dict[str, Trouble] = {}
        self._tasks: dict[str, Future[None]] = {}
        self._ended = threading.Event()

    def thread(self, name: str, loop: Callable[[], None]) -> None:
        """In a thread of its own, which keeps no process alive."""
        run = threading.Thread(
            target=self._in_thread, args=(name, loop), name=f"isengard-{name}", daemon=True
        )
        run.start()

    def task(
        self, name: str, loop: Callable[[], Coroutine[Any, Any, None]], on: asyncio.AbstractEventLoop
    ) -> None:
        """On an event loop; may be called from any thread."""
        self._tasks[name] = asyncio.run_coroutine_threadsafe(self._in_task(name, loop), on)

    def stop(self) -> None:
        """Begin no loop again: what has died stays dead; whatever runs is stopped by its own means."""
        self._ended.set()

    def troubles(self) -> list[Trouble]:
        """The loops that have died, by name; `running` once they have begun again."""
        return [self._troubles[name] for name in sorted(self._troubles)]

    def _in_thread(self, name: str, loop: Callable[[], None]) -> None:
        pause_s = self._first_s
        while not self._ended.is_set():
            began = time.monotonic()
            try:
                loop()
                return
            except Exception as fault:
                pause_s = self._died(name, fault, began, pause_s)
            self._ended.wait(pause_s)
            self._begins(name)

    async def _in_task(self, name: str, loop: Callable[[], Awaitable[None]]) -> None:
        pause_s = self._first_s
        while not self._ended.is_set():
            began = time.monotonic()
            try:
                await loop()
                return
            except Exception as fault:
                pause_s = self._died(name, fault, began, pause_s)
            await asyncio.sleep(pause_s)
            self._begins(name)

    def _died(self, name: str, fault: Exception, began: float, pause_s: float) -> float:
        """Seconds until it begins again."""
        before = self._troubles.get(name)
        lived = time.monotonic() - began >= LIVED_S
        pause_s = self._first_s if before is None or lived else min(2 * pause_s, LONGEST_S)
        deaths = 1 + (before.deaths if before is not None else 0)
        self._troubles[name] = Trouble(name, deaths, type(fault).__name__, running=False)
        context = {"loop": name, "deaths": deaths, "again_in_s": pause_s}
        _log.error("A loop died and begins again", exc_info=fault, extra={"context": context})
        return pause_s

    def _begins(self, name: str) -> None:
        trouble = self._troubles[name]
        self._troubles[name] = Trouble(
            trouble.name, trouble.deaths, trouble.fault, running=not self._ended.is_set()
        )


def spawn(tasks: set[asyncio.Task[None]], work: Coroutine[Any, Any, None], name: str) -> None:
    """A task beside its loop, kept in `tasks` until it is over; what it dies of is logged."""

    def over(task: asyncio.Task[None]) -> None:
        tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            _log.error("A task died", exc_info=fault, extra={"context": {"task": name}})

    task = asyncio.create_task(work)
    tasks.add(task)
    task.add_done_callback(over)
