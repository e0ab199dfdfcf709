"""Measuring how alike pictures are to a person: whether its tools are here, and doing it for earlier comparisons."""

from __future__ import annotations

from aiohttp import web

from ...core.executor import in_thread
from ...core.faces.models.records import ModelRecord, records
from ...core.faces.tools import NAME
from ...training.face_tools import tool_name
from ...training.worker.task_kinds import installable
from ..container import Services
from ..http.errors import read_json


async def show(services: Services, request: web.Request) -> web.Response:
    """{state, setup, models, used}; each is set up and removed like a trainer: dlib under the name `faces`, a model under its own."""

    def look() -> dict[str, object]:
        models = [
            {**_about(record), **_tool(services, tool_name(key))}
            for key, record in records().items()
            if record.files
        ]
        return {**_tool(services, NAME), "models": models, "used": services.likeness.faces.used()}

    return web.json_response(await in_thread(look))


def _tool(services: Services, name: str) -> dict[str, object]:
    tool = installable(services.registry, name)
    return {
        "state": tool.state().model_dump(mode="json"),
        "setup": tool.setup_offer().model_dump(mode="json"),
    }


def _about(record: ModelRecord) -> dict[str, object]:
    """`is_calibrated`: whether what it says of a face can be judged; of a model that describes no faces it always can."""
    return {
        "key": record.key,
        "label": record.label,
        "roles": list(record.roles),
        "licence": record.licence,
        "size": record.size,
        "is_calibrated": "describer" not in record.roles or record.scale is not None,
    }


async def measure(services: Services, request: web.Request) -> web.Response:
    """Every comparison of the person that was not measured yet: {"pictures": how many}; the numbers come as events."""
    await read_json(request)
    character = await in_thread(services.characters.get, request.match_info["id"])
    await in_thread(services.likeness.faces.start)
    waiting = await services.likeness.again(character.id)
    return web.json_response({"pictures": waiting}, status=202)
