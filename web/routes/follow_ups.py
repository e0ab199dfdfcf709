"""What may follow a training: trying again, trying smaller, going on with more steps."""

from __future__ import annotations

from aiohttp import web

from ...core import correlation
from ...core.errors import ConflictError
from ...core.executor import in_thread
from ...core.ids import require_id
from ...core.records.job import Job
from ...core.records.job_states import JobState
from ...core.records.training import TrainingRequest
from ...training.job_folder.job_folder import frozen_training
from ...training.planning.follow_ups import smaller
from ..container import Services
from ..http.errors import read_json
from ..http.request_bodies import MoreSteps, Retry
from ..services import job_view

_RETRIED = {JobState.FAILED, JobState.CANCELLED}


async def retry(services: Services, request: web.Request) -> web.Response:
    """The same job once more; {"smaller": true} queues a new one that needs less memory instead."""
    body = await read_json(request) if request.can_read_body else {}
    wanted = Retry.model_validate(body)
    job = await in_thread(_retry, services, _id(request), wanted.smaller)
    return await job_view.answer(services, job, 202)


def _retry(services: Services, job_id: str, less: bool) -> Job:
    job = services.ledger.get(job_id)
    if job.state not in _RETRIED:
        raise ConflictError(
            "wrong_state",
            "Only a failed or cancelled job can be retried.",
            "Reload: it may have changed in the meantime.",
        )
    _require_person(services, job)
    if not less:
        return _rung(services, services.ledger.requeue(job.id))
    training = frozen_training(services.paths, job)
    wanted = smaller(TrainingRequest.model_validate(job.request), training)
    return _rung(services, services.submission.submit(wanted, correlation.current()))


async def go_on(services: Services, request: web.Request) -> web.Response:
    """{"steps": n} more steps as a new job; nothing of the first is overwritten."""
    steps = MoreSteps.model_validate(await read_json(request)).steps
    job_id = _id(request)

    def submit() -> Job:
        job = services.ledger.get(job_id)
        _require_person(services, job)
        return _rung(services, services.follow_ups.more_steps(job, steps, correlation.current()))

    return await job_view.answer(services, await in_thread(submit), 202)


def _require_person(services: Services, job: Job) -> None:
    """Nobody in the trash is trained on, as with a new training. NotFoundError `character_not_found`."""
    if job.character_id is not None:
        services.characters.get(job.character_id)


def _rung(services: Services, job: Job) -> Job:
    services.doorbell.ring(job.id, job.attempt, job.priority)
    services.supervisor.wake()
    return job


def _id(request: web.Request) -> str:
    return require_id("job", request.match_info["id"])
