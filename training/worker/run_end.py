"""How an attempt ends: its last word to the ledger, whatever came in between."""

from __future__ import annotations

import errno
import logging
from pathlib import Path

from ...core.errors import IllegalTransitionError, IsengardError, LeaseLostError, StorageError
from ...core.jobs.ledger import Lease, RunnerLedger
from ...core.paths import DataPaths
from ...core.records.job import Job, JobError
from ...core.records.job_states import JobState
from ...core.said import said
from .disk_space import DISK_FULL, READ_ONLY, is_full, note_full, takes_writes, with_room_left

#: Why an attempt may break off and be tried again by itself, up to the limit of attempts.
AGAIN = frozenset({"trainer_hung", "worker_stood_still"})
WORKER_STOOD_STILL = JobError(
    code="worker_stood_still",
    message="The computer seems to have been asleep, so training stopped.",
    hint="Press Retry: it continues from the last checkpoint.",
)
STOPPED_OUTSIDE = JobError(
    code="trainer_stopped", message="Something outside Isengard stopped the trainer.", hint="Press Retry."
)
#: Failures without a reason of their own.
SPEECHLESS = frozenset({"trainer_failed", "trainer_crashed", "trainer_killed", "lora_missing"})
FULL = JobError(code=DISK_FULL, message="The disk is full.")
NO_WRITES = JobError(
    code="folder_read_only",
    message="Isengard can't write to the data folder: its disk became read-only, or its permissions changed.",
    hint="Make it writable again: it resumes automatically from its last checkpoint.",
)
#: Faults with our own files.
DAMAGED = "job_damaged"
_log = logging.getLogger("isengard.runner")


class RunEnd:
    """Endings of the attempt that `lease` stands for; `context` is what log lines say about the job."""

    def __init__(
        self, ledger: RunnerLedger, lease: Lease, paths: DataPaths, context: dict[str, object]
    ) -> None:
        self._ledger = ledger
        self._lease = lease
        self._paths = paths
        self._context = context

    def end(self, state: JobState, error: JobError | None = None) -> None:
        """End the job in this state; a cancel that came in between wins."""
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

    def fail(self, error: JobError, *, full: Path | None = None) -> None:
        """A disk that is full or takes no writes only pauses: the job queues itself again when it can go on. `full`: the folder on whose
        disk there was no room, where that need not be the data folder's."""
        error = self._blamed(error)
        context = {**self._context, "code": error.code, "reason": error.message}
        _log.error("Job failed", extra={"context": context})
        if error.code == DISK_FULL:
            note_full(self._paths.job(self._lease.job_id), self._paths.root, full)
            self.end(JobState.PAUSED, with_room_left(error, full or self._paths.root))
        else:
            self.end(JobState.PAUSED if error.code == READ_ONLY else JobState.FAILED, error)

    def _blamed(self, error: JobError) -> JobError:
        """Where the disk is to blame, the trainer's own words about it may not have been written either."""
        if error.code in SPEECHLESS and is_full(self._paths.root):
            return FULL
        if error.code in (*SPEECHLESS, DAMAGED) and not takes_writes(self._paths.job(self._lease.job_id)):
            return NO_WRITES
        return error

    def break_off(self, error: JobError) -> None:
        """Break off: what another attempt may mend is tried again from the last checkpoint; never what ran out of memory."""
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


def understood(fault: BaseException, *, of: str) -> JobError:
    """Turn what went wrong in an attempt into our words; `of`: the trainer or captioner where another pack brings it, whose words are for its maker.
    Faults of ours that nobody foresaw are raised again."""
    if of and not isinstance(fault, (IsengardError, OSError)):
        return JobError(
            code="trainer_faulty",
            message=said(
                "{of}, which comes from another pack, failed: {reason}.",
                of=of,
                reason=str(fault) or type(fault).__name__,
            ),
            hint="Report it to its author (the worker's log shows where it failed), or choose another.",
        )
    if isinstance(fault, (IsengardError, OSError, ValueError, TypeError, LookupError)):
        return as_job_error(fault)
    raise fault


def full_at(fault: BaseException) -> Path | None:
    """The folder on whose disk there was no room, where the fault says so."""
    return fault.folder if isinstance(fault, StorageError) else None


def as_job_error(fault: Exception) -> JobError:
    if isinstance(fault, IsengardError):
        return JobError(code=fault.code, message=fault.message, hint=fault.hint)
    if isinstance(fault, OSError) and fault.errno in (errno.ENOSPC, errno.EDQUOT):
        return FULL
    if isinstance(fault, OSError) and fault.errno == errno.EROFS:
        return NO_WRITES
    return JobError(
        code="job_damaged",
        message="Isengard couldn't use the job's files.",
        hint="Start the training again.",
    )
