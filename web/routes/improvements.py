"""Crops that make a set of photos teach more: proposed, made, taken back; crops by hand, and photos turned."""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from ...core.executor import in_thread
from ...core.records.photo import CropBatch, CropBox, CropOrder, CropUndo, PhotoTurn
from ..container import Services
from ..http import responses
from ..http.errors import read_json
from .photos import photo_of, tell_photos


async def show(services: Services, request: web.Request) -> web.Response:
    """Tell what is proposed, or how far the look has come: whoever asked asks again until it is `done`. Nothing is written."""
    character_id = request.match_info["id"]
    look = await services.improver.look(character_id)
    batch = await in_thread(services.cropper.newest_batch, character_id)
    found = look.found
    return web.json_response(
        {
            "done": found is not None,
            "looked": look.looked,
            "of": len(look.photos),
            "faces": look.faces,
            "batch": batch,
            "proposals": [asdict(one) for one in found.proposals] if found else [],
            "left": [{"photo_id": key, "reason": why} for key, why in found.left.items()] if found else [],
        }
    )


async def apply(services: Services, request: web.Request) -> web.Response:
    wanted = CropBatch.model_validate(await read_json(request))
    character_id = request.match_info["id"]
    batch, photos = await services.photo_turns.in_thread(
        services.cropper.cut, character_id, wanted.crops, wanted.batch
    )
    await tell_photos(services, character_id)
    made = [photo.model_dump(mode="json") for photo in photos]
    return web.json_response({"batch": batch, "photos": made}, status=201)


async def undo(services: Services, request: web.Request) -> web.Response:
    wanted = CropUndo.model_validate(await read_json(request))
    character_id = request.match_info["id"]
    photos = await in_thread(services.cropper.undo, character_id, wanted.batch)
    await tell_photos(services, character_id)
    return responses.records(photos)


async def crop(services: Services, request: web.Request) -> web.Response:
    wanted = CropBox.model_validate(await read_json(request))
    photo = await in_thread(photo_of, services, request)
    order = CropOrder(photo_id=photo.id, **wanted.model_dump())
    _, [made] = await services.photo_turns.in_thread(services.cropper.cut, photo.character_id, [order])
    await tell_photos(services, photo.character_id)
    return responses.record(made, 201)


async def turn(services: Services, request: web.Request) -> web.Response:
    """{batch, photos}: all photos, the turned ones in the places of what they were."""
    wanted = PhotoTurn.model_validate(await read_json(request))
    character_id = request.match_info["id"]
    batch, photos = await services.photo_turns.in_thread(
        services.turner.turn, character_id, wanted.photo_ids, wanted.turn
    )
    await tell_photos(services, character_id)
    shown = [photo.model_dump(mode="json") for photo in photos]
    return web.json_response({"batch": batch, "photos": shown}, status=201)


async def undo_turn(services: Services, request: web.Request) -> web.Response:
    wanted = CropUndo.model_validate(await read_json(request))
    character_id = request.match_info["id"]
    photos = await in_thread(services.turner.undo, character_id, wanted.batch)
    await tell_photos(services, character_id)
    return responses.records(photos)
