"""When pictures are measured, where the tools are installed: comparisons as they end, all others while the machine has nothing to do."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ....core.correlation import correlated
from ....core.errors import IsengardError, reason_of
from ....core.executor import in_thread
from ....core.faces.reader import FaceReader
from ....core.faces.tools import NAME
from ....core.jobs.ledger import JobFilter, Ledger
from ....core.records.event import Event
from ....core.records.generation import Generation
from ....core.records.generation_states import ENDED
from ....core.records.job_states import OWNED
from ....generation.service import GenerationService
from ...http.event_stream import EventStream
from ..heard import heard
from .drawn_with import is_due
from .pictures import PictureMeasurer
from .walls import MOST, WallScorer

COMPARED = ("grid", "bench")
#: Pictures that are looked for at once among those of before.
PAGE = 50
#: How often it is asked whether the machine is idle, and how long after something went wrong with a picture of before.
LOOK_S, AFTER_FAULT_S = 5.0, 60.0
_ENDED = {state.value for state in ENDED}
_log = logging.getLogger("isengard.likeness")


@dataclass
class LikenessMeasurer:
    """A measurer of one generation after the other, beside the reader of events, which must not lag.

    `is_quiet`: nothing else of ComfyUI's or of the user's waits for this machine.
    """

    generations: GenerationService
    ledger: Ledger
    faces: FaceReader
    pictures: PictureMeasurer
    walls: WallScorer
    is_quiet: Callable[[], bool]
    look_s: float = LOOK_S
    #: Comparisons that wait, by id, the one that is being measured among them.
    _compared: dict[str, Generation] = field(default_factory=dict)
    #: Walls to be scored once no comparison waits: character, recipe, and the correlation id of what changed last.
    _walls: dict[tuple[str, str], str] = field(default_factory=dict)
    #: Pictures made since the start, the newest last; and those of before, which those are where there is no room for them.
    _fresh: deque[Generation] = field(default_factory=lambda: deque(maxlen=PAGE))
    _before: Iterator[Generation] | None = None
    _awake: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, events: EventStream) -> None:
        """For ever: what has been made."""
        with events.reading() as reader:
            while True:
                self._hear(await reader.next_event())

    async def work(self) -> None:
        """For ever, beside `run`: measure it."""
        self._before = self._unmeasured()
        while True:
            self._awake.clear()
            if self._compared:
                await self._one(next(iter(self._compared.values())))
            elif self._walls:
                await self._score()
            else:
                await self._idle()

    async def again(self, character_id: str) -> int:
        """How many pictures of earlier comparisons will be measured now."""
        waiting = await in_thread(self._compared_before, character_id)
        for generation in waiting:
            self._later(generation)
        return len(waiting)

    def soon(self, generation: Generation) -> None:
        """Measure a generation before what waits until the machine is idle: somebody waits for it."""
        if is_due(generation):
            self._later(generation)

    def _hear(self, event: Event) -> None:
        if event.type == "backend.state" and event.subject.id == NAME:
            self._before = self._unmeasured()  # the tools may have come
            self._awake.set()
        if event.type != "generation.state" or event.data.get("state") not in _ENDED:
            return
        generation = heard(Generation, event)
        if generation is None:
            return
        if generation.purpose in COMPARED and is_due(generation):
            self._later(generation)
        elif generation.purpose == "grid" and not generation.images:
            self._wall_of(
                generation
            )  # cancelled or failed: its wall may be whole without it, or no longer be
        elif generation.purpose == "user" and is_due(generation):
            if len(self._fresh) == PAGE:  # the oldest has no room: it is found among those of before
                self._before = self._unmeasured()
            self._fresh.append(generation)
            self._awake.set()

    def _later(self, generation: Generation) -> None:
        self._compared.setdefault(generation.id, generation)
        self._awake.set()

    def _wall_of(self, generation: Generation) -> None:
        for use in generation.request.characters[:1]:
            self._walls[use.id, generation.recipe] = generation.correlation_id
        self._awake.set()

    def _compared_before(self, character_id: str) -> list[Generation]:
        self.generations.characters.get(character_id)
        store = self.generations.store
        pages = [store.list(MOST, character_id=character_id, purpose=purpose) for purpose in COMPARED]
        model = self.faces.model
        return [one for page in pages for one in page.items if one.state in ENDED and is_due(one, model)]

    def _unmeasured(self) -> Iterator[Generation]:
        """All that was ever made and not measured by the model of now, or not for copies: comparisons first, the newest of each first."""
        for purpose in (*COMPARED, "user"):
            for page in self.generations.store.pages(PAGE, purpose=purpose):
                model = self.faces.model
                yield from (one for one in page.items if one.state in ENDED and is_due(one, model))

    async def _one(self, generation: Generation) -> None:
        """A comparison; where the tools are not there, it waits until somebody asks."""
        try:
            if await in_thread(self.faces.is_ready):
                await self._measured(generation)
        finally:
            self._compared.pop(generation.id, None)

    async def _measured(self, generation: Generation) -> bool:
        with correlated(generation.correlation_id):
            try:
                done = await in_thread(self.pictures.measure, generation.id)
            except (IsengardError, OSError, ValueError) as fault:
                context = {"generation_id": generation.id, "reason": reason_of(fault)}
                _log.warning("Likeness could not be measured", extra={"context": context})
                return False
        if done is not None and done.purpose == "grid":
            self._wall_of(done)
        return True

    async def _score(self) -> None:
        (character_id, recipe), correlation_id = self._walls.popitem()
        with correlated(correlation_id):
            try:
                if await in_thread(self.faces.is_ready):
                    await in_thread(self.walls.score, character_id, recipe)
            except (IsengardError, OSError, ValueError) as fault:
                context = {"character_id": character_id, "reason": reason_of(fault)}
                _log.warning("Versions could not be compared", extra={"context": context})

    async def _idle(self) -> None:
        """One generation of before, where the machine has nothing else to do; else wait."""
        if not (self._fresh or self._before) or not await in_thread(self.faces.is_ready):
            await self._wait(None)
        elif not await in_thread(self._is_idle):
            await self._wait(self.look_s)
        else:
            generation = self._fresh.pop() if self._fresh else await in_thread(self._next_before)
            if generation is not None and not await self._measured(generation):
                await self._wait(AFTER_FAULT_S)

    def _next_before(self) -> Generation | None:
        found = next(self._before, None) if self._before else None
        if found is None:
            self._before = None
        return found

    def _is_idle(self) -> bool:
        """Nothing trains, nothing is drawn, and nobody waits."""
        if not self.is_quiet() or self.generations.store.unfinished():
            return False
        return not self.ledger.jobs(JobFilter(states=OWNED), limit=1).items

    async def _wait(self, seconds: float | None) -> None:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._awake.wait(), seconds)
