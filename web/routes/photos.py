"""Photos and captions."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from aiohttp import web

from ...core import correlation
from ...core.characters.caption_lint import leaks
from ...core.characters.captions import apply_edits, apply_plan
from ...core.characters.photo_store import not_kept
from ...core.errors import IsengardError, NotFoundError
from ...core.executor import in_thread
from ...core.records.character import Character
from ...core.records.photo import CaptionEdits, CaptionPlan, Photo, PhotoChoice, PhotoEdits, PhotoPatch
from ..container import Services
from ..http import responses
from ..http.errors import body_of, read_json, status_of
from ..http.uploads import Upload, received
from .characters import tell

#: A file's name, its photo, and why it was refused.
Added = tuple[str, Photo | None, IsengardError | None]


async def upload(services: Services, request: web.Request) -> web.Response:
    """Each file for itself: {file, photo, error}. When all are refused the answer has the first refusal's status.

    Several are read at once, and the next ones come meanwhile. Those that were taken before an upload broke off are there, and
    told."""
    character_id = request.match_info["id"]
    await in_thread(services.characters.get, character_id)
    adding: list[asyncio.Task[Added]] = []
    try:
        async for part in received(request, services.paths):
            adding.append(asyncio.create_task(_add(services, character_id, part)))
            await _room_among(adding, services.photos.decoder.at_once)
    finally:
        done = await asyncio.gather(*adding)
        added = any(photo for _, photo, _ in done)
        if added:
            await tell_photos(services, character_id)
    items = [_told(one) for one in done]
    refusals = [refusal for _, _, refusal in done if refusal is not None]
    if not added and refusals:
        return web.json_response({**body_of(refusals[0]), "items": items}, status=status_of(refusals[0]))
    return web.json_response({"items": items})


async def _add(services: Services, character_id: str, part: Upload) -> Added:
    try:
        return (
            part.name[:200],
            await services.photo_turns.in_thread(services.photos.add, character_id, part.file, part.name),
            None,
        )
    except IsengardError as refusal:
        return part.name[:200], None, refusal
    except OSError as fault:  # of this one alone: the others are there, and told
        return part.name[:200], None, not_kept(fault)
    finally:
        part.file.unlink(missing_ok=True)


async def _room_among(adding: Sequence[asyncio.Task[Added]], most: int) -> None:
    """Wait until fewer than so many are under way: no more than that lie in tmp/ besides the one that comes in."""
    while len(under_way := [one for one in adding if not one.done()]) >= most:
        await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)


def _told(added: Added) -> dict[str, Any]:
    name, photo, refusal = added
    return {
        "file": name,
        "photo": photo and photo.model_dump(mode="json"),
        "error": refusal and body_of(refusal)["error"],
    }


async def list_all(services: Services, request: web.Request) -> web.Response:
    """List those that are there, with ?deleted=1 what can be brought back of the trash instead."""
    deleted = request.query.get("deleted") == "1"
    return responses.as_list(await in_thread(_shown, services, request.match_info["id"], deleted=deleted))


def _shown(services: Services, character_id: str, *, deleted: bool = False) -> list[dict[str, Any]]:
    character = services.characters.get(character_id)
    photos = (services.photo_batches.deleted if deleted else services.photos.list)(character_id)
    return [_with_leaks(photo, character) for photo in photos]


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


async def edit_many(services: Services, request: web.Request) -> web.Response:
    edits = PhotoEdits.model_validate(await read_json(request))
    character_id = request.match_info["id"]
    await in_thread(services.photo_batches.edit, character_id, edits.photos)
    return await _changed(services, character_id)


async def delete_many(services: Services, request: web.Request) -> web.Response:
    chosen = PhotoChoice.model_validate(await read_json(request))
    character_id = request.match_info["id"]
    await in_thread(services.photo_batches.delete, character_id, chosen.photo_ids)
    return await _changed(services, character_id)


async def restore_many(services: Services, request: web.Request) -> web.Response:
    chosen = PhotoChoice.model_validate(await read_json(request))
    character_id = request.match_info["id"]
    await in_thread(services.photo_batches.restore, character_id, chosen.photo_ids)
    return await _changed(services, character_id)


async def _changed(services: Services, character_id: str) -> web.Response:
    """All photos, after many of them were changed."""
    await tell_photos(services, character_id)
    return responses.as_list(await in_thread(_shown, services, character_id))


async def image(services: Services, request: web.Request) -> web.StreamResponse:
    """The photo, or the small copy of it; of one in the trash, with ?deleted=1, the small one."""
    if request.query.get("deleted") == "1":
        photo = await in_thread(photo_of, services, request, deleted=True)
        return responses.made_picture(
            await in_thread(services.photo_batches.trashed_thumb, photo), "image/jpeg"
        )
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
    return await _changed(services, character.id)


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
    return await _changed(services, character.id)


def photo_of(services: Services, request: web.Request, *, deleted: bool = False) -> Photo:
    """The photo of the path, which must be the named character's."""
    photo = services.photos.get(request.match_info["pid"], deleted=deleted)
    if photo.character_id != request.match_info["id"]:
        raise NotFoundError("photo_not_found", "This character has no such photo.", "Reload this page.")
    return photo


async def tell_photos(services: Services, character_id: str) -> None:
    character = await in_thread(services.characters.get, character_id)
    await tell(services, character_id, "photos", character)
