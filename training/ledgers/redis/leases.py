"""What runners write, fenced by the lease, and the taking back of jobs whose runner went silent."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from ....core.errors import NotFoundError, StorageError
from ....core.jobs.ledger import Lease
from ....core.records.checkpoint import Checkpoint
from ....core.records.event import Event
from ....core.records.job import Artifact, Job, JobError, Order, Progress
from ....core.records.job_states import OWNED, JobState
from .. import rules
from ..eligibility import Eligibility
from ..job_events import about_job, new_state, state_data
from ..liveness import Liveness
from . import rows
from .link import Link
from .rows import Change, Row

_OWNED = tuple(state.value for state in OWNED)


def claim(link: Link, able: Eligibility, at: str, *, worker_id: str, owner: str) -> tuple[Job, Lease] | None:
    passed: list[str] = []
    while able.needs:
        job_id = link.run("best", _as_set(able.backends), _as_set(passed), *able.needs)
        if not job_id:
            return None
        row = _queued(link, job_id)
        if row is None:
            passed.append(job_id)
            continue
        job = rules.claimed(row.job, worker_id, at)
        taken = Change(Row(job, owner=owner, tries_from=row.tries_from), [new_state(job, at)])
        if rows.commit(link, row, taken):
            return job, Lease(job_id=job.id, attempt=job.attempt, owner=owner)
    return None


def _queued(link: Link, job_id: str) -> Row | None:
    """None for one that cannot be taken: gone, taken by another, unreadable, or held by a job before it; it holds no other up."""
    try:
        row = rows.load(link, job_id)
        ready = row.job.state is JobState.QUEUED
        return row if ready and not rules.is_held(row.job, lambda first: _state(link, first)) else None
    except (NotFoundError, StorageError):
        return None


def _state(link: Link, job_id: str) -> JobState | None:
    try:
        return rows.load(link, job_id).job.state
    except NotFoundError:
        return None


def _as_set(names: Collection[str] | None) -> str:
    return "" if names is None else json.dumps(dict.fromkeys(names, True))


def beat(link: Link, lease: Lease) -> Order:
    """A wish to save is told once; cancel and pause are told until the state follows."""
    if link.number("beat", lease.job_id, lease.attempt, lease.owner, *_OWNED) < 0:
        raise rules.lease_lost(lease)
    row = rows.owned(link, lease)
    if row.job.order == "save":
        _write(link, lease, lambda job: (job.model_copy(update={"order": ""}), []))
    return row.job.order


def advance(
    link: Link, lease: Lease, state: JobState, at: str, *, error: JobError | None, data: dict[str, Any] | None
) -> Job:
    def make(row: Row) -> Change | None:
        if row.job.state is state:  # said before by this very attempt, which never heard the answer
            return None
        job = rules.stepped(row.job, state, at, rules.cleaned(error))
        event = about_job(job, "job.state", at, {**(data or {}), **state_data(job)})
        return Change(Row(job, owner=row.owner, tries_from=row.tries_from), [event])

    return rows.change(link, lambda: rows.owned(link, lease), make)


def interrupt(link: Link, lease: Lease, reason: JobError, at: str, max_attempts: int) -> Job:
    reason = rules.cleaned(reason) or reason

    def make(row: Row) -> Change:
        steps = rules.lost(row.job, at, tries=row.tries, max_attempts=max_attempts, reason=reason)
        return _passed(row, steps, at)

    return rows.change(link, lambda: rows.owned(link, lease), make)


def progress(link: Link, lease: Lease, value: Progress, at: str) -> None:
    def step(job: Job) -> tuple[Job, list[Event]]:
        job = job.model_copy(update={"progress": value, "updated_at": at})
        return job, [about_job(job, "job.progress", at, {"progress": value.model_dump(mode="json")})]

    _write(link, lease, step)


def checkpoint(link: Link, lease: Lease, value: Checkpoint, at: str) -> Job:
    def step(job: Job) -> tuple[Job, list[Event]]:
        job = rules.with_checkpoint(job, value, at)
        return job, [about_job(job, "job.checkpoint", at, {"checkpoint": value.model_dump(mode="json")})]

    return _write(link, lease, step)


def artifact(link: Link, lease: Lease, value: Artifact, at: str) -> None:
    def step(job: Job) -> tuple[Job, list[Event]]:
        job = rules.with_artifact(job, value, at)
        event = about_job(job, "job.sample", at, {"file": value.file, "step": value.step})
        return job, [event] if value.kind == "sample" else []

    _write(link, lease, step)


def _write(link: Link, lease: Lease, step: Callable[[Job], tuple[Job, list[Event]]]) -> Job:
    def make(row: Row) -> Change:
        job, events = step(row.job)
        return Change(Row(job, owner=row.owner, tries_from=row.tries_from), events)

    return rows.change(link, lambda: rows.owned(link, lease), make)


@dataclass(frozen=True)
class Silent:
    """A job to take back, exactly as it was when judged."""

    job_id: str
    beat: str
    mark: tuple[str, str, str]


def silent(link: Link, sightings: Liveness, lease_s: float) -> list[Silent]:
    """Owned jobs whose beat stood still for the lease, and interrupted ones nobody put back in the line."""
    held = link.run("held", *_OWNED, JobState.INTERRUPTED.value)
    sightings.keep([row[0] for row in held])
    return [
        Silent(job_id, beat, (attempt, owner, beat))
        for job_id, attempt, owner, beat, state in held
        if state == JobState.INTERRUPTED.value or sightings.still_s(job_id, (attempt, owner, beat)) >= lease_s
    ]


def take_back(link: Link, seen: Silent, at: str, max_attempts: int) -> bool:
    """False when it moved in the meantime."""
    try:
        row = rows.load(link, seen.job_id)
    except (NotFoundError, StorageError):
        return False
    if (str(row.job.attempt), row.owner, row.beat) != seen.mark:
        return False
    if row.job.state not in OWNED and row.job.state is not JobState.INTERRUPTED:
        return False
    steps = rules.lost(row.job, at, tries=row.tries, max_attempts=max_attempts)
    return rows.commit(link, row, _passed(row, steps, at), beat=seen.beat)


def _passed(row: Row, steps: Sequence[Job], at: str) -> Change:
    return Change(Row(steps[-1], tries_from=row.tries_from), [new_state(job, at) for job in steps])
