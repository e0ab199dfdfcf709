"""Mends small faces by itself: of pictures that were asked for with it, as they end, also across a restart."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from ....core.correlation import correlated
from ....core.errors import ConflictError, IsengardError, NotFoundError, NotReadyError, reason_of
from ....core.executor import in_thread
from ....core.records.event import Event
from ....core.records.generation import GeneratedImage, Generation
from ....core.records.generation_states import ENDED, GenerationState
from ....core.records.job import JobError
from ....generation.request_rules import as_job_error
from ...http.event_stream import EventStream
from ..heard import heard
from .face_mender import FaceMender, Place

#: How often one picture is drawn again at most: were it what ends ComfyUI, each start would begin with it.
MOST_TRIES = 2
#: Seconds after our start until ComfyUI takes prompts, and between two looks for one that is away.
AWAY_S = 20.0
#: What was lost with ComfyUI's queue, and how it is told that none is there.
_LOST, _AWAY = "comfyui_restarted", "comfyui_unreachable"
_BROKE = JobError(
    code="mending_broke",
    message="Redrawing the faces stopped unexpectedly.",
    hint="Try again; the log has the reason.",
)
_ENDED = frozenset(state.value for state in ENDED)
_log = logging.getLogger("isengard.mending")


@dataclass
class SmallFaces:
    """A mender of one picture after the other, beside the reader of events, which must not lag. What is wanted stands in the record
    of the pictures (`Generation.mending`) until all of it is drawn: looked after twice, nothing is drawn twice."""

    mender: FaceMender
    away_s: float = AWAY_S
    #: Pictures that need nothing, or that nothing can be done for.
    _through: set[Place] = field(default_factory=set)
    _waiting: deque[str] = field(default_factory=deque)
    _awake: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, events: EventStream) -> None:
        """For ever: take up what was left over, then hear what has been made."""
        with events.reading() as reader:
            for generation in await in_thread(self.mender.generations.store.to_mend):
                self._after(self.away_s, generation.id)
            while True:
                self._hear(await reader.next_event())

    async def work(self) -> None:
        """For ever, beside `run`: mend it."""
        while True:
            self._awake.clear()
            if self._waiting:
                await self._one(self._waiting.popleft())
            else:
                await self._awake.wait()

    def _hear(self, event: Event) -> None:
        if event.type != "generation.state" or event.data.get("state") not in _ENDED:
            return
        generation = heard(Generation, event)
        if generation is None:
            return
        made_from = generation.made_from
        if made_from is not None and made_from.how == "mend":
            self._after(self.away_s if _is_lost(generation) else 0.0, made_from.generation_id)
        if _is_wanted(generation):
            self._after(0.0, generation.id)

    def _after(self, seconds: float, generation_id: str) -> None:
        if seconds:
            asyncio.get_running_loop().call_later(seconds, self._after, 0.0, generation_id)
        elif generation_id not in self._waiting:
            self._waiting.append(generation_id)
            self._awake.set()

    async def _one(self, generation_id: str) -> None:
        """What a full disk or a busy database refuses is tried again until it is kept: nobody else would do it."""
        try:
            await self._look_after(generation_id)
        except (IsengardError, OSError) as fault:
            context = {"generation_id": generation_id, "reason": reason_of(fault)}
            _log.warning("Pictures could not be looked after", extra={"context": context})
            if not isinstance(fault, IsengardError) or fault.code != "record_damaged":
                self._after(self.away_s, generation_id)

    async def _look_after(self, generation_id: str) -> None:
        store = self.mender.generations.store
        try:
            generation = await in_thread(store.get, generation_id)
        except NotFoundError:
            return  # in the trash, and nobody waits for it
        mends = await in_thread(store.mends_of, generation_id)
        with correlated(generation.correlation_id):
            await self._note_failures(generation, mends)
            if not _is_wanted(generation):
                return
            through = [await self._mend(generation, image, mends) for image in generation.images]
            if all(through):
                await in_thread(store.note_mended, generation_id)

    async def _note_failures(self, generation: Generation, mends: Sequence[Generation]) -> None:
        """With each picture, why its faces were not redrawn: who pressed for it may have left the page long since."""
        for image in generation.images:
            before = _of_image(mends, image)
            last = before[-1] if before else None
            if last is None or last.state is not GenerationState.FAILED:
                continue
            if _is_drawn(before) or not _is_wanted(generation):  # else it is tried once more
                await self.mender.note_error((generation.id, image.n), last.error)

    async def _mend(self, generation: Generation, image: GeneratedImage, mends: Sequence[Generation]) -> bool:
        """Whether nothing more is to be done for a picture; one that cannot be mended stays as it is, and says why."""
        before = _of_image(mends, image)
        if any(one.state not in ENDED for one in before):
            return False  # its end is heard
        place = (generation.id, image.n)
        if _is_drawn(before) or image.deleted_at is not None or image.look or place in self._through:
            return True
        try:
            await self.mender.mend(place, generation.correlation_id, asked=False)
        except (IsengardError, OSError, ValueError) as fault:
            if isinstance(fault, NotReadyError) and fault.code == _AWAY:
                self._after(self.away_s, generation.id)
                return False
            await self._tell(place, fault)
            self._through.add(place)
            return True
        return False

    async def _tell(self, place: Place, fault: Exception) -> None:
        context = {"generation_id": place[0], "n": place[1]}
        if isinstance(fault, ConflictError):
            _log.info("No face to mend", extra={"context": {**context, "code": fault.code}})
            return
        reason = {"reason": reason_of(fault)}
        _log.warning("Small faces could not be mended", extra={"context": context | reason})
        await self.mender.note_error(
            place, as_job_error(fault) if isinstance(fault, IsengardError) else _BROKE
        )


def _of_image(mends: Sequence[Generation], image: GeneratedImage) -> Sequence[Generation]:
    return [one for one in mends if one.made_from is not None and one.made_from.n == image.n]


def _is_wanted(generation: Generation) -> bool:
    done = generation.state is GenerationState.COMPLETED and generation.deleted_at is None
    return done and generation.mending == "waiting" and generation.purpose == "user"


def _is_lost(mend: Generation) -> bool:
    return mend.error is not None and mend.error.code == _LOST


def _is_drawn(mends: Sequence[Generation]) -> bool:
    """Or given up: somebody stopped it, it failed, or it was tried often enough."""
    return len(mends) >= MOST_TRIES or any(not _is_lost(one) for one in mends)
