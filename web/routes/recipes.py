"""Ways to make pictures: ours and the user's own workflows."""

from __future__ import annotations

from aiohttp import web

from ...core.errors import ConflictError, ForbiddenError, NotFoundError
from ...core.executor import in_thread
from ...core.said import said
from ...generation.image.graph_limits import MAX_BYTES
from ...generation.image.recipes import RecipeFolder
from ...generation.image.user_recipes import Agreement, RecipeDraft, UserRecipes
from ..container import Services
from ..http import responses
from ..http.errors import read_json


def _own(services: Services) -> UserRecipes:
    return UserRecipes(services.paths, services.clock)


async def list_all(services: Services, request: web.Request) -> web.Response:
    return responses.as_list(await services.generations.recipes())


async def add(services: Services, request: web.Request) -> web.Response:
    """A workflow in API format; what is wrong with it stands in `findings` of the answer."""
    draft = RecipeDraft.model_validate(await read_json(request, MAX_BYTES))
    name = await in_thread(_own(services).add, draft, set(RecipeFolder().ours()))
    return responses.record(await services.generations.recipe(name), 201)


async def confirm(services: Services, request: web.Request) -> web.Response:
    """The person has seen these foreign nodes and agrees to run them."""
    seen = Agreement.model_validate(await read_json(request))
    recipe = await services.generations.recipe(request.match_info["name"])
    if sorted(seen.foreign) != recipe.foreign:
        raise ConflictError(
            "foreign_changed",
            "This workflow's nodes from other packs have changed since you saw them.",
            "Look at the nodes again before you use it.",
        )
    if recipe.foreign:
        await in_thread(_own(services).agree, recipe.name, recipe.foreign)
    return responses.record(await services.generations.recipe(recipe.name))


async def remove(services: Services, request: web.Request) -> web.Response:
    """Into the trash; ours stay."""
    name = request.match_info["name"]
    await in_thread(_remove, services, name)
    return web.json_response({"name": name, "deleted": True})


async def restore(services: Services, request: web.Request) -> web.Response:
    """Back out of the trash."""
    name = request.match_info["name"]
    await in_thread(_own(services).restore, name)
    return responses.record(await services.generations.recipe(name))


def _remove(services: Services, name: str) -> None:
    own = _own(services)
    if name in RecipeFolder().ours():
        raise ForbiddenError(
            "recipe_is_ours", "This workflow comes with Isengard.", "You can remove only your own."
        )
    if name not in own.names():
        raise NotFoundError(
            "recipe_unknown",
            said("There is no workflow called '{name}'.", name=name[:60]),
            "Read the list again.",
        )
    own.remove(name)


async def thumbnail(services: Services, request: web.Request) -> web.FileResponse:
    folder = RecipeFolder(own=_own(services))
    recipe = await in_thread(folder.get, request.match_info["name"])
    if recipe.picture is None:
        raise NotFoundError("no_thumbnail", "This workflow has no thumbnail.", "Show its name instead.")
    return responses.picture(recipe.picture)
