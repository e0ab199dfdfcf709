"""The ledger in Redis, for workers on several machines: every change and its events in one script that Redis runs alone.

Leases are judged as in SQLite, by each observer's own monotonic clock over heartbeats it sees: a time to live in Redis
follows Redis's wall clock, and its jump would end every lease at once.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from typing import Any

from ....core.clock import Clock, iso
from ....core.ids import is_id
from ....core.jobs.ledger import JobFilter, Lease
from ....core.records.base import Page
from ....core.records.checkpoint import Checkpoint
from ....core.records.event import Event, EventType, Subject
from ....core.records.job import Artifact, Job, JobError, Order, Progress
from ....core.records.job_states import JobState
from ....core.records.worker import Worker
from ..eligibility import Eligibility
from ..job_events import about_worker, essence
from ..job_files import JobFiles
from ..liveness import Liveness, look
from . import commands, leases, rows
from .link import Link

_NEEDS = ("gpu", "cpu")
_log = logging.getLogger("isengard.queue")


class RedisLedger:
    """Implements core.ledger.Ledger. `files`: the jobs' folders, for a Redis that lost them."""

    def __init__(
        self,
        url: str,
        clock: Clock,
        *,
        lease_s: float = 120.0,
        max_attempts: int = 3,
        files: JobFiles | None = None,
    ) -> None:
        self._link = Link(url, self._lost, self._refilled, self._copy, self._missing)
        self._files = files
        self._clock = clock
        self._lease_s = lease_s
        self._max_attempts = max_attempts
        self._jobs_seen = Liveness(clock)
        self._workers_seen = Liveness(clock)
        self._link.gaps += [self._jobs_seen.restart, self._workers_seen.restart]

    @property
    def epoch(self) -> str:
        return self._link.epoch

    def _now(self) -> str:
        return iso(self._clock.now())

    def _lost(self) -> list[tuple[str, ...]]:
        """What an empty Redis is filled with."""
        return [rows.restorable(job) for job in self._files.all()] if self._files else []

    def _refilled(self, count: int) -> None:
        if self._files is not None and count:
            self._files.came_back("jobs_refilled", self._now(), count=count)

    def _copy(self, job_id: str, text: str) -> Job | None:
        """In place of a damaged document; told once."""
        kept = self._files.read(job_id) if self._files is not None and is_id("job", job_id) else None
        if self._files is not None and is_id("job", job_id):
            self._files.set_aside(job_id, text, came_back=kept is not None)
        return kept

    def _missing(self, job_id: str) -> Job | None:
        """In place of what Redis has dropped by itself: as the job's folder says it, which then is in Redis again."""
        known = self._files is not None and is_id("job", job_id) and self._files.has(job_id)
        kept = self._files.read(job_id) if self._files is not None and known else None
        if kept is None or not self._link.number("bring", *rows.restorable(kept)):
            return None
        _log.warning("Redis has dropped a job, which came back", extra={"context": {"job_id": job_id}})
        return kept

    def _keep(self, job: Job) -> Job:
        """The job's copy beside its files follows every change."""
        if self._files is not None:
            self._files.keep(job.id, self.get)
        return job

    # --- jobs, asked by people ---
    def submit(self, job: Job) -> Job:
        return commands.submit(self._link, job, self._now())

    def get(self, job_id: str) -> Job:
        return rows.load(self._link, job_id).job

    def jobs(self, wanted: JobFilter, *, limit: int = 50, cursor: str | None = None) -> Page[Job]:
        return rows.page(self._link, wanted, max(1, min(limit, 500)), cursor)

    def job_ids_of(self, character_id: str) -> list[str]:
        return rows.ids_of(self._link, character_id)

    def order(self, job_id: str, order: Order) -> Job:
        return self._keep(commands.order(self._link, job_id, order, self._now()))

    def requeue(self, job_id: str, *, keep_attempts: bool = False) -> Job:
        return self._keep(commands.requeue(self._link, job_id, self._now(), keep_attempts=keep_attempts))

    def move(self, job_id: str, *, priority: int | None = None, position: int | None = None) -> Job:
        return self._keep(
            commands.move(self._link, job_id, self._now(), priority=priority, position=position)
        )

    def annotate(self, job_id: str, checkpoint: Checkpoint) -> Job:
        return self._keep(commands.annotate(self._link, job_id, checkpoint, self._now()))

    def forget(self, job_id: str) -> None:
        self._link.run("forget", job_id)

    def forget_events(self, subject_ids: Collection[str]) -> int:
        gone = self._link.number("forget_events", *subject_ids)
        self._link.scrub()
        return gone

    def forget_mentions(self, ids: Collection[str]) -> int:
        return self._link.number("forget_mentions", *ids)

    def restore(self, jobs: Sequence[Job]) -> int:
        return self._link.restore([rows.restorable(job) for job in jobs]) if self._link.epoch else 0

    # --- jobs, by workers ---
    def claim(
        self, *, worker_id: str, owner: str, needs: Collection[str], backends: Collection[str] | None = None
    ) -> tuple[Job, Lease] | None:
        able = Eligibility(needs, backends)
        taken = leases.claim(self._link, able, self._now(), worker_id=worker_id, owner=owner)
        if taken is not None:
            self._keep(taken[0])
        return taken

    def beat(self, lease: Lease) -> Order:
        return leases.beat(self._link, lease)

    def advance(
        self,
        lease: Lease,
        state: JobState,
        *,
        error: JobError | None = None,
        data: dict[str, Any] | None = None,
    ) -> Job:
        return self._keep(leases.advance(self._link, lease, state, self._now(), error=error, data=data))

    def interrupt(self, lease: Lease, reason: JobError) -> Job:
        return self._keep(leases.interrupt(self._link, lease, reason, self._now(), self._max_attempts))

    def progress(self, lease: Lease, progress: Progress) -> None:
        leases.progress(self._link, lease, progress, self._now())

    def checkpoint(self, lease: Lease, checkpoint: Checkpoint) -> None:
        self._keep(leases.checkpoint(self._link, lease, checkpoint, self._now()))

    def artifact(self, lease: Lease, artifact: Artifact) -> None:
        leases.artifact(self._link, lease, artifact, self._now())

    def reconcile(self) -> list[Job]:
        for seen in leases.silent(self._link, self._jobs_seen, self._lease_s):
            if leases.take_back(self._link, seen, self._now(), self._max_attempts):
                self._keep(rows.load(self._link, seen.job_id).job)
        _, gone = look(self._everyone(), self._workers_seen, self._lease_s)
        for worker_id in gone:
            self.remove_worker(worker_id)
        return rows.queued(self._link, _NEEDS)

    # --- workers ---
    def report_worker(self, worker: Worker) -> None:
        former = self._link.run("worker", worker.id, worker.document())
        before = self._link.documents.read(Worker, former, worker.id) if former else None
        if before is None or essence(before) != essence(worker):
            self._tell(about_worker(worker.id, worker, self._now()))
        self._workers_seen.witness(worker.id, worker.beat)

    def workers(self) -> list[Worker]:
        return look(self._everyone(), self._workers_seen, self._lease_s)[0]

    def remove_worker(self, worker_id: str) -> None:
        if self._link.number("remove", worker_id):
            self._tell(about_worker(worker_id, None, self._now()))

    def _everyone(self) -> list[Worker]:
        answer = self._link.run("workers")
        named = zip(answer[::2], answer[1::2], strict=True)
        return sorted(self._link.documents.every(Worker, named), key=lambda worker: worker.id)

    # --- events ---
    def emit(
        self,
        type: EventType,
        subject: Subject,
        data: dict[str, Any],
        *,
        correlation_id: str,
        attempt: int | None = None,
    ) -> Event:
        event = Event(
            type=type,
            at=self._now(),
            correlation_id=correlation_id,
            subject=subject,
            attempt=attempt,
            data=data,
        )
        return self._tell(event)

    def _tell(self, event: Event) -> Event:
        document = rows.as_document(event)
        seq = self._link.number("tell", event.subject.id, document)
        return Event.model_validate_json(document).model_copy(update={"seq": seq})

    def events_after(self, seq: int, *, limit: int = 500) -> Sequence[Event]:
        """Pages of which nothing can be read are passed over."""
        while entries := self._link.run("events", seq, limit):
            events = [event for entry in entries if (event := self._event(entry)) is not None]
            if events:
                return events
            seq = _seq(entries[-1])
        return []

    def _event(self, entry: Any) -> Event | None:
        """Of a stream entry: [`seq`-0, [name, value, name, value]]."""
        identifier, fields = entry
        document = dict(zip(fields[::2], fields[1::2], strict=False)).get("d")
        event = self._link.documents.read(Event, document, identifier)
        return None if event is None else event.model_copy(update={"seq": _seq(entry)})

    def first_seq(self) -> int:
        """The oldest event still kept; one beyond the last when there is none."""
        first = self._link.run("first")
        return _seq(first[0]) if first else self.last_seq() + 1

    def last_seq(self) -> int:
        return self._link.number("last")

    def close(self) -> None:
        self._link.close()


def _seq(entry: Any) -> int:
    return int(entry[0].split("-")[0])
