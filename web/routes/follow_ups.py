"""What may follow a training: trying again, trying smaller, going on with more steps."""

from __future__ import annotations

from aiohttp import web

from ...core import correlation
from ...core.executor import in_thread
from ..container import Services
from ..http.errors import read_json
from ..http.request_bodies import MoreSteps, Retry


async def retry(services: Services, request: web.Request) -> web.Response:
    """The same job once more; {"smaller": true} queues a new one that needs less memory instead."""
    body = await read_json(request) if request.can_read_body else {}
    order = Retry.model_validate(body)
    job = await in_thread(
        services.training.retry, request.match_info["id"], correlation.current(), smaller=order.smaller
    )
    return await services.job_view.answer(job, 202)


async def go_on(services: Services, request: web.Request) -> web.Response:
    """{"steps": n} more steps as a new job; nothing of the first is overwritten."""
    steps = MoreSteps.model_validate(await read_json(request)).steps
    job = await in_thread(services.training.go_on, request.match_info["id"], steps, correlation.current())
    return await services.job_view.answer(job, 202)
