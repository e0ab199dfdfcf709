"""What people ask of jobs: submit, order, requeue, move, annotate."""

from __future__ import annotations

from ....core.errors import ConflictError, InvalidError, NotFoundError
from ....core.records.checkpoint import Checkpoint
from ....core.records.job import Job, Order
from ....core.records.job_states import JobState
from .. import rules
from ..job_events import about_job, new_state
from . import rows
from .link import Link
from .rows import Change, Row


def submit(link: Link, job: Job, at: str) -> Job:
    if job.state is not JobState.QUEUED:
        raise InvalidError("not_queued", "Only a queued job can be submitted.", "Make a new one.")
    job = job.model_copy(update={"position": link.number("number")})
    new = Row(job, tries_from=job.attempt)
    if rows.commit(link, new, Change(new, [new_state(job, at)])):
        return job
    return rows.load(link, job.id).job


def order(link: Link, job_id: str, wish: Order, at: str) -> Job:
    def make(row: Row) -> Change | None:
        job = rules.ordered(row.job, wish, at)
        return None if job is None else _told(row, job, at)

    return rows.change(link, lambda: rows.load(link, job_id), make)


def requeue(link: Link, job_id: str, at: str, *, keep_attempts: bool) -> Job:
    """Resume and interruption keep their place in the line; a retry goes to its end."""

    def make(row: Row) -> Change:
        job = rules.requeued(row.job, at)
        if row.job.state in (JobState.FAILED, JobState.CANCELLED):
            job = job.model_copy(update={"position": link.number("number")})
        tries_from = row.tries_from if keep_attempts else job.attempt
        return Change(Row(job, tries_from=tries_from), [new_state(job, at)])

    return rows.change(link, lambda: rows.load(link, job_id), make)


def move(link: Link, job_id: str, at: str, *, priority: int | None, position: int | None) -> Job:
    """`position` is the place among the queued jobs of that priority, 0 first."""

    def make(row: Row) -> Change | None:
        job = _queued(row).job
        if priority is None or priority == job.priority:
            return None
        if not 0 <= priority <= 100:
            raise InvalidError("bad_priority", "The priority must be between 0 and 100.", "50 is usual.")
        number = link.number("number")
        job = job.model_copy(update={"priority": priority, "position": number, "updated_at": at})
        return _told(row, job, at)

    job = rows.change(link, lambda: rows.load(link, job_id), make)
    if position is not None:
        _place(link, job, position, at)
    return rows.load(link, job_id).job


def _queued(row: Row) -> Row:
    if row.job.state is not JobState.QUEUED:
        raise ConflictError(
            "not_queued", "Only a queued job can be moved.", "It has started or ended: reload."
        )
    return row


def _place(link: Link, job: Job, position: int, at: str) -> None:
    """Hand the same numbers out in the new order; one that has started meanwhile keeps what it has."""
    line = [waiting for waiting in rows.queued(link, ("gpu", "cpu")) if waiting.priority == job.priority]
    numbers = [waiting.position for waiting in line]
    line = [waiting for waiting in line if waiting.id != job.id]
    line.insert(min(max(0, position), len(line)), job)
    for waiting, number in zip(line, numbers, strict=False):

        def make(row: Row, number: int = number) -> Change | None:
            if row.job.position == number or row.job.state is not JobState.QUEUED:
                return None
            return _told(row, row.job.model_copy(update={"position": number, "updated_at": at}), at)

        rows.change(link, lambda job_id=waiting.id: rows.load(link, job_id), make)  # type: ignore[misc]


def annotate(link: Link, job_id: str, checkpoint: Checkpoint, at: str) -> Job:
    def make(row: Row) -> Change:
        if all(other.step != checkpoint.step for other in row.job.checkpoints):
            raise NotFoundError(
                "checkpoint_not_found", "This job has no checkpoint of that step.", "Reload this page."
            )
        job = rules.with_checkpoint(row.job, checkpoint, at)
        data = {"checkpoint": checkpoint.model_dump(mode="json")}
        event = about_job(job, "job.checkpoint", at, data)
        return Change(Row(job, owner=row.owner, tries_from=row.tries_from), [event])

    return rows.change(link, lambda: rows.load(link, job_id), make)


def _told(row: Row, job: Job, at: str) -> Change:
    return Change(Row(job, owner=row.owner, tries_from=row.tries_from), [new_state(job, at)])
