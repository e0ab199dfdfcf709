"""One attempt of a task job (set-up, download, captioning): from the claim to completed, failed, paused or cancelled."""

from __future__ import annotations

import logging
from collections.abc import Callable

from ..core.correlation import correlated
from ..core.errors import IsengardError, LeaseLostError
from ..core.job_states import JobState
from ..core.ledger import Lease
from ..core.records.job import Job, JobError
from .gpu_hold import GpuHold, GpuSlot
from .runner import Tools, as_job_error
from .task import Task, TaskFailed, TaskStopped
from .trainer_process import end_leftover

Work = Callable[[Task], None]
_log = logging.getLogger("isengard.tasks")


class TaskRunner:
    """Runs `work` under the lease. Never raises for what a task can do wrong."""

    def __init__(
        self, tools: Tools, job: Job, lease: Lease, work: Work, *, gpu: GpuSlot | None = None
    ) -> None:
        self._tools = tools
        self._job = job
        self._lease = lease
        self._work = work
        self._gpu = gpu or GpuSlot()

    def run(self) -> None:
        with correlated(self._job.correlation_id):
            _log.info("Task started", extra={"context": self._context()})
            try:
                self._attempt()
                self._end(JobState.COMPLETED)
            except LeaseLostError as lost:
                _log.warning("Lease lost", extra={"context": {**self._context(), "reason": lost.message}})
            except TaskStopped as stopped:
                self._end(stopped.state)
            except TaskFailed as failed:
                _log.error("Task failed", extra={"context": {**self._context(), "code": failed.error.code}})
                self._fail(failed.error)
            except (IsengardError, OSError, ValueError, TypeError, LookupError) as fault:
                _log.exception("Task failed", extra={"context": self._context()})
                self._fail(as_job_error(fault))

    def _attempt(self) -> None:
        job_dir = self._tools.paths.job(self._job.id)
        end_leftover(job_dir)
        task = Task(
            self._job,
            job_dir,
            self._tools.paths,
            self._tools.ledger,
            self._lease,
            beat_s=self._tools.pace.beat,
        )
        task.check()
        if self._job.needs == "gpu" and self._gpu.uuid:
            task.hold = GpuHold.take(self._gpu, self._tools.pace.gpu_wait, task.check)
        try:
            self._tools.ledger.advance(self._lease, JobState.RUNNING)
            self._work(task)
        finally:
            if task.hold is not None:
                task.hold.release()

    def _end(self, state: JobState) -> None:
        try:
            self._tools.ledger.advance(self._lease, state)
        except LeaseLostError:
            return
        _log.info("Task ended", extra={"context": {**self._context(), "state": state.value}})

    def _fail(self, error: JobError) -> None:
        try:
            self._tools.ledger.advance(self._lease, JobState.FAILED, error=error)
        except LeaseLostError:
            return

    def _context(self) -> dict[str, object]:
        return {"job_id": self._job.id, "attempt": self._job.attempt, "kind": self._job.kind}
