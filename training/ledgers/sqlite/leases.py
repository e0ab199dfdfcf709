"""What runners write: claim, beat, advance, progress, checkpoints, artifacts. All fenced by the lease."""

from __future__ import annotations

import sqlite3
from collections.abc import Container
from typing import Any

from ....core.jobs.ledger import Lease
from ....core.records.checkpoint import Checkpoint
from ....core.records.job import Artifact, Job, JobError, Order, Progress
from ....core.records.job_states import JobState
from .. import rules
from ..eligibility import Eligibility
from ..job_events import state_data
from . import events, rows


def claim(
    connection: sqlite3.Connection,
    able: Eligibility,
    at: str,
    aside: Container[str],
    *,
    worker_id: str,
    owner: str,
) -> tuple[Job, Lease] | None:
    row = rows.best_queued(connection, able, aside) if able.needs else None
    if row is None:
        return None
    job = rules.claimed(row.job, worker_id, at)
    if not rows.take(connection, job, owner):
        return None
    events.append_for_job(connection, job, "job.state", at, state_data(job))
    return job, Lease(job_id=job.id, attempt=job.attempt, owner=owner)


def beat(connection: sqlite3.Connection, lease: Lease) -> Order:
    """A wish to save is told once; cancel and pause are told until the state follows."""
    row = rows.load_owned(connection, lease)
    connection.execute("UPDATE job SET beat = beat + 1, owner = ? WHERE id = ?", (lease.owner, lease.job_id))
    if row.job.order == "save":
        _keep(connection, row, row.job.model_copy(update={"order": ""}))
    return row.job.order


def advance(
    connection: sqlite3.Connection,
    lease: Lease,
    state: JobState,
    at: str,
    *,
    error: JobError | None,
    data: dict[str, Any] | None,
) -> Job:
    row = rows.load_owned(connection, lease)
    job = rules.stepped(row.job, state, at, rules.cleaned(error))
    _keep(connection, row, job)
    events.append_for_job(connection, job, "job.state", at, {**(data or {}), **state_data(job)})
    return job


def interrupt(
    connection: sqlite3.Connection, lease: Lease, reason: JobError, at: str, max_attempts: int
) -> Job:
    row = rows.load_owned(connection, lease)
    reason = rules.cleaned(reason) or reason
    for job in rules.lost(row.job, at, tries=row.tries, max_attempts=max_attempts, reason=reason):
        _keep(connection, row, job)
        events.append_for_job(connection, job, "job.state", at, state_data(job))
    return job


def progress(connection: sqlite3.Connection, lease: Lease, value: Progress, at: str) -> None:
    row = rows.load_owned(connection, lease)
    job = row.job.model_copy(update={"progress": value, "updated_at": at})
    _keep(connection, row, job)
    events.append_for_job(connection, job, "job.progress", at, {"progress": value.model_dump(mode="json")})


def checkpoint(connection: sqlite3.Connection, lease: Lease, value: Checkpoint, at: str) -> Job:
    row = rows.load_owned(connection, lease)
    job = rules.with_checkpoint(row.job, value, at)
    _keep(connection, row, job)
    data = {"checkpoint": value.model_dump(mode="json")}
    events.append_for_job(connection, job, "job.checkpoint", at, data)
    return job


def artifact(connection: sqlite3.Connection, lease: Lease, value: Artifact, at: str) -> None:
    row = rows.load_owned(connection, lease)
    job = rules.with_artifact(row.job, value, at)
    _keep(connection, row, job)
    if value.kind == "sample":
        events.append_for_job(connection, job, "job.sample", at, {"file": value.file, "step": value.step})


def _keep(connection: sqlite3.Connection, row: rows.Row, job: Job) -> None:
    rows.save(connection, job, owner=row.owner, tries_from=row.tries_from)
