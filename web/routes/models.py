"""Fetching a family's models into ComfyUI's folders."""

from __future__ import annotations

from aiohttp import web

from ...core import correlation
from ...core.errors import InvalidError
from ...core.executor import in_thread
from ...core.records.job import Job
from ..container import Services
from ..http import responses
from ..http.errors import read_json
from ..services.model_files import missing_models


async def download(services: Services, request: web.Request) -> web.Response:
    """{"confirm": true} fetches what is missing of the family `key`. The answer is a job."""
    body = await read_json(request)
    key = request.match_info["key"]
    if set(body) - {"confirm"} or body.get("confirm") is not True:
        raise InvalidError(
            "confirmation_needed",
            "This downloads several gigabytes.",
            'Send {"confirm": true} once the person has agreed.',
        )
    return responses.record(await in_thread(_submit, services, key), 202)


def _submit(services: Services, key: str) -> Job:
    family = services.families.get_offered(key)
    missing = missing_models(services.host, services.base_models, family)
    return services.training.download(family, missing, correlation.current())
