"""Photo days: many pictures of one person, drawn in the background and gone through afterwards."""

from __future__ import annotations

from aiohttp import web

from ....core.executor import in_thread
from ....core.records.photo_day import PhotoDay, PhotoDayOrder, PictureChoice
from ....generation.picture_names import safe_name
from ....generation.picture_zip import zipped
from ...container import Services
from ...http import responses
from ...http.errors import read_json
from ..generations import picture_number
from .giving import copies


async def plan(services: Services, request: web.Request) -> web.Response:
    """Tell what a day would be: its pictures and how long one takes here; nothing is kept."""
    order = PhotoDayOrder.model_validate(await read_json(request))
    found = await services.photo_days.planner.plan(order)
    pictures = [picture.model_dump(mode="json") for picture in found.pictures]
    return web.json_response({"pictures": pictures, "seconds_each": found.seconds_each})


async def begin(services: Services, request: web.Request) -> web.Response:
    order = PhotoDayOrder.model_validate(await read_json(request))
    return await _view(services, await services.photo_days.begin(order), 202)


async def list_all(services: Services, request: web.Request) -> web.Response:
    """Every day, the newest first, or those of one person."""
    days = await in_thread(services.photo_days.store.all, request.query.get("character_id", ""))
    return responses.records(days)


async def get(services: Services, request: web.Request) -> web.Response:
    return await _view(services, await in_thread(services.photo_days.store.get, request.match_info["id"]))


async def pause(services: Services, request: web.Request) -> web.Response:
    return await _view(services, await in_thread(services.photo_days.pause, request.match_info["id"]))


async def resume(services: Services, request: web.Request) -> web.Response:
    return await _view(services, await in_thread(services.photo_days.resume, request.match_info["id"]))


async def end(services: Services, request: web.Request) -> web.Response:
    return await _view(services, await in_thread(services.photo_days.end, request.match_info["id"]))


async def undo_end(services: Services, request: web.Request) -> web.Response:
    return await _view(services, await in_thread(services.photo_days.undo_end, request.match_info["id"]))


async def choose(services: Services, request: web.Request) -> web.Response:
    choice = PictureChoice.model_validate(await read_json(request))
    place = request.match_info["id"], picture_number(request)
    return await _view(services, await in_thread(services.photo_days.choose, *place, choice))


async def remove(services: Services, request: web.Request) -> web.Response:
    """The plan alone: pictures and album stay."""
    day = await in_thread(services.photo_days.remove, request.match_info["id"])
    return responses.record(day)


async def give(services: Services, request: web.Request) -> web.StreamResponse:
    """The keepers as a zip file; where nobody has chosen any, all that was not put aside."""
    day = await in_thread(services.photo_days.store.get, request.match_info["id"])
    character = await in_thread(services.characters.get, day.character_id)
    entries = await in_thread(services.photo_days.albums.export, day, character.name)
    name = f"{safe_name(day.name, 'photo day')}.zip"
    return await responses.streamed_zip(request, name, zipped(entries, copies(services).of_file))


async def _view(services: Services, day: PhotoDay, status: int = 200) -> web.Response:
    return web.json_response(await in_thread(services.photo_days.view, day), status=status)
