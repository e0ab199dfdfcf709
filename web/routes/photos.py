"""Photos and captions."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aiohttp import web

from ...core import correlation
from ...core.characters.caption_lint import leaks
from ...core.characters.captions import apply_edits, apply_plan
from ...core.errors import IsengardError, NotFoundError
from ...core.executor import in_thread
from ...core.records.character import Character
from ...core.records.photo import CaptionEdits, CaptionPlan, Photo, PhotoPatch
from ..container import Services
from ..http import responses
from ..http.errors import body_of, read_json, status_of
from ..http.uploads import received
from .characters import tell


async def upload(services: Services, request: web.Request) -> web.Response:
    """Each file for itself: {file, photo, error}. When all are refused the answer has the first refusal's status.

    Those that were taken before an upload broke off are there, and told."""
    character_id = request.match_info["id"]
    await in_thread(services.characters.get, character_id)
    items: list[dict[str, Any]] = []
    first: IsengardError | None = None
    try:
        async for part in received(request, services.paths):
            try:
                photo = await services.photo_turns.in_thread(
                    services.photos.add, character_id, part.file, part.name
                )
                items.append({"file": part.name[:200], "photo": photo.model_dump(mode="json"), "error": None})
            except IsengardError as refusal:
                first = first or refusal
                items.append({"file": part.name[:200], "photo": None, "error": body_of(refusal)["error"]})
    finally:
        added = any(item["photo"] for item in items)
        if added:
            await tell_photos(services, character_id)
    if not added and first is not None:
        return web.json_response({**body_of(first), "items": items}, status=status_of(first))
    return web.json_response({"items": items})


async def list_all(services: Services, request: web.Request) -> web.Response:
    return responses.as_list(await in_thread(_shown, services, request.match_info["id"]))


def _shown(services: Services, character_id: str) -> list[dict[str, Any]]:
    character = services.characters.get(character_id)
    return [_with_leaks(photo, character) for photo in services.photos.list(character_id)]


def _with_leaks(photo: Photo, character: Character) -> dict[str, Any]:
    """A photo with the words of its caption that describe the person."""
    marked = leaks(photo.caption, (character.trigger_word, character.class_word))
    return {**photo.model_dump(mode="json"), "leaks": [asdict(leak) for leak in marked]}


async def update(services: Services, request: web.Request) -> web.Response:
    patch = PhotoPatch.model_validate(await read_json(request))
    photo = await in_thread(photo_of, services, request)
    photo = await in_thread(services.photos.update, photo.id, patch)
    await tell_photos(services, photo.character_id)
    character = await in_thread(services.characters.get, photo.character_id)
    return web.json_response(_with_leaks(photo, character))


async def delete(services: Services, request: web.Request) -> web.Response:
    photo = await in_thread(photo_of, services, request)
    photo = await in_thread(services.photos.delete, photo.id)
    await tell_photos(services, photo.character_id)
    return responses.record(photo)


async def restore(services: Services, request: web.Request) -> web.Response:
    photo = await in_thread(photo_of, services, request, deleted=True)
    photo = await in_thread(services.photos.restore, photo.id)
    await tell_photos(services, photo.character_id)
    return responses.record(photo)


async def image(services: Services, request: web.Request) -> web.FileResponse:
    size = "full" if request.query.get("size") == "full" else "thumb"
    photo = await in_thread(photo_of, services, request)
    return responses.picture(await in_thread(services.photos.image_path, photo, size))


async def captions(services: Services, request: web.Request) -> web.Response:
    plan = CaptionPlan.model_validate(await read_json(request))
    character = await in_thread(services.characters.get, request.match_info["id"])
    if plan.plan == "captioner":
        job = await in_thread(
            services.training.caption, character, correlation.current(), overwrite=plan.overwrite
        )
        return responses.record(job, 202)
    await in_thread(
        apply_plan, plan, character, photos=services.photos, library=services.library, paths=services.paths
    )
    await tell_photos(services, character.id)
    return responses.as_list(await in_thread(_shown, services, character.id))


async def captioners(services: Services, request: web.Request) -> web.Response:
    return responses.as_list(await in_thread(services.training.captioners))


async def edit_captions(services: Services, request: web.Request) -> web.Response:
    edits = CaptionEdits.model_validate(await read_json(request))
    character = await in_thread(services.characters.get, request.match_info["id"])
    await in_thread(
        lambda: apply_edits(
            edits,
            character.id,
            photos=services.photos,
            library=services.library,
            paths=services.paths,
        )
    )
    await tell_photos(services, character.id)
    return responses.as_list(await in_thread(_shown, services, character.id))


def photo_of(services: Services, request: web.Request, *, deleted: bool = False) -> Photo:
    """The photo of the path, which must be the named character's."""
    photo = services.photos.get(request.match_info["pid"], deleted=deleted)
    if photo.character_id != request.match_info["id"]:
        raise NotFoundError("photo_not_found", "This character has no such photo.", "Reload.")
    return photo


async def tell_photos(services: Services, character_id: str) -> None:
    character = await in_thread(services.characters.get, character_id)
    await tell(services, character_id, "photos", character)
