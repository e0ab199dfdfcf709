"""Looks at the saves of a training that may end early: has them drawn and measured, asks the rule, and tells it to end.

The pictures are a wall like any other: made by the generation service for the purpose `grid`, measured by the measurer as they
end, kept with their versions. Where ComfyUI finds no room beside the trainer, the GPU is lent to it meanwhile. Whatever goes
wrong here, the training goes on to its last step.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field

from ....core.clock import Clock
from ....core.correlation import correlated
from ....core.errors import InvalidError, IsengardError, reason_of
from ....core.executor import in_thread
from ....core.faces.models.records import calibration_of
from ....core.faces.stopping import Verdict, verdict
from ....core.families.families import Families
from ....core.jobs.ledger import Ledger
from ....core.loops import spawn
from ....core.loras.wall_scores import OWN_PHOTOS, is_measured
from ....core.paths import DataPaths
from ....core.records.job import EarlyStop, Job
from ....core.records.job_states import ENDED, JobState
from ....training.interface import ResolvedTraining
from ....training.job_folder import early_stop
from ....training.job_folder.job_folder import frozen_training
from ....training.machine.gpus import gpus
from ....training.machine.os_locks import machine_name
from ....training.planning.decision import Plan
from ....training.planning.stopping_offer import (
    StoppingOffer,
    has_room_beside,
    least_steps,
    may_end,
    stopping_offer,
)
from ...http.event_stream import EventStream
from ..gpu_lender import LENT_S, GpuLender
from .measured_saves import measured_saves
from .save_drawer import Meanwhile, Recipe, SaveDrawer, drawable
from .save_schedule import due, spaced

_log = logging.getLogger("isengard.stopping")


@dataclass
class EarlyStopper:
    """A looker at one training after the other; a save that comes meanwhile is seen in the next look."""

    paths: DataPaths
    clock: Clock
    ledger: Ledger
    families: Families
    lender: GpuLender
    drawer: SaveDrawer
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    #: Ids of the trainings that wait for a look.
    _waiting: set[str] = field(default_factory=set)
    #: Steps that were drawn, by training: what could not be measured is not drawn again.
    _drawn: dict[str, set[int]] = field(default_factory=dict)

    async def offer(self, plan: Plan) -> StoppingOffer:
        """Tell what a training by this plan can be offered here and now."""
        faces = await in_thread(self.drawer.faces.is_ready)
        draws = await drawable(self.drawer.generations, plan.facts.family.recipe) is not None
        return stopping_offer(plan, faces=faces, draws=draws)

    async def require_offered(self, plan: Plan) -> None:
        """InvalidError `cannot_stop_early` where its saves could not be drawn and measured."""
        offer = await self.offer(plan)
        if offer.why_not:
            raise InvalidError("cannot_stop_early", offer.words, "Otherwise let it train to its last step.")

    async def run(self, events: EventStream) -> None:
        """For ever: each save of a training as it is heard of."""
        with events.reading() as reader:
            while True:
                event = await reader.next_event()
                if event.type == "job.checkpoint" and event.subject.id not in self._waiting:
                    self._waiting.add(event.subject.id)
                    spawn(self._tasks, self._in_turn(event.subject.id), "early stop")

    async def _in_turn(self, job_id: str) -> None:
        async with self._one_at_a_time:
            self._waiting.discard(job_id)
            try:
                await self._look(await in_thread(self.ledger.get, job_id))
            except (IsengardError, OSError, ValueError) as fault:
                context = {"job_id": job_id, "reason": reason_of(fault)}
                _log.warning("A save could not be looked at", extra={"context": context})

    async def _look(self, job: Job) -> None:
        training = await in_thread(self._frozen, job)
        if training is None:
            return
        with correlated(job.correlation_id):
            steps = await in_thread(self._due, job, training)
            lends = bool(steps) and await in_thread(self._needs_room, job, training)
            saves = spaced(job.checkpoints, training.save_every)
            if not steps or (lends and not may_end(len(saves), saves[-1], training.steps)):
                return  # before it may end a save waits for a later one, and is looked at together with it
            recipe = await self.drawer.recipe(job.family)
            if recipe is not None:
                await (self._look_lent if lends else self._look_beside)(job, training, steps, recipe)

    async def _look_beside(
        self, job: Job, training: ResolvedTraining, steps: list[int], recipe: Recipe
    ) -> None:
        await self._draw(job, steps, recipe, _nothing)
        await in_thread(self._decide, job, training)

    async def _look_lent(
        self, job: Job, training: ResolvedTraining, steps: list[int], recipe: Recipe
    ) -> None:
        """The training saves and stops, and goes on when all was decided; where it does not stop in time, as soon as it has."""
        await in_thread(self.lender.lend, job.id, for_saves=True)
        await self.lender.room_made()
        lent = await in_thread(self.lender.state)
        if lent is None or lent["job_id"] != job.id:
            return
        if not lent["until"]:
            await in_thread(self.lender.give_back_saves, job.id)
            return
        try:
            await self._draw(job, steps, recipe, self._lend_on(job))
            await in_thread(self._decide, job, training)
        finally:
            await in_thread(self.lender.give_back_saves, job.id)

    async def _draw(self, job: Job, steps: list[int], recipe: Recipe, meanwhile: Meanwhile) -> None:
        self._drawn.setdefault(job.id, set()).update(steps)
        await self.drawer.draw(job, steps, recipe, meanwhile)

    def _lend_on(self, job: Job) -> Meanwhile:
        """Asks for the GPU again before it is given back."""
        asked_at = self.clock.monotonic()

        async def lend_on() -> None:
            nonlocal asked_at
            if self.clock.monotonic() - asked_at > LENT_S / 4:
                asked_at = self.clock.monotonic()
                await in_thread(self.lender.lend, job.id, for_saves=True)

        return lend_on

    def _frozen(self, job: Job) -> ResolvedTraining | None:
        """The training where it runs, may end early and has not been told to."""
        if job.kind != "training" or job.state is not JobState.RUNNING:
            return None
        training = frozen_training(self.paths, job)
        told = early_stop.read(self.paths.job(job.id)) is not None
        return training if training.stop_early and not told else None

    def _due(self, job: Job, training: ResolvedTraining) -> list[int]:
        measured = {save.step for save in measured_saves(self.drawer.versions(job), [])}
        looked_at = measured | self._drawn.get(job.id, set())
        return due(job.checkpoints, training.save_every, training.steps, looked_at)

    def _needs_room(self, job: Job, training: ResolvedTraining) -> bool:
        """Tell whether ComfyUI can draw only while this training has stopped: they share a GPU that does not hold both."""
        worker = next((one for one in self.ledger.workers() if one.id == job.worker_id), None)
        if job.needs != "gpu" or (worker is not None and worker.host != machine_name()):
            return False
        cards, family = gpus(), self.families.get(training.family)
        return bool(cards) and not has_room_beside(family, training.vram_bytes, cards[0].total_bytes)

    def _decide(self, job: Job, training: ResolvedTraining) -> None:
        versions = [version for version in self.drawer.versions(job) if is_measured(version)]
        model = versions[-1].measured_by if versions else ""
        versions = [
            version for version in versions if version.measured_by == model
        ]  # somebody may have changed it meanwhile
        saves = measured_saves(versions, self.drawer.wall(job))
        own = next((v.scores[OWN_PHOTOS] for v in reversed(versions) if OWN_PHOTOS in v.scores), None)
        calibration = calibration_of(model)
        if calibration is None:
            return
        said = verdict(saves, own, least_steps(training.steps), calibration)
        context = {"job_id": job.id, "saves": len(saves), "stops": said.stops, "reason": said.reason}
        _log.info("The saves of a training were looked at", extra={"context": context})
        if said.stops and said.best_step is not None:
            self._end(job, said, saves[-1].step)

    def _end(self, job: Job, said: Verdict, step: int) -> None:
        """A running one is paused, which saves first, and its worker sees that it is to end; a paused one ends as it goes on. One that
        has come to its last step meanwhile is complete as it is."""
        state = self.ledger.get(job.id).state
        if state in ENDED:
            return
        stop = EarlyStop(reason=said.reason, step=step, best_step=said.best_step or step)
        early_stop.write(self.paths.job(job.id), stop)
        if state is JobState.RUNNING:
            self.ledger.order(job.id, "pause")


async def _nothing() -> None:
    """Nothing has to be kept meanwhile."""
