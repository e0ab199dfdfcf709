"""Draws photo days in the background, one picture after the other through the queue that all pictures go through.

ComfyUI's queue holds one picture of a day at most, and the next is ordered only when nobody else's waits: so whatever a person asks for
meanwhile is drawn next. What is drawn, what is being drawn and what is not stands in the day's file: whoever ends ComfyUI or us,
the next start goes on from there, in order.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from pydantic import ValidationError

from ....core.clock import Clock, iso
from ....core.correlation import correlated
from ....core.errors import IsengardError, NotFoundError, reason_of
from ....core.executor import in_thread
from ....core.generations.photo_days import PhotoDayStore
from ....core.ids import new_id
from ....core.jobs.ledger import JobFilter, Ledger
from ....core.paths import DataPaths
from ....core.records.generation import Generation
from ....core.records.generation_states import ENDED, GenerationState
from ....core.records.job import JobError
from ....core.records.job_states import OWNED
from ....core.records.photo_day import PhotoDay, PlannedPicture
from ....generation.request_rules import as_job_error
from ....generation.service import GenerationService
from ....training.gpu import gpu_lending
from ....training.machine.os_locks import machine_name
from ...http.errors import described
from ...http.event_stream import EventStream
from ..gpu_lender import GpuLender
from ..likeness.measurer import LikenessMeasurer
from ..notifications import tell_photo_day
from ..publishing import Publisher
from .albums import PhotoDayAlbums
from .planner import request_of

#: Events wake it; this long it sleeps at most while a day goes on or something went wrong.
LOOK_S = 5.0
#: How long a finished day waits for its last pictures to be measured.
MEASURED_WITHIN_S = 60.0
#: So many failures one after the other, and the day stops by itself: the rest would fail as well.
MOST_FAILURES = 3
#: ComfyUI was away or ended: the picture is drawn once it is back.
AWAY = frozenset({"comfyui_restarted", "comfyui_unreachable"})
_WAKING = frozenset({"generation.state", "photo_day.changed", "job.state", "lending.state"})
_S = GenerationState
_log = logging.getLogger("isengard.photo_days")


@dataclass(frozen=True)
class DayDrawer:
    """The ComfyUI that draws: whether it `answers`, and whether pictures that are not kept are made for somebody who waits
    (`others_wait`): they find no moment in which no other is drawn unless a day leaves one."""

    answers: Callable[[], bool]
    others_wait: Callable[[], bool]


@dataclass
class PhotoDayRunner:
    """A runner of one day after the other, the oldest first."""

    paths: DataPaths
    clock: Clock
    days: PhotoDayStore
    albums: PhotoDayAlbums
    generations: GenerationService
    ledger: Ledger
    publisher: Publisher
    lender: GpuLender
    likeness: LikenessMeasurer
    comfyui: DayDrawer
    #: Why a day waits, by its id: for whoever looks at it.
    waits_for: dict[str, str] = field(default_factory=dict)
    _away: bool = False
    #: Whether a day is to be looked after although nothing is told of it.
    _goes_on: bool = False
    #: When a day had its last picture.
    _ended_at: dict[str, float] = field(default_factory=dict)
    _awake: asyncio.Event = field(default_factory=asyncio.Event)

    async def hear(self, events: EventStream) -> None:
        """For ever: what may let a day go on."""
        with events.reading() as reader:
            while True:
                if (await reader.next_event()).type in _WAKING:
                    self._awake.set()

    async def run(self) -> None:
        """For ever, beside `hear`: draw."""
        while True:
            self._awake.clear()
            try:
                at_once = await self._step()
            except (IsengardError, OSError) as fault:
                _log.warning("A photo day stumbled", extra={"context": {"reason": reason_of(fault)}})
                at_once, self._goes_on = False, True
            if not at_once:
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(self._awake.wait(), LOOK_S if self._goes_on else None)

    async def _step(self) -> bool:
        """One step: the picture that is being drawn comes to its end, also of a day that was paused meanwhile; then the next one of the
        oldest day that runs. Whether there is something to do at once."""
        days = await in_thread(self.days.all)
        running = [day for day in days if day.state == "running"]
        self._goes_on = bool(running) or any(day.drawing is not None for day in days)
        for day in days:
            if (drawing := day.drawing) is not None:
                with correlated(day.correlation_id):
                    return await self._look_after(day, drawing)
        if not running:
            return False
        day = running[-1]
        for other in running[:-1]:
            self.waits_for[other.id] = "photo_day"
        with correlated(day.correlation_id):
            waiting = next((one for one in day.pictures if one.state == "waiting"), None)
            if waiting is None:
                return await self._finish(day)
            why = await in_thread(self._reason_to_wait)
            self.waits_for[day.id] = why
            return False if why else await self._draw(day, waiting)

    def _reason_to_wait(self) -> str:
        """What goes before: ComfyUI itself, somebody's pictures, a training that has this machine's GPU; '' for nothing."""
        if self._away:
            if not self.comfyui.answers():
                return "comfyui"
            self._away = False
        if self.generations.store.unfinished() or self.comfyui.others_wait():
            return "pictures"
        return "training" if self._is_training() else ""

    def _is_training(self) -> bool:
        lent = gpu_lending.read(self.paths)
        if lent is not None and lent.until:
            return lent.is_over(self.clock)  # it goes on once nothing is drawn
        here = {worker.id for worker in self.ledger.workers() if worker.host == machine_name()}
        training = self.ledger.jobs(JobFilter(states=OWNED, kinds=["training"])).items
        return any(job.needs == "gpu" and job.worker_id in here for job in training)

    async def _draw(self, day: PhotoDay, picture: PlannedPicture) -> bool:
        """Order a picture; what refuses it would refuse the others as well, so the day pauses."""
        self._ended_at.pop(day.id, None)  # of an end that was undone
        generation_id = new_id("gen")
        noted = await self._change(
            day, lambda known: _begun(known, picture.n, generation_id)
        )  # before it is ordered: a crash in between draws it once
        if noted.state != "running":
            return True
        try:
            request = request_of(day.recipe, day.person, day, picture)
            resolved = await self.generations.resolve(day.recipe)
            await in_thread(self.publisher.publish_drawn, request.characters, resolved[1])
            await self.lender.room_made()
            await self.generations.create(
                request,
                day.correlation_id,
                resolved=resolved,
                generation_id=generation_id,
                album_id=day.album_id,
            )
        except IsengardError as fault:
            await self._pause(day, picture, as_job_error(fault))
        except ValidationError as fault:  # planned by a version that took more
            await self._pause(day, picture, as_job_error(described(fault)))
        return True

    async def _look_after(self, day: PhotoDay, picture: PlannedPicture) -> bool:
        try:
            made = await in_thread(self.generations.store.get, picture.generation_id, deleted=True)
        except NotFoundError:  # noted, and never ordered
            await self._change(day, lambda known: known.with_picture(picture.n, state="waiting"))
            return True
        if made.state not in ENDED:
            return False
        await self._ended(day, picture, made)
        return True

    async def _ended(self, day: PhotoDay, picture: PlannedPicture, made: Generation) -> None:
        error, n = made.error, picture.n
        if made.state is _S.COMPLETED:
            await self._change(day, lambda known: known.with_picture(n, state="drawn", error=None))
            self.likeness.soon(made)
            return
        await in_thread(self._put_away, made)
        if error is None:  # somebody did not want this one
            await self._change(day, lambda known: known.with_picture(n, state="skipped"))
        elif error.code in AWAY:
            self._away = True
            await self._change(day, lambda known: known.with_picture(n, state="waiting"))
        elif made.state is _S.CANCELLED or _failures_before(day, n) + 1 >= MOST_FAILURES:
            await self._pause(day, picture, error)
        else:
            await self._change(day, lambda known: known.with_picture(n, state="failed", error=error))

    def _put_away(self, made: Generation) -> None:
        """Its day tells how it ended; the form, which lists failures, need not."""
        if made.deleted_at is None and not made.images:
            self.generations.store.delete(made.id)

    async def _pause(self, day: PhotoDay, picture: PlannedPicture, error: JobError) -> None:
        def paused(known: PhotoDay) -> PhotoDay:
            again = known.with_picture(picture.n, state="waiting")
            return again.model_copy(update={"state": "paused", "error": error})

        await self._change(day, paused)
        context = {"character_id": day.character_id, "code": error.code}
        _log.warning("A photo day has paused", extra={"context": context})

    async def _finish(self, day: PhotoDay) -> bool:
        """Done once everything is drawn and, where faces can be measured, measured; then what was put aside leaves the album."""
        now = self.clock.monotonic()
        waited = now - self._ended_at.setdefault(day.id, now)
        if waited < MEASURED_WITHIN_S and await in_thread(self.albums.is_unmeasured, day):
            self.waits_for[day.id] = "likeness"
            return False
        self._ended_at.pop(day.id, None)
        await in_thread(self.albums.settle, day)
        now_known = await self._change(day, partial(_finished, iso(self.clock.now())))
        if now_known.left:
            await in_thread(self.albums.bring_back, now_known)
            return True
        context = {"character_id": day.character_id, "drawn": day.drawn, "planned": len(day.pictures)}
        _log.info("A photo day is done", extra={"context": context})
        return True

    async def _change(self, day: PhotoDay, change: Callable[[PhotoDay], PhotoDay]) -> PhotoDay:
        self.waits_for.pop(day.id, None)
        return await in_thread(self.days.change, day.id, change, partial(tell_photo_day, self.ledger))


def _begun(day: PhotoDay, n: int, generation_id: str) -> PhotoDay:
    """A day that was paused meanwhile stays as it is."""
    if day.state != "running":
        return day
    return day.with_picture(n, state="drawing", generation_id=generation_id)


def _finished(at: str, day: PhotoDay) -> PhotoDay:
    """A day whose end was undone meanwhile goes on."""
    return day if day.left else day.model_copy(update={"state": "done", "finished_at": at})


def _failures_before(day: PhotoDay, n: int) -> int:
    """How many pictures right before this one failed."""
    before = [one.state for one in day.pictures if one.n < n]
    failures = 0
    while before and before.pop() == "failed":
        failures += 1
    return failures
