"""One press for all that a training needs: the trainer is set up, the model is fetched, and it trains. Three jobs in line, each of
which can go on after it was broken off; the ledger keeps them, so that no page and no ComfyUI has to stay open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...core.errors import NotFoundError
from ...core.jobs.ledger import JobFilter, Ledger
from ...core.records.job import Job
from ...core.records.job_states import ENDED, JobState
from ...core.records.training import TrainingRequest
from ..downloads import model_files
from ..downloads.model_files import Missing
from ..tasks.installable import InstallableBackend, SetupOffer
from ..tasks.task_submission import TaskSubmission
from .decision import Plan, decide
from .freezing import Freezer, require_unblocked
from .gathering import FactGatherer
from .preparation import NOTHING, Coming, Preparation, download_speed, prepared

#: The newest downloads that the line's speed is learned from.
_LOOKED_AT = 20
_STAYS = (JobState.FAILED, JobState.CANCELLED, JobState.PAUSED)


@dataclass(frozen=True)
class SetUpAndTrain:
    """Plans, submits and follows such a line."""

    gatherer: FactGatherer
    freezer: Freezer
    tasks: TaskSubmission
    ledger: Ledger

    def preparation(self, plan: Plan, missing: Sequence[Missing]) -> Preparation | None:
        """Tell what would have to come before the training of `plan`; None where nothing has to, or nothing can be fetched here.
        `missing`: the files that ComfyUI's folders lack for its model."""
        if plan.facts.trainer.capabilities.placeholder or not plan.facts.may_fetch:
            return None
        coming = Coming(self._set_up(plan), tuple(missing))
        then = plan if coming == NOTHING else decide(self.gatherer.gather(plan.facts.request, coming))
        done = JobFilter(states=[JobState.COMPLETED], kinds=["model_download"])
        speed = download_speed(self.ledger.jobs(done, limit=_LOOKED_AT).items)
        return prepared(coming, plan, then, speed)

    def submit(self, request: TrainingRequest, missing: Sequence[Missing], correlation_id: str) -> list[Job]:
        """Queue all jobs of the line, the training last, with its photos as they are now. InvalidError as for a training alone: what
        nobody can fetch still forbids it."""
        plan = decide(self.gatherer.gather(request))
        preparation = self.preparation(plan, missing)
        if preparation is None:
            return [self.freezer.freeze(plan, correlation_id)]
        require_unblocked(preparation.plan)
        before = self._before(preparation, correlation_id)
        after = [job.id for job in before]
        return [*before, self.freezer.freeze(preparation.plan, correlation_id, after)]

    def before(self, job: Job) -> list[Job]:
        """The jobs that one waits for, as far as they are known."""
        return [known for first in job.after if (known := self._known(first)) is not None]

    def again(self, job: Job) -> list[Job]:
        """Queue those of the line before `job` that gave up or are paused once more: each goes on with what it has."""
        return [self.ledger.requeue(one.id) for one in self.before(job) if one.state in _STAYS]

    def cancel(self, job: Job) -> None:
        """End what is done for this job alone; what was fetched is kept."""
        waiting = JobFilter(states=[JobState.QUEUED], kinds=["training"])
        others = [other for other in self.ledger.jobs(waiting, limit=200).items if other.id != job.id]
        wanted = {first for other in others for first in other.after}
        for one in self.before(job):
            if one.state not in ENDED and one.id not in wanted:
                self.ledger.order(one.id, "cancel")

    def _set_up(self, plan: Plan) -> SetupOffer | None:
        """The set-up of the trainer, where it is what keeps this machine from training."""
        trainer = plan.facts.trainer
        backend = self.gatherer.backend(trainer.capabilities.name)
        here = any(one.fix == "setup_backend" and one.severity == "error" for one in plan.findings)
        if trainer.state.state == "ready" or not here or not isinstance(backend, InstallableBackend):
            return None
        offer = backend.setup_offer()
        return offer if offer.possible else None

    def _before(self, preparation: Preparation, correlation_id: str) -> list[Job]:
        """The jobs that have to be completed first; one that is under way already is joined."""
        coming, training = preparation.coming, preparation.plan.training
        jobs = []
        if coming.trainer is not None:
            wanted, name = {"action": "install"}, training.backend
            jobs.append(self.tasks.submit("backend_setup", wanted, correlation_id, backend=name, join=True))
        if coming.files:
            family, files = training.family, coming.files
            jobs += model_files.submit_what_nobody_fetches(self.tasks, family, files, correlation_id)
        return jobs

    def _known(self, job_id: str) -> Job | None:
        try:
            return self.ledger.get(job_id)
        except NotFoundError:
            return None
