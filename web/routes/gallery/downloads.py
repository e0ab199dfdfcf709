"""Pictures that somebody takes along: chosen ones in one file."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from ....core.errors import NotFoundError
from ....core.executor import in_thread
from ....generation.picture_zip import zipped
from ...container import Services
from ...http import responses
from ...http.errors import read_json
from ...http.request_bodies import PicturePlaces
from .giving import copies, named_files


async def give(services: Services, request: web.Request) -> web.StreamResponse:
    """The chosen pictures as copies to give away, named for people; what is gone meanwhile is left out."""
    places = PicturePlaces.model_validate(await read_json(request))
    entries = await in_thread(_entries, services, places)
    if not entries:
        raise NotFoundError("image_not_found", "There is no such picture.", "Reload this page.")
    return await responses.streamed_zip(request, "pictures.zip", zipped(entries, copies(services).of_file))


def _entries(services: Services, places: PicturePlaces) -> list[tuple[str, Path]]:
    store = services.generations.store
    found = []
    for place in places.pictures:
        try:
            generation, file = store.get(place.generation_id), store.image_path(place.generation_id, place.n)
        except NotFoundError:
            continue
        (image,) = [image for image in generation.images if image.n == place.n]
        found.append((generation, image, file))
    return named_files(services, found)
