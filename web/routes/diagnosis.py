"""Why a person's pictures do not look like them."""

from __future__ import annotations

from aiohttp import web

from ...core.executor import in_thread
from ..container import Services
from ..http import responses
from .generations import picture_number


async def of_person(services: Services, request: web.Request) -> web.Response:
    return responses.record(await in_thread(services.diagnoser.of_person, request.match_info["id"]))


async def of_picture(services: Services, request: web.Request) -> web.Response:
    """For the first of its people, unless ?character_id= names another."""
    place = (request.match_info["id"], picture_number(request), request.query.get("character_id", ""))
    return responses.record(await in_thread(services.diagnoser.of_picture, *place))
