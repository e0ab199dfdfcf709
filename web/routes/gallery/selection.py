"""Changes of many pictures in one request, as somebody chooses them on a wall."""

from __future__ import annotations

from aiohttp import web

from ....core.executor import in_thread
from ....core.generations.many_pictures import Changed, ManyPictures
from ....core.records.generation import PicturePatch
from ...container import Services
from ...http.errors import body_of, read_json
from ...http.request_bodies import PicturesPatch
from ...services.notifications import tell_generations


async def change(services: Services, request: web.Request) -> web.Response:
    """Change many pictures: the answer has what was changed, as it is now, and which pictures were not, with the reason of each."""
    patches = PicturesPatch.model_validate(await read_json(request)).pictures
    changed = await in_thread(_changed, services, patches)
    refused = [
        {"generation_id": patch.generation_id, "n": patch.n, **body_of(reason)}
        for patch, reason in changed.refused
    ]
    items = [generation.model_dump(mode="json") for generation in changed.generations]
    return web.json_response({"items": items, "refused": refused})


def _changed(services: Services, patches: list[PicturePatch]) -> Changed:
    many = ManyPictures(services.paths, services.generations.store, services.albums)
    changed = many.change(patches)
    tell_generations(services.ledger, changed.generations)
    return changed
