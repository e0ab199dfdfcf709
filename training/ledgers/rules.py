"""What each wish and each step does to a job: pure functions that every ledger shares. They know no storage."""

from __future__ import annotations

from collections.abc import Callable

from ...core.errors import IllegalTransitionError, LeaseLostError, StorageError
from ...core.jobs.ledger import Lease
from ...core.records.checkpoint import Checkpoint
from ...core.records.job import Artifact, Job, JobError, Order
from ...core.records.job_states import ENDED, OWNED, TRANSITIONS, JobState
from ...core.records.state_machine import require_transition
from ...core.redaction import redacted
from ...core.said import joined, said

#: Nobody holds the job in these: a cancel takes effect at once.
_UNOWNED = frozenset({JobState.QUEUED, JobState.PAUSED, JobState.INTERRUPTED})
_WISHED_STATE: dict[str, tuple[JobState, JobState]] = {
    "cancel": (JobState.CANCELLING, JobState.CANCELLED),
    "pause": (JobState.PAUSING, JobState.PAUSED),
}
GOES_ON = "It resumes automatically from its last checkpoint."
WORKER_LOST = JobError(
    code="worker_lost",
    message="The worker stopped several times during this job.",
    hint="Check the worker's log for the reason, then press Retry.",
)


def stepped(job: Job, state: JobState, at: str, error: JobError | None = None) -> Job:
    """`job` in its next state, timestamps and ownership following; IllegalTransitionError."""
    require_transition(TRANSITIONS, job.state, state)
    owned = state in OWNED
    return job.model_copy(
        update={
            "state": state,
            "error": error,
            "interruption": None if state in ENDED else job.interruption,
            "order": job.order if owned else "",
            "worker_id": job.worker_id if owned else None,
            "finished_at": at if state in ENDED else None,
            "updated_at": at,
        }
    )


def is_held(job: Job, state_of: Callable[[str], str | None]) -> bool:
    """Whether a job waits for one before it. One that nobody knows any more holds up nothing."""
    return any(state_of(first) not in (None, JobState.COMPLETED) for first in job.after)


def claimed(job: Job, worker_id: str, at: str) -> Job:
    """`job` taken by a worker: the next attempt begins."""
    job = stepped(job, JobState.PREPARING, at)
    return job.model_copy(
        update={
            "attempt": job.attempt + 1,
            "worker_id": worker_id,
            "order": "",
            "started_at": job.started_at or at,
        }
    )


def ordered(job: Job, order: Order, at: str) -> Job | None:
    """`job` after a person's wish; None when it is already so. IllegalTransitionError where it cannot be."""
    if order == "save":
        return _save_wished(job, at)
    if order not in _WISHED_STATE:
        raise ValueError(f"unknown order {order!r}")
    doing, done = _WISHED_STATE[order]
    if job.state in (doing, done):
        return None
    if job.state in ENDED:
        raise IllegalTransitionError(
            "illegal_transition", "This has already ended.", "Nothing needs to be done."
        )
    if order == "cancel" and job.state in _UNOWNED:
        return stepped(job, done, at)
    return stepped(job, doing, at).model_copy(update={"order": order})


def _save_wished(job: Job, at: str) -> Job | None:
    if job.state is not JobState.RUNNING:
        raise IllegalTransitionError(
            "not_running", "Only a running training can save now.", "Wait until it runs, then try again."
        )
    return None if job.order == "save" else job.model_copy(update={"order": "save", "updated_at": at})


def lost(job: Job, at: str, *, tries: int, max_attempts: int, reason: JobError = WORKER_LOST) -> list[Job]:
    """List every state that a job passes through when its worker is gone (or left it interrupted) or its attempt broke off."""
    if job.state is JobState.CANCELLING:
        return [stepped(job, JobState.CANCELLED, at)]
    if job.state is JobState.PAUSING:
        return [stepped(job, JobState.PAUSED, at)]
    steps = [] if job.state is JobState.INTERRUPTED else [_interrupted(job, at, reason)]
    last = steps[-1] if steps else job
    if tries >= max_attempts:
        return [*steps, stepped(last, JobState.FAILED, at, reason)]
    return [*steps, stepped(last, JobState.QUEUED, at)]


def _interrupted(job: Job, at: str, reason: JobError) -> Job:
    job = stepped(job, JobState.INTERRUPTED, at)
    step, total = job.progress.step, job.progress.total_steps
    where = (
        said("Interrupted at {step} of {total}.", step=step, total=total)
        if step
        else said("Interrupted before its first step.")
    )
    gone = reason.code == WORKER_LOST.code
    why = said("The worker stopped.") if gone else reason.sentence("message")
    note = JobError(code=reason.code, message=joined(where, why), hint=GOES_ON)
    return job.model_copy(update={"interruption": note})


def requeued(job: Job, at: str) -> Job:
    """A person's resume or retry begins with a clean slate."""
    return stepped(job, JobState.QUEUED, at).model_copy(update={"interruption": None})


def cleaned(error: JobError | None) -> JobError | None:
    """Trainers write paths and tokens into their messages."""
    if error is None:
        return None
    return error.saying(**{field: redacted(error.sentence(field)) for field in ("message", "hint")})


def with_checkpoint(job: Job, checkpoint: Checkpoint, at: str) -> Job:
    """`checkpoint` added, or put in the place of the one of the same step; sorted by step."""
    others = [other for other in job.checkpoints if other.step != checkpoint.step]
    checkpoints = sorted([*others, checkpoint], key=lambda other: other.step)
    return job.model_copy(update={"checkpoints": checkpoints, "updated_at": at})


def with_artifact(job: Job, artifact: Artifact, at: str) -> Job:
    """`artifact` added, or put in the place of the same file."""
    others = [other for other in job.artifacts if (other.kind, other.file) != (artifact.kind, artifact.file)]
    return job.model_copy(update={"artifacts": [*others, artifact], "updated_at": at})


def unreadable() -> StorageError:
    return StorageError(
        "job_unreadable",
        "This job's record can't be read: it is damaged, or a newer Isengard wrote it.",
        "Update Isengard here, or start the job again. Nothing was deleted.",
    )


def lease_lost(lease: Lease) -> LeaseLostError:
    return LeaseLostError(
        "lease_lost",
        said("Attempt {attempt} no longer owns this job.", attempt=lease.attempt),
        "Another worker took it over; nothing was lost.",
    )
