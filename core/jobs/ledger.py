"""The ledger port: the one authority on jobs, events and workers. Delivery (huey) only rings; this decides.

Every write of a runner carries its Lease and fails with LeaseLostError when another attempt began.
A ledger may be called from any thread. All methods block; async callers use a thread.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ..records.base import Page
from ..records.checkpoint import Checkpoint
from ..records.event import Event, EventType, Subject
from ..records.job import Artifact, Job, JobError, Order, Progress
from ..records.job_states import JobState
from ..records.worker import Worker


@dataclass(frozen=True)
class Lease:
    """Proof of ownership: this owner, this attempt of this job."""

    job_id: str
    attempt: int
    owner: str


@dataclass(frozen=True)
class JobFilter:
    states: Collection[JobState] = ()
    kinds: Collection[str] = ()
    character_id: str | None = None


class RunnerLedger(Protocol):
    """The part of the ledger that the runner of an attempt needs."""

    def beat(self, lease: Lease) -> Order:
        """Renew the lease; answers what the person wants ('' = carry on). LeaseLostError."""

    def advance(
        self,
        lease: Lease,
        state: JobState,
        *,
        error: JobError | None = None,
        data: dict[str, Any] | None = None,
    ) -> Job:
        """Change state under the lease; emits job.state. IllegalTransitionError, LeaseLostError."""

    def interrupt(self, lease: Lease, reason: JobError) -> Job:
        """Give an attempt that broke off back: interrupted, then queued again (the job's `interruption` says why), or
        failed with `reason` when there were too many attempts. LeaseLostError."""

    def progress(self, lease: Lease, progress: Progress) -> None:
        """Store and emit job.progress (callers keep to 4 a second)."""

    def checkpoint(self, lease: Lease, checkpoint: Checkpoint) -> None:
        """Add or replace the checkpoint of that step; emits job.checkpoint."""

    def artifact(self, lease: Lease, artifact: Artifact) -> None:
        """Add an artifact; emits job.sample for samples."""

    def emit(
        self,
        type: EventType,
        subject: Subject,
        data: dict[str, Any],
        *,
        correlation_id: str,
        attempt: int | None = None,
    ) -> Event:
        """Append to the one global order (redacted)."""


class Ledger(RunnerLedger, Protocol):
    @property
    def epoch(self) -> str:
        """Changes when the ledger was rebuilt: clients then fetch everything anew."""

    # --- jobs, asked by people (server) ---
    def submit(self, job: Job) -> Job:
        """Insert a queued job at the end of its priority; emits job.state. The same id again answers what is there."""

    def get(self, job_id: str) -> Job:
        """NotFoundError `job_not_found`."""

    def jobs(self, wanted: JobFilter, *, limit: int = 50, cursor: str | None = None) -> Page[Job]:
        """Newest first."""

    def job_ids_of(self, character_id: str) -> list[str]:
        """The ids of all jobs of theirs, those too whose records cannot be read."""

    def order(self, job_id: str, order: Order) -> Job:
        """cancel | pause | save: durable wish for an owned job (state cancelling/pausing at once for the first two); a job
        nobody owns is cancelled directly. IllegalTransitionError where the table has no such step."""

    def requeue(self, job_id: str, *, keep_attempts: bool = False) -> Job:
        """paused | failed | cancelled | interrupted -> queued (resume, retry)."""

    def move(self, job_id: str, *, priority: int | None = None, position: int | None = None) -> Job:
        """Reorder a queued job."""

    def annotate(self, job_id: str, checkpoint: Checkpoint) -> Job:
        """Replace the checkpoint of the same step (published, proof.image, scores); allowed after the end."""

    def forget(self, job_id: str) -> None:
        """Remove a job and its events for good (forget a person)."""

    def forget_events(self, subject_ids: Collection[str]) -> int:
        """Remove every event about these (a person, their pictures) and leave nothing of what was forgotten in a
        journal either; how many went."""

    def forget_mentions(self, ids: Collection[str]) -> int:
        """Remove every event in which one of these is named, whatever it is about; how many went. `forget_events` cleans up."""

    def restore(self, jobs: Sequence[Job]) -> int:
        """Bring back jobs of which the ledger knows nothing, as they were; how many. One that a worker holds has no owner
        until the runner of that very attempt writes, and is taken back when none does."""

    # --- jobs, by workers ---
    def claim(
        self, *, worker_id: str, owner: str, needs: Collection[str], backends: Collection[str] | None = None
    ) -> tuple[Job, Lease] | None:
        """The best eligible queued job (priority desc, position asc) moves to preparing, attempt + 1; None when there is none.
        `backends`: the trainers that are ready here; trainings by others are left to others. None: any."""

    def reconcile(self) -> list[Job]:
        """Turn owned jobs whose beat stood still for the lease (by this observer's monotonic clock) into interrupted and,
        below the attempt limit, queued again; the limit reached -> failed `worker_lost`; cancelling -> cancelled,
        pausing -> paused. Returns every job that is queued now and needs a doorbell."""

    # --- workers ---
    def report_worker(self, worker: Worker) -> None:
        """Insert or renew; emits worker.state when something other than the beat changed."""

    def workers(self) -> list[Worker]:
        """Workers whose beat this observer saw move within the lease."""

    def remove_worker(self, worker_id: str) -> None: ...

    # --- events ---
    def events_after(self, seq: int, *, limit: int = 500) -> Sequence[Event]:
        """Events with a greater seq, oldest first."""

    def first_seq(self) -> int:
        """The oldest event still kept, one beyond the last when there is none: who saw less than the one before it has
        missed some."""

    def last_seq(self) -> int: ...

    def close(self) -> None: ...


_PAGE = 200


def every_job(ledger: Ledger, wanted: JobFilter) -> Iterator[Job]:
    """All jobs of the kind that is wanted, newest first."""
    cursor = None
    while True:
        page = ledger.jobs(wanted, limit=_PAGE, cursor=cursor)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return
