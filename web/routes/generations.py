"""Pictures."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import cast

from aiohttp import web

from ...core import correlation
from ...core.errors import InvalidError, NotFoundError
from ...core.executor import in_thread
from ...core.generations.listing import Sort
from ...core.generations.orders_again import known_part, request_of, with_later
from ...core.marks.picture_file import MIME, Format
from ...core.records.generation import Generation, GenerationOrder
from ...generation.image.graph import unbound
from ...generation.image.recipes import OpenedRecipe, RecipeFolder
from ...generation.image.user_recipes import UserRecipes
from ...generation.thumbnails import thumbnail_of, trashed_thumbnail
from ..container import Services
from ..http import responses
from ..http.errors import read_json
from ..http.request_bodies import Favourite, GenerationPatch
from ..services.notifications import tell_generation
from .gallery.giving import copies, file_name


async def list_all(services: Services, request: web.Request) -> web.Response:
    limit, cursor = responses.page_of(request)
    page = await in_thread(
        services.generations.store.list,
        limit,
        cursor,
        character_id=request.query.get("character_id"),
        recipe=request.query.get("recipe"),
        deleted=request.query.get("deleted") == "1",
        favourite=request.query.get("favourite") == "1",
        album_id=request.query.get("album_id"),
        purpose=request.query.get("purpose", "user"),
        version=request.query.get("version", ""),
        search=request.query.get("search", ""),
        sort=cast(Sort, request.query.get("sort", "date")),
    )
    return responses.records(page.items, page.next_cursor)


async def create(services: Services, request: web.Request) -> web.Response:
    body = await read_json(request)
    before = await in_thread(request_of, services.generations.store, body.get("again"))
    order = GenerationOrder.model_validate(body if before is None else known_part(body, before))
    asked = order.request() if before is None else with_later(order.request(), before)
    resolved = await services.generations.resolve(order.recipe)
    await in_thread(services.publisher.publish_drawn, order.characters, resolved[1])
    await services.lender.room_made()
    made = await services.generations.create(asked, correlation.current(), order.purpose, resolved)
    return responses.record(made, 202)


async def get(services: Services, request: web.Request) -> web.Response:
    return responses.record(await in_thread(services.generations.store.get, request.match_info["id"]))


async def update(services: Services, request: web.Request) -> web.Response:
    patch = GenerationPatch.model_validate(await read_json(request))
    return await _changed(services, await in_thread(_patched, services, request.match_info["id"], patch))


def _patched(services: Services, generation_id: str, patch: GenerationPatch) -> Generation:
    store = services.generations.store
    generation = store.get(generation_id)
    if patch.album_id:
        services.albums.get(patch.album_id)
    if patch.album_id is not None:
        generation = store.set_album(generation_id, patch.album_id)
    if patch.favourite is not None:
        generation = store.set_favourite(generation_id, patch.favourite)
    return generation


async def update_image(services: Services, request: web.Request) -> web.Response:
    favourite = Favourite.model_validate(await read_json(request)).favourite
    choice = (request.match_info["id"], picture_number(request), favourite)
    generation = await in_thread(services.generations.store.set_favourite_image, *choice)
    return await _changed(services, generation)


async def delete(services: Services, request: web.Request) -> web.Response:
    generation = await in_thread(services.generations.store.delete, request.match_info["id"])
    return await _changed(services, generation)


async def restore(services: Services, request: web.Request) -> web.Response:
    generation = await in_thread(services.generations.store.restore, request.match_info["id"])
    return await _changed(services, generation)


async def cancel(services: Services, request: web.Request) -> web.Response:
    return responses.record(await services.generations.cancel(request.match_info["id"]))


async def image(services: Services, request: web.Request) -> web.StreamResponse:
    """The picture itself, or with ?size=thumb a small JPEG of it; of one in the trash, with ?deleted=1, a smaller one."""
    store, place = services.generations.store, (request.match_info["id"], picture_number(request))
    if request.query.get("deleted") == "1":
        return responses.made_picture(
            await in_thread(trashed_thumbnail, store, services.paths, *place), "image/jpeg"
        )
    if request.query.get("size") != "thumb":
        return responses.picture(
            *await in_thread(lambda: (store.image_path(*place), _file_name(services, *place)))
        )
    # a wall asks for dozens at once: each is one trip to a thread
    return await in_thread(lambda: responses.small_picture(thumbnail_of(store.image_path(*place))))


def _file_name(services: Services, generation_id: str, number: int) -> str:
    """The name that a picture is saved under; of one of ComfyUI's canvas, too."""
    generation = services.generations.store.get(generation_id)
    (image,) = [image for image in generation.images if image.n == number]
    return file_name(services, generation, image)


async def copy(services: Services, request: web.Request) -> web.Response:
    """The picture to give away; made anew for it, so in a thread."""
    identifier, number = request.match_info["id"], picture_number(request)
    kind = cast(Format, request.query.get("format", "png"))  # openapi/parameters.py has looked at it
    content = await in_thread(copies(services).of, identifier, number, kind)
    name = (await in_thread(_file_name, services, identifier, number)).removesuffix(".png")
    return responses.made_picture(content, MIME[kind], f"{name}.{'jpg' if kind == 'jpeg' else kind}")


async def delete_image(services: Services, request: web.Request) -> web.Response:
    generation = await in_thread(
        services.generations.store.delete_image, request.match_info["id"], picture_number(request)
    )
    return await _changed(services, generation)


async def restore_image(services: Services, request: web.Request) -> web.Response:
    generation = await in_thread(
        services.generations.store.restore_image, request.match_info["id"], picture_number(request)
    )
    return await _changed(services, generation)


async def mend(services: Services, request: web.Request) -> web.Response:
    """A second picture with the faces drawn again; the first stays."""
    place = (request.match_info["id"], picture_number(request))
    await services.lender.room_made()
    return responses.record(await services.mender.mend(place, correlation.current()), 202)


async def preview(services: Services, request: web.Request) -> web.Response:
    """The newest frame that ComfyUI sent; 204 while there is none."""
    generation = await in_thread(services.generations.store.get, request.match_info["id"])
    frame = services.generations.frame(generation.id)
    if frame is None:
        return web.Response(status=204)
    return web.Response(body=frame.content, content_type=frame.mime, headers=responses.FILE_HEADERS)


async def workflow(services: Services, request: web.Request) -> web.Response:
    """The graphs that were sent, bound to no order: run again, each keeps a picture of its own."""
    prompts = await in_thread(services.generations.store.prompts, request.match_info["id"])
    return web.json_response([unbound(prompt, request.match_info["id"]) for prompt in prompts])


async def opened(services: Services, request: web.Request) -> web.Response:
    """The recipe of one picture with the request filled in: {recipe, graph, layout}, to go on with on the canvas."""
    return web.json_response(asdict(await in_thread(_opened, services, request)))


def _opened(services: Services, request: web.Request) -> OpenedRecipe:
    generation = services.generations.store.get(request.match_info["id"])
    sent = services.generations.store.prompts(generation.id)
    number = picture_number(request)
    if number >= len(sent):
        raise NotFoundError("image_not_found", "There is no such picture.", "Reload this page.")
    words = {"prompt": generation.request.prompt, "negative": generation.request.negative}
    folder = RecipeFolder(own=UserRecipes(services.paths, services.clock))
    return folder.opened(generation.recipe, sent[number], words, generation.id)


async def _changed(services: Services, generation: Generation) -> web.Response:
    """The generation as it is now, told to every open page as well."""
    await in_thread(tell_generation, services.ledger, generation)
    return responses.record(generation)


def picture_number(request: web.Request) -> int:
    """A picture's number of the address. InvalidError `bad_number`."""
    text = request.match_info["n"]
    if not re.fullmatch(r"\d{1,4}", text):
        raise InvalidError("bad_number", "This isn't a picture's number.", "Use a number from the list.")
    return int(text)
