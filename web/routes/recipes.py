"""Ways to make pictures: ours and the user's own."""

from __future__ import annotations

import asyncio

from aiohttp import web

from ...core.errors import NotFoundError
from ...generation.image.recipes import RecipeFolder
from .. import responses
from ..services import Services


async def list_all(services: Services, request: web.Request) -> web.Response:
    return responses.as_list(await services.generations.recipes())


async def thumbnail(services: Services, request: web.Request) -> web.FileResponse:
    recipe = await asyncio.to_thread(RecipeFolder().get, request.match_info["name"])
    if recipe.picture is None:
        raise NotFoundError("no_thumbnail", "This recipe has no thumbnail.", "Show its name instead.")
    return responses.picture(recipe.picture)
