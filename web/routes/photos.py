"""Photos and captions."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from ...core.captions import apply_plan
from ...core.errors import IsengardError, NotFoundError
from ...core.records.photo import CaptionPlan, Photo, PhotoPatch
from .. import responses
from ..errors import body_of, read_json, status_of
from ..services import Services
from ..uploads import received
from .characters import tell


async def upload(services: Services, request: web.Request) -> web.Response:
    """Each file for itself: {file, photo, error}. When all are refused the answer has the first refusal's status."""
    character_id = request.match_info["id"]
    await asyncio.to_thread(services.characters.get, character_id)
    items: list[dict[str, Any]] = []
    first: IsengardError | None = None
    async for part in received(request, services.paths):
        try:
            photo = await asyncio.to_thread(services.photos.add, character_id, part.file, part.name)
            items.append({"file": part.name[:200], "photo": photo.model_dump(mode="json"), "error": None})
        except IsengardError as refusal:
            first = first or refusal
            items.append({"file": part.name[:200], "photo": None, "error": body_of(refusal)["error"]})
    if any(item["photo"] for item in items):
        await _tell(services, character_id)
    elif first is not None:
        return web.json_response({**body_of(first), "items": items}, status=status_of(first))
    return web.json_response({"items": items})


async def list_all(services: Services, request: web.Request) -> web.Response:
    return responses.records(await asyncio.to_thread(services.photos.list, request.match_info["id"]))


async def update(services: Services, request: web.Request) -> web.Response:
    patch = PhotoPatch.model_validate(await read_json(request))
    photo = await asyncio.to_thread(_photo, services, request)
    photo = await asyncio.to_thread(services.photos.update, photo.id, patch)
    await _tell(services, photo.character_id)
    return responses.record(photo)


async def delete(services: Services, request: web.Request) -> web.Response:
    photo = await asyncio.to_thread(_photo, services, request)
    photo = await asyncio.to_thread(services.photos.delete, photo.id)
    await _tell(services, photo.character_id)
    return responses.record(photo)


async def restore(services: Services, request: web.Request) -> web.Response:
    photo = await asyncio.to_thread(_photo, services, request, deleted=True)
    photo = await asyncio.to_thread(services.photos.restore, photo.id)
    await _tell(services, photo.character_id)
    return responses.record(photo)


async def image(services: Services, request: web.Request) -> web.FileResponse:
    size = "full" if request.query.get("size") == "full" else "thumb"
    photo = await asyncio.to_thread(_photo, services, request)
    return responses.picture(await asyncio.to_thread(services.photos.image_path, photo, size))


async def captions(services: Services, request: web.Request) -> web.Response:
    plan = CaptionPlan.model_validate(await read_json(request))
    character = await asyncio.to_thread(services.characters.get, request.match_info["id"])
    photos = await asyncio.to_thread(
        apply_plan, plan, character, photos=services.photos, library=services.library, paths=services.paths
    )
    await _tell(services, character.id)
    return responses.records(photos)


def _photo(services: Services, request: web.Request, *, deleted: bool = False) -> Photo:
    """The photo of the path, which must be the named character's."""
    photo = services.photos.get(request.match_info["pid"], deleted=deleted)
    if photo.character_id != request.match_info["id"]:
        raise NotFoundError("photo_not_found", "This character has no such photo.", "Reload.")
    return photo


async def _tell(services: Services, character_id: str) -> None:
    character = await asyncio.to_thread(services.characters.get, character_id)
    await tell(services, character_id, "photos", character)
