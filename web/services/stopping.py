"""Stops what is being made of a person before they are forgotten: else it would be there again afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import time

from ...core.errors import ConflictError, IllegalTransitionError, IsengardError
from ...core.executor import in_thread
from ...core.jobs.ledger import JobFilter
from ...core.records.generation import Generation
from ...core.records.generation_states import GenerationState
from ...core.records.job import Job
from ...core.records.job_states import ENDED
from ..container import Services

#: How long forgetting waits for what it has asked to stop.
STOPS_WITHIN_S = 20.0
STOP_POLL_S = 0.2
_log = logging.getLogger("isengard.people")


async def stop_pictures(services: Services, character_id: str) -> None:
    """Cancels those that ComfyUI has not made yet. Raises ConflictError `pictures_still_running`."""
    deadline = time.monotonic() + STOPS_WITHIN_S
    while theirs := await in_thread(_unfinished, services, character_id):
        if time.monotonic() > deadline:
            raise ConflictError(
                "pictures_still_running",
                "Pictures of this person are being stopped.",
                "Wait a few seconds until they have, then forget again.",
            )
        for generation in theirs:
            if generation.state is not GenerationState.CANCELLING:
                await _cancel(services, generation)
        await asyncio.sleep(STOP_POLL_S)


async def _cancel(services: Services, generation: Generation) -> None:
    try:
        await services.generations.cancel(generation.id)
    except IsengardError as ended:
        _log.info("Pictures ended by themselves", extra={"context": {"reason": ended.code}})


def _unfinished(services: Services, character_id: str) -> list[Generation]:
    unfinished = services.generations.store.unfinished()
    return [one for one in unfinished if any(use.id == character_id for use in one.request.characters)]


def stop_jobs(services: Services, character_id: str) -> list[Job]:
    """Every job of theirs, all of them ended, those submitted meanwhile too. Raises ConflictError `job_still_running`."""
    deadline = time.monotonic() + STOPS_WITHIN_S
    while going := [job for job in jobs_of(services, character_id) if job.state not in ENDED]:
        if time.monotonic() > deadline:
            raise ConflictError(
                "job_still_running",
                "A training of this person is being stopped.",
                "Wait a few seconds until it has ended, then forget again.",
            )
        for job in going:
            with contextlib.suppress(IllegalTransitionError):  # it has just ended
                services.ledger.order(job.id, "cancel")
        time.sleep(STOP_POLL_S)
    return jobs_of(services, character_id)


def remove_late_jobs(services: Services, character_id: str) -> None:
    """Those whose submit was on its way when the person went; later ones are refused, there is nobody any more."""
    for job in stop_jobs(services, character_id):
        shutil.rmtree(services.paths.job(job.id), ignore_errors=True)
        services.ledger.forget(job.id)


def jobs_of(services: Services, character_id: str) -> list[Job]:
    jobs: list[Job] = []
    cursor = None
    while True:
        page = services.ledger.jobs(JobFilter(character_id=character_id), limit=200, cursor=cursor)
        jobs += page.items
        cursor = page.next_cursor
        if cursor is None:
            return jobs
