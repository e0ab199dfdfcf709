"""Jobs: submit, watch, cancel, pause, resume, retry, and what they left."""

from __future__ import annotations

import re
from pathlib import Path

from aiohttp import web

from ...core import correlation
from ...core.errors import InvalidError, NotFoundError
from ...core.executor import in_thread
from ...core.jobs.ledger import JobFilter
from ...core.paths import contained
from ...core.records.job import Job, Order
from ...core.records.job_states import JobState
from ...core.records.training import TrainingRequest
from ...training.interface import LOG_FILE
from ...training.monitoring.run_watch import read_losses
from ...training.process.log_follower import tail
from ..container import Services
from ..http import responses
from ..http.errors import read_json
from ..http.request_bodies import JobMove, SetUpAndTrainOrder
from ..services.model_files import missing_for


async def list_all(services: Services, request: web.Request) -> web.Response:
    limit, cursor = responses.page_of(request)
    states = [JobState(name) for name in request.query.get("state", "").split(",") if name]
    kinds = [kind for kind in request.query.get("kind", "").split(",") if kind]
    filters = JobFilter(states, kinds, request.query.get("character_id"))
    page = await in_thread(services.ledger.jobs, filters, limit=limit, cursor=cursor)
    return await services.job_view.answers(page.items, page.next_cursor)


async def submit(services: Services, request: web.Request) -> web.Response:
    training = TrainingRequest.model_validate(await read_json(request))
    if training.stop_early:
        plan = await in_thread(services.training.preflight, training)
        await services.stopper.require_offered(plan)
    job = await in_thread(services.training.submit, training, correlation.current())
    return await services.job_view.answer(job, 202)


async def set_up_and_train(services: Services, request: web.Request) -> web.Response:
    """{"training": …, "confirm": true} queues the training with the set-up and the download that it lacks before it. The answer is
    the training's job."""
    wanted = SetUpAndTrainOrder.model_validate(await read_json(request))
    if not wanted.confirm:
        raise InvalidError(
            "confirmation_needed",
            "This downloads several gigabytes and runs programs.",
            'Send {"confirm": true} once the person has agreed.',
        )
    missing = await in_thread(
        missing_for, services.host, services.base_models, services.families, wanted.training
    )
    if wanted.training.stop_early:
        plan = await in_thread(services.training.preflight, wanted.training)
        await services.stopper.require_offered(plan)
    job = await in_thread(services.training.set_up_and_train, wanted.training, missing, correlation.current())
    return await services.job_view.answer(job, 202)


async def get(services: Services, request: web.Request) -> web.Response:
    return await services.job_view.answer(await in_thread(_job, services, request))


async def move(services: Services, request: web.Request) -> web.Response:
    target = JobMove.model_validate(await read_json(request))
    job = await in_thread(_job, services, request)
    return await services.job_view.answer(await in_thread(_move, services, job.id, target))


async def cancel(services: Services, request: web.Request) -> web.Response:
    """A training with what is done for it alone before it."""
    return await services.job_view.answer(await in_thread(services.training.cancel, request.match_info["id"]))


async def pause(services: Services, request: web.Request) -> web.Response:
    return await _order(services, request, "pause")


async def save_now(services: Services, request: web.Request) -> web.Response:
    return await _order(services, request, "save")


async def lend(services: Services, request: web.Request) -> web.Response:
    job = await in_thread(_job, services, request)
    return await services.job_view.answer(await in_thread(services.lender.lend, job.id))


async def resume(services: Services, request: web.Request) -> web.Response:
    job = await in_thread(services.training.resume, request.match_info["id"])
    return await services.job_view.answer(job)


async def log(services: Services, request: web.Request) -> web.Response:
    count = int(request.query.get("tail", "200"))
    job = await in_thread(_job, services, request)
    lines = await in_thread(tail, services.paths.job(job.id) / LOG_FILE, count)
    return web.json_response({"lines": lines})


async def loss(services: Services, request: web.Request) -> web.Response:
    job = await in_thread(_job, services, request)
    return responses.as_list(await in_thread(read_losses, services.paths.job(job.id)))


async def samples(services: Services, request: web.Request) -> web.Response:
    job = await in_thread(_job, services, request)
    items = []
    for index, artifact in enumerate(artifact for artifact in job.artifacts if artifact.kind == "sample"):
        name = Path(artifact.file).name
        url = f"/isengard/training/jobs/{job.id}/samples/{name}"
        items.append({"file": name, "step": artifact.step, "index": index, "url": url})
    return responses.as_list(items)


async def sample(services: Services, request: web.Request) -> web.FileResponse:
    """Only files that the job itself has recorded as samples."""
    job = await in_thread(_job, services, request)
    name = request.match_info["file"]
    file = next((a.file for a in job.artifacts if a.kind == "sample" and Path(a.file).name == name), None)
    if file is None:
        raise NotFoundError("sample_not_found", "This job has no such sample.", "Reload this page.")
    path = contained(services.paths.job(job.id), *Path(file).parts)
    if not path.is_file() or path.suffix not in responses.IMAGE_TYPES:
        raise NotFoundError("sample_not_found", "This sample's file is gone.", "Reload this page.")
    return responses.picture(path)


async def checkpoints(services: Services, request: web.Request) -> web.Response:
    return responses.records((await in_thread(_job, services, request)).checkpoints)


async def publish(services: Services, request: web.Request) -> web.Response:
    step = request.match_info["step"]
    if not re.fullmatch(r"\d{1,9}", step):
        raise InvalidError("bad_step", "A step must be a number.", "Use a step from the list of checkpoints.")
    job = await in_thread(_job, services, request)
    return responses.record(await in_thread(services.publisher.publish, job, int(step)))


def _move(services: Services, job_id: str, wanted: JobMove) -> Job:
    return services.ledger.move(job_id, priority=wanted.priority, position=wanted.position)


async def _order(services: Services, request: web.Request, order: Order) -> web.Response:
    job = await in_thread(_job, services, request)
    return await services.job_view.answer(await in_thread(services.ledger.order, job.id, order))


def _job(services: Services, request: web.Request) -> Job:
    return services.ledger.get(request.match_info["id"])
