"""Lend me the GPU: a training saves and stops, pictures are made, the training goes on by itself."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

from ...core.clock import Clock, iso, moment
from ...core.correlation import correlated
from ...core.errors import ConflictError, IllegalTransitionError, IsengardError, NotFoundError
from ...core.executor import in_thread
from ...core.generations.generation_store import GenerationStore
from ...core.jobs.ledger import Ledger
from ...core.paths import DataPaths
from ...core.records.event import Subject
from ...core.records.job import Job
from ...core.records.job_states import ENDED, JobState
from ...training.gpu import gpu_lending
from ...training.gpu.gpu_lending import Lending
from ...training.service import TrainingService
from ...training.worker.runner import Pace

LENT_S = 120.0
#: A trainer that saves a large LoRA takes its time; pictures asked for meanwhile wait for as long as its worker does, and a little.
STOPS_WITHIN_S = Pace.save + Pace.polite + 20.0
_LOOK_S = 0.25
_IDLE_S = 2.0
_LENDABLE = {JobState.RUNNING, JobState.PAUSING, JobState.PAUSED}
_log = logging.getLogger("isengard.lending")


@dataclass(frozen=True)
class GpuLender:
    """The lender of this machine's GPU; a file says to whom it is lent."""

    paths: DataPaths
    clock: Clock
    ledger: Ledger
    training: TrainingService
    pictures: GenerationStore

    def state(self) -> dict[str, Any] | None:
        """The state of the loan, for the panel."""
        lent = gpu_lending.read(self.paths)
        return None if lent is None else asdict(lent)

    def lend(self, job_id: str, *, for_saves: bool = False) -> Job:
        """Save and stop the training for two minutes of pictures; asked again, for two minutes from then on. `for_saves`: no person has
        asked, its own saves are drawn.

        Raises ConflictError `wrong_state`, or `gpu_lent` when another training has already made room.
        """
        job = self.ledger.get(job_id)
        lending = gpu_lending.read(self.paths)
        if lending is not None and lending.job_id != job_id:
            raise ConflictError(
                "gpu_lent",
                "Another training is already paused for pictures.",
                "Make your pictures, or resume that training first.",
            )
        if job.kind != "training" or job.state not in _LENDABLE:
            raise ConflictError(
                "wrong_state", "Only a running training can pause for pictures.", "Reload this page."
            )
        now = iso(self.clock.now())
        person = "" if for_saves else now
        if lending is None:
            self._keep(Lending(job_id, now, person=person))
        elif lending.until:
            until = gpu_lending.lent_until(self.clock, LENT_S)
            self._keep(replace(lending, until=until, person=person or lending.person))
        elif person and not lending.person:
            self._keep(replace(lending, person=person))
        return self._paused(job_id, first=lending is None) if job.state is JobState.RUNNING else job

    def _paused(self, job_id: str, *, first: bool) -> Job:
        """A training that cannot be asked to pause lends nothing: pictures would wait for it, and no other could start."""
        try:
            return self.ledger.order(job_id, "pause")
        except (IllegalTransitionError, NotFoundError):  # a ledger that is away may have heard it
            if first:
                gpu_lending.clear(self.paths)
                self._tell(job_id, None)
            raise

    async def room_made(self) -> None:
        """Returns once a training that was asked to make room has stopped: its memory is free only then."""
        deadline = self.clock.monotonic() + STOPS_WITHIN_S
        while self.clock.monotonic() < deadline:
            lent = await in_thread(gpu_lending.read, self.paths)
            if lent is None or lent.until:
                return
            await asyncio.sleep(_LOOK_S)

    def give_back(self) -> None:
        """The training goes on now, or as soon as it has stopped; nothing happens where nothing is lent."""
        lent = gpu_lending.read(self.paths)
        if lent is None:
            return
        if self.ledger.get(lent.job_id).state is JobState.PAUSING:
            self._keep(replace(lent, until=iso(self.clock.now())))  # `run` sees that it is over
        else:
            self._go_on(lent)

    def give_back_saves(self, job_id: str) -> None:
        """Give back what was lent for the saves of a training. A person who has asked for it meanwhile has their two minutes, and what was
        lent by another training since is theirs."""
        lent = gpu_lending.read(self.paths)
        if lent is None or lent.job_id != job_id or (lent.person and not lent.until):
            return
        theirs = moment(lent.person) + timedelta(seconds=LENT_S) if lent.person else self.clock.now()
        if theirs > self.clock.now():
            self._keep(replace(lent, until=iso(theirs)))
        else:
            self.give_back()

    async def run(self) -> None:
        """For ever: looks after what is lent, also after a restart."""
        while True:
            lent = await in_thread(gpu_lending.read, self.paths)
            if lent is not None:
                try:
                    await in_thread(self._look_after, lent)
                except (IsengardError, OSError) as fault:
                    _log.warning("Lending the GPU stumbled", extra={"context": {"reason": str(fault)}})
            await asyncio.sleep(_LOOK_S if lent is not None else _IDLE_S)

    def _look_after(self, lent: Lending) -> None:
        try:
            job = self.ledger.get(lent.job_id)
        except NotFoundError:  # forgotten meanwhile; a ledger that is away says nothing of it
            self._let_go(lent)
            return
        makes_room = job.state in (JobState.PAUSING, JobState.PAUSED)
        unheard = not makes_room and gpu_lending.asked_before(self.clock, lent, STOPS_WITHIN_S)
        if job.state in ENDED or unheard or (lent.until and not makes_room):
            self._let_go(lent)  # somebody has cancelled it, or made it go on by hand; or it never heard of it
        elif job.state is JobState.PAUSED and not lent.until:
            until = gpu_lending.lent_until(self.clock, LENT_S)
            _log.info("The GPU is lent to pictures", extra={"context": {"job_id": job.id, "until": until}})
            person = iso(self.clock.now()) if lent.person else ""
            self._keep(replace(lent, until=until, person=person))
        elif job.state is JobState.PAUSED and lent.is_over(self.clock) and not self.pictures.unfinished():
            self._go_on(lent)

    def _go_on(self, lent: Lending) -> None:
        """Resumed first: once nothing says that it is lent, nobody would do it any more."""
        job = self.ledger.get(lent.job_id)
        if job.state is JobState.PAUSED:
            with correlated(job.correlation_id):
                self.training.resume(job.id)
                _log.info("The training has the GPU again", extra={"context": {"job_id": job.id}})
        self._let_go(lent)

    def _keep(self, lent: Lending) -> None:
        gpu_lending.write(self.paths, lent)
        self._tell(lent.job_id, asdict(lent))

    def _let_go(self, lent: Lending) -> None:
        gpu_lending.clear(self.paths)
        self._tell(lent.job_id, None)

    def _tell(self, job_id: str, lent: dict[str, Any] | None) -> None:
        job = Subject(kind="job", id=job_id)
        self.ledger.emit("lending.state", job, {"lending": lent}, correlation_id="")
