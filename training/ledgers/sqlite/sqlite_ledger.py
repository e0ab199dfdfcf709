"""The ledger in one SQLite file (jobs.db): every change and its event in one immediate transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

from ....core.clock import Clock, iso
from ....core.errors import StorageError
from ....core.jobs.ledger import JobFilter, Lease
from ....core.records.base import Page
from ....core.records.checkpoint import Checkpoint
from ....core.records.event import Event, EventType, Subject
from ....core.records.job import Artifact, Job, JobError, Order, Progress
from ....core.records.job_states import JobState
from ....core.records.worker import Worker
from ....core.storage.documents import Documents
from ..eligibility import Eligibility
from ..job_files import JobFiles
from ..liveness import Liveness, look
from ..rules import unreadable
from . import commands, events, leases, reconciling, rows, workers
from .reserve import Reserve
from .store import Store

T = TypeVar("T")


class SqliteLedger:
    """Implements core.ledger.Ledger. Each instance is one observer with its own view of who is alive."""

    def __init__(
        self,
        path: Path,
        clock: Clock,
        *,
        lease_s: float = 60.0,
        max_attempts: int = 3,
        files: JobFiles | None = None,
    ) -> None:
        self._clock = clock
        self._files = files
        self._lease_s = lease_s
        self._max_attempts = max_attempts
        self._jobs_seen = Liveness(clock)
        self._workers_seen = Liveness(clock)
        self._epoch = ""
        self._documents = Documents()
        #: jobs whose rows cannot be read, nor brought back
        self._aside: set[str] = set()
        self._came_back = 0
        self._store = Store(path, self._fill, self._restart, rebuilt=self._rebuilt)
        self._reserve = Reserve(path)
        self._reserve.make()

    @property
    def epoch(self) -> str:
        with self._store.read():
            return self._epoch

    def _fill(self, connection: sqlite3.Connection) -> None:
        """Jobs of which this file knows nothing come back from their folders."""
        self._epoch = str(connection.execute("SELECT value FROM meta WHERE name='epoch'").fetchone()[0])
        for job_id in rows.check(connection):
            self._bring_back(connection, job_id)
        jobs = self._files.all() if self._files is not None else ()
        self._came_back = sum(rows.restore(connection, job) for job in jobs)

    def _rebuilt(self, kept_as: str) -> None:
        if self._files is not None:
            self._files.came_back("jobs_rebuilt", self._now(), count=self._came_back, file=kept_as)

    def _restart(self) -> None:
        self._jobs_seen.restart()
        self._workers_seen.restart()

    def _now(self) -> str:
        return iso(self._clock.now())

    def _keep(self, job: Job) -> Job:
        """The job's copy beside its files follows every change."""
        if self._files is not None:
            self._files.keep(job.id, self.get)
        return job

    def _urgently(self, step: Callable[[sqlite3.Connection], Job]) -> Job:
        """A change of state finds room on a full disk."""
        try:
            return self._write(step)
        except StorageError as fault:
            if fault.code != "disk_full" or not self._reserve.give():
                raise
        return self._write(step)

    def _read(self, step: Callable[[sqlite3.Connection], T]) -> T:
        return self._mending(self._store.read, step)

    def _write(self, step: Callable[[sqlite3.Connection], T]) -> T:
        return self._mending(self._store.write, step)

    def _mending(
        self,
        opened: Callable[[], AbstractContextManager[sqlite3.Connection]],
        step: Callable[[sqlite3.Connection], T],
    ) -> T:
        """Rows that cannot be read come back from their jobs' folders, or are set aside; then it is done again."""
        while True:
            try:
                with opened() as db:
                    return step(db)
            except rows.Unreadable as found:
                self._mend(found)

    def _mend(self, found: rows.Unreadable) -> None:
        """StorageError `job_unreadable` where one of them has been set aside before."""
        if not self._aside.isdisjoint(found.job_ids):
            raise unreadable() from found
        with self._store.write() as db:
            for job_id in found.job_ids:
                self._bring_back(db, job_id)

    def _bring_back(self, connection: sqlite3.Connection, job_id: str) -> None:
        text = rows.damaged(connection, job_id)
        kept = self._files.read(job_id) if text is not None and self._files is not None else None
        if kept is not None:
            rows.put_back(connection, kept)
        elif rows.is_unreadable(connection, job_id):
            self._documents.leave_out(Job, job_id, "damaged" if text is not None else "newer")
            self._aside.add(job_id)
        if text is not None and self._files is not None:
            self._files.set_aside(job_id, text, came_back=kept is not None)

    # --- jobs, asked by people ---
    def submit(self, job: Job) -> Job:
        return self._write(lambda db: commands.submit(db, job, self._now()))

    def get(self, job_id: str) -> Job:
        return self._read(lambda db: rows.load(db, job_id).job)

    def jobs(self, wanted: JobFilter, *, limit: int = 50, cursor: str | None = None) -> Page[Job]:
        most = max(1, min(limit, 500))
        return self._read(lambda db: rows.page(db, wanted, self._aside, limit=most, cursor=cursor))

    def job_ids_of(self, character_id: str) -> list[str]:
        return self._read(lambda db: rows.ids_of(db, character_id))

    def order(self, job_id: str, order: Order) -> Job:
        return self._keep(self._urgently(lambda db: commands.order(db, job_id, order, self._now())))

    def requeue(self, job_id: str, *, keep_attempts: bool = False) -> Job:
        return self._keep(
            self._write(lambda db: commands.requeue(db, job_id, self._now(), keep_attempts=keep_attempts))
        )

    def move(self, job_id: str, *, priority: int | None = None, position: int | None = None) -> Job:
        to = {"priority": priority, "position": position}
        return self._keep(self._write(lambda db: commands.move(db, job_id, self._now(), self._aside, **to)))

    def annotate(self, job_id: str, checkpoint: Checkpoint) -> Job:
        return self._keep(self._write(lambda db: commands.annotate(db, job_id, checkpoint, self._now())))

    def forget(self, job_id: str) -> None:
        with self._store.write() as db:
            commands.forget(db, job_id)

    def forget_events(self, subject_ids: Collection[str]) -> int:
        with self._store.write() as db:
            gone = events.forget(db, subject_ids)
        self._store.scrub()
        return gone

    def forget_mentions(self, ids: Collection[str]) -> int:
        numbers = self._read(lambda db: events.that_name(db, ids))
        return self._write(lambda db: events.remove(db, numbers))

    def restore(self, jobs: Sequence[Job]) -> int:
        return self._write(lambda db: sum(rows.restore(db, job) for job in jobs))

    # --- jobs, by workers ---
    def claim(
        self, *, worker_id: str, owner: str, needs: Collection[str], backends: Collection[str] | None = None
    ) -> tuple[Job, Lease] | None:
        able = Eligibility(needs, backends)
        who = {"worker_id": worker_id, "owner": owner}
        if not needs or self._read(lambda db: rows.best_queued(db, able, self._aside)) is None:
            return None
        taken = self._write(lambda db: leases.claim(db, able, self._now(), self._aside, **who))
        if taken is not None:
            self._keep(taken[0])
        return taken

    def beat(self, lease: Lease) -> Order:
        return self._write(lambda db: leases.beat(db, lease))

    def advance(
        self,
        lease: Lease,
        state: JobState,
        *,
        error: JobError | None = None,
        data: dict[str, Any] | None = None,
    ) -> Job:
        return self._keep(
            self._urgently(lambda db: leases.advance(db, lease, state, self._now(), error=error, data=data))
        )

    def interrupt(self, lease: Lease, reason: JobError) -> Job:
        return self._keep(
            self._urgently(lambda db: leases.interrupt(db, lease, reason, self._now(), self._max_attempts))
        )

    def progress(self, lease: Lease, progress: Progress) -> None:
        self._write(lambda db: leases.progress(db, lease, progress, self._now()))

    def checkpoint(self, lease: Lease, checkpoint: Checkpoint) -> None:
        self._keep(self._write(lambda db: leases.checkpoint(db, lease, checkpoint, self._now())))

    def artifact(self, lease: Lease, artifact: Artifact) -> None:
        self._write(lambda db: leases.artifact(db, lease, artifact, self._now()))

    def reconcile(self) -> list[Job]:
        self._reserve.make()
        with self._store.read() as db:
            everybody = workers.everyone(db, self._documents)
            silent = reconciling.silent(db, self._jobs_seen, self._lease_s)
        _, gone = look(everybody, self._workers_seen, self._lease_s)
        for seen in silent:
            if seen.job_id not in self._aside:
                self._take_back(seen)
        for worker_id in gone:
            self.remove_worker(worker_id)
        return self._read(lambda db: rows.queued(db, self._aside))

    def _take_back(self, seen: reconciling.Silent) -> None:
        """One that cannot be read stays where it is and holds up no other."""
        try:
            self._write(lambda db: reconciling.take_back(db, seen, self._now(), self._max_attempts))
            self._keep(self.get(seen.job_id))
        except StorageError as fault:
            if fault.code != "job_unreadable":
                raise

    # --- workers ---
    def report_worker(self, worker: Worker) -> None:
        with self._store.write() as db:
            workers.report(db, self._documents, worker, self._now())
        self._workers_seen.witness(worker.id, worker.beat)

    def workers(self) -> list[Worker]:
        with self._store.read() as db:
            everybody = workers.everyone(db, self._documents)
        return look(everybody, self._workers_seen, self._lease_s)[0]

    def remove_worker(self, worker_id: str) -> None:
        with self._store.write() as db:
            workers.remove(db, worker_id, self._now())

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
        with self._store.write() as db:
            return events.append(db, event)

    def events_after(self, seq: int, *, limit: int = 500) -> Sequence[Event]:
        with self._store.read() as db:
            return events.after(db, self._documents, seq, limit)

    def first_seq(self) -> int:
        """The oldest event still kept: a client that saw less than `first_seq() - 1` must fetch everything anew."""
        with self._store.read() as db:
            return events.first_seq(db)

    def last_seq(self) -> int:
        with self._store.read() as db:
            return events.last_seq(db)

    def close(self) -> None:
        self._store.close()
