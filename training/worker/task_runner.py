"""One attempt of a task job (set-up, download, captioning): from the claim to completed, failed, paused or cancelled."""

from __future__ import annotations

import logging
from collections.abc import Callable

from ...core.correlation import correlated
from ...core.errors import LeaseLostError
from ...core.jobs.ledger import Lease
from ...core.plugins import SEAMS, ForeignFault, foreign_code
from ...core.records.job import Job
from ...core.records.job_states import JobState
from ..gpu.gpu_lock import GpuHold, GpuSlot
from ..process.trainer_process import end_leftover
from ..tasks.task import Task, TaskFailed, TaskStopped
from .ledger_retry import PatientLedger
from .run_end import RunEnd, full_at, understood
from .runner import Tools

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
        self._ledger = PatientLedger(tools.ledger, tools.pace.hold)
        self._ending = RunEnd(self._ledger, lease, tools.paths, self._context())

    def run(self) -> None:
        with correlated(self._job.correlation_id):
            _log.info("Task started", extra={"context": self._context()})
            try:
                with foreign_code(LeaseLostError, TaskStopped, TaskFailed):
                    self._attempt()
                    self._ending.end(JobState.COMPLETED)
            except LeaseLostError as lost:
                self._ending.lost(lost)
            except TaskStopped as stopped:
                self._ending.end(stopped.state)
            except TaskFailed as failed:
                self._ending.break_off(failed.error)
            except ForeignFault as broken:
                _log.exception("Task failed", extra={"context": self._context()})
                error = understood(broken.fault, of=self._job.backend if self._is_foreign() else "")
                self._ending.fail(error, full=full_at(broken.fault))

    def _is_foreign(self) -> bool:
        """Whether another pack brings what does the work; downloads are by nobody but us."""
        registry, name = self._tools.registry, self._job.backend
        return bool(name) and all(registry.is_foreign(seam, name) for seam in SEAMS)

    def _attempt(self) -> None:
        job_dir = self._tools.paths.job(self._job.id)
        end_leftover(job_dir)
        task = Task(
            self._job,
            job_dir,
            self._tools.paths,
            self._ledger,
            self._lease,
            beat_s=self._tools.pace.beat,
        )
        task.check()
        if self._job.needs == "gpu" and self._gpu.uuid:
            task.hold = GpuHold.take(self._gpu, self._tools.pace.gpu_wait, task.check)
        try:
            task.begin()
            self._work(task)
        finally:
            if task.hold is not None:
                task.hold.release()

    def _context(self) -> dict[str, object]:
        return {"job_id": self._job.id, "attempt": self._job.attempt, "kind": self._job.kind}
