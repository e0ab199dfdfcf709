"""What practice mode has left, taken away with one press and brought back with one."""

from __future__ import annotations

from aiohttp import web

from ...core.executor import in_thread
from ..container import Services
from ..http.errors import read_json
from ..http.request_bodies import PracticeThings


async def show(services: Services, request: web.Request) -> web.Response:
    people = await in_thread(services.practice.people)
    pictures = await in_thread(services.practice.pictures)
    return web.json_response(
        {
            "people": [{"id": character.id, "name": character.name} for character in people],
            "pictures": sum(len(generation.images) for generation in pictures),
        }
    )


async def remove(services: Services, request: web.Request) -> web.Response:
    characters, generations = await in_thread(services.practice.remove)
    return web.json_response({"characters": characters, "generations": generations})


async def restore(services: Services, request: web.Request) -> web.Response:
    """{"characters": [ids], "generations": [ids]} as the removal has answered them."""
    things = PracticeThings.model_validate(await read_json(request))
    await in_thread(services.practice.restore, things.characters, things.generations)
    return web.Response(status=204)
