"""What people ask of jobs: submit, order, requeue, move, annotate, forget."""

from __future__ import annotations

import sqlite3
from collections.abc import Container

from ....core.errors import ConflictError, InvalidError, NotFoundError
from ....core.records.checkpoint import Checkpoint
from ....core.records.job import Job, Order
from ....core.records.job_states import JobState
from .. import rules
from ..job_events import state_data
from . import events, rows


def submit(connection: sqlite3.Connection, job: Job, at: str) -> Job:
    row = rows.find(connection, job.id)
    if row is not None:
        return row.job
    if job.state is not JobState.QUEUED:
        raise InvalidError("not_queued", "Only a queued job can be submitted.", "Make a new one.")
    job = rows.insert(connection, job)
    events.append_for_job(connection, job, "job.state", at, state_data(job))
    return job


def order(connection: sqlite3.Connection, job_id: str, wish: Order, at: str) -> Job:
    row = rows.load(connection, job_id)
    job = rules.ordered(row.job, wish, at)
    if job is None:
        return row.job
    _store(connection, row, job, at)
    return job


def requeue(connection: sqlite3.Connection, job_id: str, at: str, *, keep_attempts: bool) -> Job:
    """Resume and interruption keep their place in the line; a retry goes to its end."""
    row = rows.load(connection, job_id)
    job = rules.requeued(row.job, at)
    if row.job.state in (JobState.FAILED, JobState.CANCELLED):
        job = job.model_copy(update={"position": events.next_number(connection, "position")})
    tries_from = row.tries_from if keep_attempts else job.attempt
    rows.save(connection, job, owner="", tries_from=tries_from)
    events.append_for_job(connection, job, "job.state", at, state_data(job))
    return job


def move(
    connection: sqlite3.Connection,
    job_id: str,
    at: str,
    aside: Container[str],
    *,
    priority: int | None,
    position: int | None,
) -> Job:
    """`position` is the place among the queued jobs of that priority, 0 first."""
    row = rows.load(connection, job_id)
    if row.job.state is not JobState.QUEUED:
        raise ConflictError(
            "not_queued", "Only a queued job can be moved.", "It has started or ended: reload."
        )
    job = row.job
    if priority is not None and priority != job.priority:
        if not 0 <= priority <= 100:
            raise InvalidError("bad_priority", "The priority must be between 0 and 100.", "50 is usual.")
        job = job.model_copy(
            update={"priority": priority, "position": events.next_number(connection, "position")}
        )
    if job is not row.job:
        _store(connection, row, job.model_copy(update={"updated_at": at}), at)
    if position is not None:
        _place(connection, job, position, rows.queued(connection, aside, job.priority), at)
    return rows.load(connection, job_id).job


def _place(connection: sqlite3.Connection, job: Job, position: int, line: list[Job], at: str) -> None:
    """Hand the same numbers out in the new order, so that no other priority or later job is touched."""
    numbers = [waiting.position for waiting in line]
    line = [waiting for waiting in line if waiting.id != job.id]
    line.insert(min(max(0, position), len(line)), job)
    for waiting, number in zip(line, numbers, strict=True):
        if waiting.position != number:
            row = rows.load(connection, waiting.id)
            _store(connection, row, row.job.model_copy(update={"position": number, "updated_at": at}), at)


def annotate(connection: sqlite3.Connection, job_id: str, checkpoint: Checkpoint, at: str) -> Job:
    row = rows.load(connection, job_id)
    if all(other.step != checkpoint.step for other in row.job.checkpoints):
        raise NotFoundError(
            "checkpoint_not_found", "This job has no checkpoint of that step.", "Reload this page."
        )
    job = rules.with_checkpoint(row.job, checkpoint, at)
    rows.save(connection, job, owner=row.owner, tries_from=row.tries_from)
    data = {"checkpoint": checkpoint.model_dump(mode="json")}
    events.append_for_job(connection, job, "job.checkpoint", at, data)
    return job


def forget(connection: sqlite3.Connection, job_id: str) -> None:
    connection.execute("DELETE FROM event WHERE subject_kind = 'job' AND subject_id = ?", (job_id,))
    connection.execute("DELETE FROM job WHERE id = ?", (job_id,))


def _store(connection: sqlite3.Connection, row: rows.Row, job: Job, at: str) -> None:
    rows.save(connection, job, owner=row.owner, tries_from=row.tries_from)
    events.append_for_job(connection, job, "job.state", at, state_data(job))
