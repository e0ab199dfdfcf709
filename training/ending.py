"""How an attempt ends: its last word to the ledger, whatever came in between."""

from __future__ import annotations

import errno
import logging
from pathlib import Path

from ..core.errors import IllegalTransitionError, IsengardError, LeaseLostError
from ..core.job_states import JobState
from ..core.ledger import Lease, RunnerLedger
from ..core.records.job import Job, JobError
from .space import DISK_FULL, is_full, with_room_left

#: Why an attempt may break off and be tried again by itself, up to the limit of attempts.
AGAIN = frozenset({"trainer_hung", "worker_stood_still"})
WORKER_STOOD_STILL = JobError(
    code="worker_stood_still",
    message="The worker stood still for too long (a suspended computer?), so its trainer was ended.",
    hint="Press Retry: it goes on from the last checkpoint.",
)
STOPPED_OUTSIDE = JobError(
    code="trainer_stopped", message="The trainer was stopped from outside.", hint="Press Retry."
)
#: Failures without a reason of their own.
SPEECHLESS = frozenset({"trainer_failed", "trainer_crashed", "trainer_killed", "lora_missing"})
FULL = JobError(code=DISK_FULL, message="The disk is full.")
_log = logging.getLogger("isengard.runner")


class Ending:
    """Of the attempt that `lease` stands for; `root` is the data folder, `context` what log lines say about the job."""

    def __init__(self, ledger: RunnerLedger, lease: Lease, root: Path, context: dict[str, object]) -> None:
        self._ledger = ledger
        self._lease = lease
        self._root = root
        self._context = context

    def end(self, state: JobState, error: JobError | None = None) -> None:
        """A cancel that came in between wins."""
        try:
            job = self._advance(state, error)
        except LeaseLostError as lost:
            self.lost(lost)
            return
        context = {**self._context, "state": job.state.value, "code": error.code if error else ""}
        _log.info("Job ended", extra={"context": context})

    def _advance(self, state: JobState, error: JobError | None) -> Job:
        try:
            return self._ledger.advance(self._lease, state, error=error)
        except IllegalTransitionError:
            if self._ledger.beat(self._lease) != "cancel":
                raise
            return self._ledger.advance(self._lease, JobState.CANCELLED)

    def fail(self, error: JobError) -> None:
        """A full disk only pauses: the job queues itself again when there is room."""
        if error.code in SPEECHLESS and is_full(self._root):
            error = FULL
        context = {**self._context, "code": error.code, "reason": error.message}
        _log.error("Job failed", extra={"context": context})
        if error.code == DISK_FULL:
            self.end(JobState.PAUSED, with_room_left(error, self._root))
        else:
            self.end(JobState.FAILED, error)

    def break_off(self, error: JobError) -> None:
        """What another attempt may mend is tried again from the last checkpoint; never what ran out of memory."""
        if error.code not in AGAIN:
            self.fail(error)
            return
        try:
            job = self._ledger.interrupt(self._lease, error)
        except LeaseLostError as lost:
            self.lost(lost)
            return
        context = {**self._context, "code": error.code, "state": job.state.value}
        _log.warning("Job interrupted", extra={"context": context})

    def lost(self, lost: LeaseLostError) -> None:
        _log.warning("Lease lost", extra={"context": {**self._context, "reason": lost.message}})


def as_job_error(fault: Exception) -> JobError:
    if isinstance(fault, IsengardError):
        return JobError(code=fault.code, message=fault.message, hint=fault.hint)
    if isinstance(fault, OSError) and fault.errno in (errno.ENOSPC, errno.EDQUOT):
        return FULL
    return JobError(
        code="job_damaged",
        message=f"The job's files could not be used ({type(fault).__name__}).",
        hint="Start the training again.",
    )
