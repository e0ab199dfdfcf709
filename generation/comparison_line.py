"""The line in which pictures made to compare wait for ComfyUI: it gets a few of them at a time, so that what somebody asks for meanwhile
is drawn next, and not behind a whole wall."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from ..core.records.generation import Purpose

#: One is drawn, and one is there when it is done: ComfyUI never waits for us.
AT_ONCE = 2
_COMPARED: frozenset[Purpose] = frozenset({"bench", "grid"})


@dataclass
class ComparisonLine:
    """A line in the order in which they were asked for; no comparison is sent while a picture that somebody asked for is not done."""

    _waiting: dict[str, asyncio.Future[None]] = field(default_factory=dict)
    #: comparisons that may send their pictures, or have sent them, and are not done
    _inside: set[str] = field(default_factory=set)
    _wishes: set[str] = field(default_factory=set)

    @asynccontextmanager
    async def turn(
        self, generation_id: str, purpose: Purpose, given_up: Callable[[], Awaitable[bool]]
    ) -> AsyncIterator[None]:
        """Wait until it may send its pictures, and keep its place until they are done. One that was `given_up` before it stood in the
        line waits for nothing, as one that leaves."""
        try:
            if purpose in _COMPARED:
                turn = self._waiting[generation_id] = asyncio.get_running_loop().create_future()
                self._let_in()
                if await given_up():
                    self.leave(generation_id)
                await turn
            else:
                self._wishes.add(generation_id)
            yield
        finally:
            self._waiting.pop(generation_id, None)
            self._inside.discard(generation_id)
            self._wishes.discard(generation_id)
            self._let_in()

    def leave(self, generation_id: str) -> None:
        """Take one that waits out of the line: what it was to send is not wanted any more."""
        turn = self._waiting.pop(generation_id, None)
        if turn is not None and not turn.done():
            turn.set_result(None)

    def _let_in(self) -> None:
        while self._waiting and not self._wishes and len(self._inside) < AT_ONCE:
            first = next(iter(self._waiting))
            self._inside.add(first)
            self.leave(first)
