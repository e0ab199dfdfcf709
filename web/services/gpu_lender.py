"""Lend me the GPU: a training saves and stops, pictures are made, the training goes on by itself."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import asdict
from typing import Any

from ...core.clock import iso
from ...core.correlation import correlated
from ...core.errors import ConflictError, IsengardError
from ...core.executor import in_thread
from ...core.records.event import Subject
from ...core.records.job import Job
from ...core.records.job_states import ENDED, JobState
from ...training.gpu import gpu_lending
from ...training.gpu.gpu_lending import Lending
from ..container import Services

LENT_S = 120.0
#: A trainer that saves a large LoRA takes its time; pictures asked for meanwhile wait this long.
STOPS_WITHIN_S = 120.0
_LOOK_S = 0.25
_IDLE_S = 2.0
_LENDABLE = {JobState.RUNNING, JobState.PAUSING, JobState.PAUSED}
_log = logging.getLogger("isengard.lending")


def state(services: Services) -> dict[str, Any] | None:
    """What is lent now, for the panel."""
    lent = gpu_lending.read(services.paths)
    return None if lent is None else asdict(lent)


def lend(services: Services, job_id: str) -> Job:
    """Save and stop the training for two minutes of pictures; asked again, for two minutes from then on.

    Raises ConflictError `wrong_state`, or `gpu_lent` when another training has already made room.
    """
    job = services.ledger.get(job_id)
    known = gpu_lending.read(services.paths)
    if known is not None and known.job_id != job_id:
        raise ConflictError(
            "gpu_lent", "Another training has already made room.", "Make the pictures, or end that first."
        )
    if job.kind != "training" or job.state not in _LENDABLE:
        raise ConflictError("wrong_state", "Only a running training can make room.", "Reload.")
    if known is None:
        _keep(services, Lending(job_id, iso(services.clock.now())))
    elif known.until:
        _keep(services, Lending(job_id, known.asked_at, gpu_lending.lent_until(services.clock, LENT_S)))
    return services.ledger.order(job_id, "pause") if job.state is JobState.RUNNING else job


async def room_made(services: Services) -> None:
    """Returns once a training that was asked to make room has stopped: its memory is free only then."""
    deadline = services.clock.monotonic() + STOPS_WITHIN_S
    while services.clock.monotonic() < deadline:
        lent = await in_thread(gpu_lending.read, services.paths)
        if lent is None or lent.until:
            return
        await asyncio.sleep(_LOOK_S)


def give_back(services: Services) -> None:
    """The training goes on now; nothing happens where nothing is lent."""
    lent = gpu_lending.read(services.paths)
    if lent is not None:
        _go_on(services, lent)


async def keep_lending(services: Services) -> None:
    """For ever: looks after what is lent, also after a restart."""
    while True:
        lent = gpu_lending.read(services.paths)
        if lent is not None:
            try:
                await in_thread(_look_after, services, lent)
            except (IsengardError, OSError) as fault:
                _log.warning("Lending the GPU stumbled", extra={"context": {"reason": str(fault)}})
        await asyncio.sleep(_LOOK_S if lent is not None else _IDLE_S)


def _look_after(services: Services, lent: Lending) -> None:
    try:
        job = services.ledger.get(lent.job_id)
    except IsengardError:
        _let_go(services, lent)
        return
    if job.state in ENDED or (lent.until and job.state is not JobState.PAUSED):
        _let_go(services, lent)  # somebody has cancelled it, or made it go on by hand
    elif job.state is JobState.PAUSED and not lent.until:
        until = gpu_lending.lent_until(services.clock, LENT_S)
        _log.info("The GPU is lent to pictures", extra={"context": {"job_id": job.id, "until": until}})
        _keep(services, Lending(lent.job_id, lent.asked_at, until))
    elif lent.is_over(services.clock) and not services.generations.store.unfinished():
        _go_on(services, lent)


def _go_on(services: Services, lent: Lending) -> None:
    job = services.ledger.get(lent.job_id)
    _let_go(services, lent)
    if job.state is not JobState.PAUSED:
        return
    with correlated(job.correlation_id):
        services.training.resume(job.id)
        _log.info("The training has the GPU again", extra={"context": {"job_id": job.id}})


def _keep(services: Services, lent: Lending) -> None:
    gpu_lending.write(services.paths, lent)
    _tell(services, lent.job_id, asdict(lent))


def _let_go(services: Services, lent: Lending) -> None:
    gpu_lending.clear(services.paths)
    _tell(services, lent.job_id, None)


def _tell(services: Services, job_id: str, lent: dict[str, Any] | None) -> None:
    job = Subject(kind="job", id=job_id)
    services.ledger.emit("lending.state", job, {"lending": lent}, correlation_id="")
