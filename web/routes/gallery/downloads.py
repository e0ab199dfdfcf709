"""Pictures that somebody takes along: chosen ones in one file."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from ....core.errors import NotFoundError
from ....core.executor import in_thread
from ....core.marks.marking import current_marking
from ....generation.picture_names import name_of, told_apart
from ....generation.picture_zip import zipped
from ....generation.shared_copies import SharedCopies
from ...container import Services
from ...http import responses
from ...http.errors import read_json
from ...http.request_bodies import PicturePlaces


async def give(services: Services, request: web.Request) -> web.StreamResponse:
    """The chosen pictures as copies to give away, named for people; what is gone meanwhile is left out."""
    places = PicturePlaces.model_validate(await read_json(request))
    entries = await in_thread(_entries, services, places)
    if not entries:
        raise NotFoundError("image_not_found", "There is no such picture.", "Reload.")
    copies = SharedCopies(services.generations.store, current_marking(services.settings, services.paths))
    return await responses.streamed_zip(request, "pictures.zip", zipped(entries, copies.of_file))


def _entries(services: Services, places: PicturePlaces) -> list[tuple[str, Path]]:
    store, names = services.generations.store, {one.id: one.name for one in services.characters.all()}
    found = []
    for place in places.pictures:
        try:
            generation, file = store.get(place.generation_id), store.image_path(place.generation_id, place.n)
        except NotFoundError:
            continue
        (image,) = [image for image in generation.images if image.n == place.n]
        found.append((name_of(generation, image, names), file))
    return list(zip(told_apart(name for name, _ in found), (file for _, file in found), strict=True))
