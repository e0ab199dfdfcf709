"""The one face of training for the server and for nodes: whatever is asked of it ends as a job that somebody hears of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..core.errors import ForbiddenError
from ..core.families.families import Family
from ..core.jobs.ledger import Ledger
from ..core.plugins import PluginRegistry
from ..core.records.character import Character
from ..core.records.job import Job
from ..core.records.job_states import JobState
from ..core.records.training import TrainingRequest
from .captioning.submission import CaptionSubmission
from .downloads import model_files
from .downloads.model_files import Missing
from .planning.decision import Plan, decide
from .planning.follow_ups import FollowUps
from .planning.freezing import Freezer
from .planning.gathering import FactGatherer, Surroundings
from .planning.preparation import Preparation
from .planning.same_request import EarlierTrainings
from .planning.set_up_and_train import SetUpAndTrain
from .tasks.task_submission import TaskSubmission
from .worker.doorbell import Doorbell
from .worker.supervisor import Supervisor
from .worker.task_kinds import installable, require_unused

SetUpAction = Literal["install", "check", "uninstall"]


@dataclass(frozen=True)
class TrainingService:
    """A training is gathered, decided and frozen; what may follow one, and tasks, have their own parts. Queued jobs are rung
    for here alone."""

    gatherer: FactGatherer
    freezer: Freezer
    earlier: EarlierTrainings
    follow_ups: FollowUps
    tasks: TaskSubmission
    captioning: CaptionSubmission
    line: SetUpAndTrain
    registry: PluginRegistry
    ledger: Ledger
    doorbell: Doorbell
    supervisor: Supervisor

    def usual_backend(self, family: str = "") -> str:
        """The trainer of a training that names none: the mode's, or one that can where that cannot."""
        return self.gatherer.usual_backend(family)

    def preflight(self, request: TrainingRequest) -> Plan:
        """Plan a training: what would be trained, and everything worth saying about it. InvalidError for what cannot be asked."""
        return decide(self.gatherer.gather(request))

    def submit(self, request: TrainingRequest, correlation_id: str) -> Job:
        """A queued training whose folder is complete. InvalidError as `preflight`, and with the code of what forbids it."""
        return self._rung(self.freezer.freeze(self.preflight(request), correlation_id))

    def preparation(self, plan: Plan, missing: Sequence[Missing]) -> Preparation | None:
        """Tell what has to come before the training of `plan`: the trainer, its model. None where nothing has to."""
        return self.line.preparation(plan, missing)

    def set_up_and_train(
        self, request: TrainingRequest, missing: Sequence[Missing], correlation_id: str
    ) -> Job:
        """The same as `submit`, with all that it lacks as jobs before it: the training, which waits for them."""
        return [self._rung(job) for job in self.line.submit(request, missing, correlation_id)][-1]

    def same_training(self, request: TrainingRequest) -> Job | None:
        """The very same training, done or on its way."""
        return self.earlier.same_as(request, self.usual_backend(request.family))

    def surroundings(self, backend: str | None) -> Surroundings:
        """The machine that would train with this trainer now, and how long steps take there."""
        return self.gatherer.surroundings(backend)

    def without_gpu(self) -> dict[str, str]:
        """Find who can train here without a GPU that is looked for: the trainer's label by family."""
        return self.gatherer.without_gpu()

    def retry(self, job_id: str, correlation_id: str, *, smaller: bool = False) -> Job:
        """The same job once more, or a new training that needs less memory; of one that waits, what gave up before it.
        ConflictError, InvalidError, NotFoundError."""
        if smaller:
            return self.submit(self.follow_ups.smaller_request(job_id), correlation_id)
        job = self.ledger.get(job_id)
        again = [self._rung(one) for one in self.line.again(job)]
        return job if again and job.state is JobState.QUEUED else self._rung(self.follow_ups.retry(job_id))

    def cancel(self, job_id: str) -> Job:
        """End a job, and what is done for it alone before it. IllegalTransitionError."""
        job = self.ledger.order(job_id, "cancel")
        self.line.cancel(job)
        return job

    def resume(self, job_id: str) -> Job:
        """A paused job goes on. ConflictError `wrong_state`."""
        return self._rung(self.follow_ups.resume(job_id))

    def go_on(self, job_id: str, steps: int, correlation_id: str) -> Job:
        """More steps of an ended training as a new job. ConflictError, InvalidError, NotFoundError."""
        return self._rung(self.follow_ups.more_steps(job_id, steps, correlation_id))

    def caption(self, character: Character, correlation_id: str, *, overwrite: bool) -> Job:
        """Photos are described. NotReadyError, ConflictError."""
        return self._rung(self.captioning.submit(character, correlation_id, overwrite=overwrite))

    def captioners(self) -> list[dict[str, Any]]:
        """The captioners that can describe photos, the one that would be used first."""
        return self.captioning.offers()

    def download(self, family: Family, missing: Sequence[Missing], correlation_id: str) -> Job:
        """The missing models of a family are fetched. ForbiddenError `setup_switched_off`, ConflictError."""
        model_files.require_downloadable(family, missing, self.registry.context.settings)
        return self._rung(model_files.submit(self.tasks, family.key, missing, correlation_id))

    def set_up(self, name: str, action: SetUpAction, correlation_id: str) -> Job:
        """A trainer or a tool is installed, tried out or removed. ForbiddenError `setup_switched_off`; ConflictError
        `backend_needs_no_setup`, `backend_in_use` or `already_running`."""
        installable(self.registry, name)
        if action == "install" and not self.registry.context.settings.allow_setup:
            raise ForbiddenError(
                "setup_switched_off",
                "Whoever set up this computer has switched installing off.",
                "Ask them to switch it on, or to install it by hand: Isengard's documentation (Settings) says how.",
            )
        if action != "check":
            require_unused(self.ledger, name)
        return self._rung(
            self.tasks.submit("backend_setup", {"action": action}, correlation_id, backend=name)
        )

    def _rung(self, job: Job) -> Job:
        """A worker hears of it, and where none runs, one is started."""
        self.doorbell.ring(job.id, job.attempt, job.priority)
        self.supervisor.wake()
        return job
