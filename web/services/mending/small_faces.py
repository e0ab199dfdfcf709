"""Mends small faces by itself: of pictures that were asked for with it, as they end."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import dataclass, field

from ....core.clock import Clock, iso
from ....core.correlation import correlated
from ....core.errors import ConflictError, IsengardError, reason_of
from ....core.records.event import Event
from ....core.records.generation import Generation
from ....core.records.generation_states import GenerationState
from ...http.event_stream import EventStream
from ..heard import heard
from .face_mender import FaceMender

#: What ended that may have pictures; cancelled ones are no longer wanted.
_ENDED = GenerationState.COMPLETED.value
_log = logging.getLogger("isengard.mending")


@dataclass
class SmallFaces:
    """A mender of one picture after the other, beside the reader of events, which must not lag. A generation is told again whenever anything of it
    changes: only those that ended since the start count, and each once."""

    mender: FaceMender
    clock: Clock
    _since: str = ""
    _seen: set[str] = field(default_factory=set)
    _waiting: deque[Generation] = field(default_factory=deque)
    _awake: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, events: EventStream) -> None:
        """For ever: hear what has been made."""
        self._since = iso(self.clock.now())
        with events.reading() as reader:
            while True:
                self._hear(await reader.next_event())

    async def work(self) -> None:
        """For ever, beside `run`: mend it."""
        while True:
            self._awake.clear()
            if self._waiting:
                await self._mend(self._waiting.popleft())
            else:
                await self._awake.wait()

    def _hear(self, event: Event) -> None:
        if event.type != "generation.state" or event.data.get("state") != _ENDED:
            return
        generation = heard(Generation, event)
        if generation is None or generation.id in self._seen or not self._is_wanted(generation):
            return
        self._seen.add(generation.id)
        self._waiting.append(generation)
        self._awake.set()

    def _is_wanted(self, generation: Generation) -> bool:
        asked = generation.request.mend_faces and generation.purpose == "user"
        return asked and (generation.finished_at or "") >= self._since

    async def _mend(self, generation: Generation) -> None:
        """Each of its pictures; one that cannot be mended is told in the log, and stays as it is."""
        for image in generation.images:
            if image.deleted_at is not None or image.look:
                continue
            context = {"generation_id": generation.id, "n": image.n}
            with correlated(generation.correlation_id):
                try:
                    await self.mender.mend((generation.id, image.n), generation.correlation_id, asked=False)
                except ConflictError as fine:
                    _log.info("No face to mend", extra={"context": {**context, "code": fine.code}})
                except (IsengardError, OSError, ValueError) as fault:
                    reason = {"reason": reason_of(fault)}
                    _log.warning("Small faces could not be mended", extra={"context": context | reason})
