"""Event streams."""

from __future__ import annotations

from aiohttp import web

from ...core.executor import in_thread
from ..container import Services
from ..http.sse import stream


async def everything(services: Services, request: web.Request) -> web.StreamResponse:
    return await stream(services.events, services.ledger, request, lambda event: True)


async def of_job(services: Services, request: web.Request) -> web.StreamResponse:
    job_id = request.match_info["id"]
    await in_thread(services.ledger.get, job_id)
    return await stream(
        services.events,
        services.ledger,
        request,
        lambda event: event.subject.kind == "job" and event.subject.id == job_id,
    )
