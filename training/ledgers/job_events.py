"""How a change of a job is told, the same for every ledger. Knows no storage."""

from __future__ import annotations

from typing import Any

from ...core import correlation
from ...core.records.event import Event, EventType, Subject
from ...core.records.job import Job
from ...core.records.worker import Worker

#: Older events are dropped: clients that slept longer fetch everything anew (`first_seq` tells them).
KEPT_EVENTS = 50_000


def about_job(job: Job, type_: EventType, at: str, data: dict[str, Any]) -> Event:
    """An event about `job`, under the action in force, else the one that made the job."""
    return Event(
        type=type_,
        at=at,
        correlation_id=correlation.current() or job.correlation_id,
        subject=Subject(kind="job", id=job.id),
        attempt=job.attempt,
        data=data,
    )


def state_data(job: Job) -> dict[str, Any]:
    return {"state": job.state.value, "attempt": job.attempt, "job": job.model_dump(mode="json")}


def new_state(job: Job, at: str) -> Event:
    return about_job(job, "job.state", at, state_data(job))


def about_worker(worker_id: str, worker: Worker | None, at: str) -> Event:
    """`worker` is None when it went away."""
    return Event(
        type="worker.state",
        at=at,
        correlation_id=correlation.current(),
        subject=Subject(kind="worker", id=worker_id),
        data={"worker": worker.model_dump(mode="json") if worker else None},
    )


def essence(worker: Worker) -> dict[str, Any]:
    """Part of a worker that is worth an event: free memory and the beat change all the time."""
    return worker.model_dump(exclude={"beat": True, "gpus": {"__all__": {"free_bytes"}}})
