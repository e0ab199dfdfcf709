"""Prompts of before and favourites among them; styles, and what they look like with somebody's own model."""

from __future__ import annotations

from aiohttp import web

from ...core.characters.character_store import everybody
from ...core.executor import in_thread
from ...core.generations.prompt_book import PastPrompt, PromptMark
from ...core.records.base import Page
from ...generation.styles import load_styles
from ..container import Services
from ..http import responses
from ..http.errors import read_json
from ..services.prompting.style_records import StylePictureOrder


async def history(services: Services, request: web.Request) -> web.Response:
    page = await in_thread(_page, services, request)
    return responses.records(page.items, page.next_cursor)


def _page(services: Services, request: web.Request) -> Page[PastPrompt]:
    limit, cursor = responses.page_of(request)
    return services.prompts.page(
        limit,
        cursor,
        search=request.query.get("search", ""),
        favourite=request.query.get("favourite") == "1",
        names={person.id: person.name for person in everybody(services.characters)},
    )


async def mark(services: Services, request: web.Request) -> web.Response:
    """Make a prompt a favourite, or none any more."""
    wanted = PromptMark.model_validate(await read_json(request))
    await in_thread(services.prompts.mark, wanted.prompt, wanted.favourite)
    return responses.record(wanted)


async def styles(services: Services, request: web.Request) -> web.Response:
    return responses.as_list(await in_thread(load_styles, services.paths.root))


async def style_pictures(services: Services, request: web.Request) -> web.Response:
    order = StylePictureOrder(
        recipe=request.query.get("recipe", ""), base_model=request.query.get("base_model") or None
    )
    listed = await in_thread(services.style_pictures.of, request.match_info["id"], order)
    return responses.record(listed)


async def make_style_pictures(services: Services, request: web.Request) -> web.Response:
    order = StylePictureOrder.model_validate(await read_json(request))
    return responses.record(await services.style_pictures.make(request.match_info["id"], order), 202)


async def stop_style_pictures(services: Services, request: web.Request) -> web.Response:
    await services.style_pictures.stop(request.match_info["id"])
    return web.Response(status=204)


async def style_picture(services: Services, request: web.Request) -> web.Response:
    place = (request.match_info["id"], request.match_info["file"])
    return await in_thread(lambda: responses.small_picture(services.style_pictures.file(*place)))
