"""Measuring how alike pictures are to a person: whether its tools are here, and doing it for earlier comparisons."""

from __future__ import annotations

from aiohttp import web

from ...core.executor import in_thread
from ...core.faces.tools import NAME
from ...training.worker.task_kinds import installable
from ..container import Services
from ..http.errors import read_json


async def show(services: Services, request: web.Request) -> web.Response:
    """{state, setup}; set up and removed like a trainer, under the name `faces`."""

    def look() -> dict[str, object]:
        tool = installable(services.registry, NAME)
        return {
            "state": tool.state().model_dump(mode="json"),
            "setup": tool.setup_offer().model_dump(mode="json"),
        }

    return web.json_response(await in_thread(look))


async def measure(services: Services, request: web.Request) -> web.Response:
    """Every comparison of the person that was not measured yet: {"pictures": how many}; the numbers come as events."""
    await read_json(request)
    character = await in_thread(services.characters.get, request.match_info["id"])
    await in_thread(services.likeness.faces.start)
    waiting = await services.likeness.again(character.id)
    return web.json_response({"pictures": waiting}, status=202)
