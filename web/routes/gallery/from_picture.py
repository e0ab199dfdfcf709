"""Pictures that start from another one, and pictures that become somebody's photos."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from ....core import correlation
from ....core.errors import InvalidError, TooLargeError
from ....core.executor import in_thread
from ....core.generations.orders_again import known_part, request_of
from ....core.records.picture_order import PictureOrder
from ....core.said import said
from ...container import Services
from ...http import responses
from ...http.errors import json_object, read_json
from ...http.request_bodies import PictureUse
from ...http.uploads import MASK_FIELD, ORDER_FIELD, PICTURE_FIELD, received
from ...services.from_picture.picture_orders import PictureOrders, Sent
from ...services.from_picture.picture_photos import keep_as_photo
from ..generations import picture_number
from ..photos import tell_photos

_MOST_ORDER_BYTES = 256 * 1024


async def create(services: Services, request: web.Request) -> web.Response:
    orders = PictureOrders(services.paths, services.photos.decoder, services.generations)
    with orders.cleared() as sent:
        order = await _order_of(services, request, orders, sent)
        resolved = await services.generations.resolve(order.recipe)
        asked, start = await in_thread(orders.prepared, order, resolved[1], sent)
        await in_thread(services.publisher.publish_drawn, order.characters, resolved[1])
        await services.lender.room_made()
        made = await services.generations.create(
            asked, correlation.current(), order.purpose, resolved, start=start
        )
    return responses.record(made, 202)


async def keep(services: Services, request: web.Request) -> web.Response:
    use = PictureUse.model_validate(await read_json(request))
    place = (request.match_info["id"], picture_number(request))
    stores = (services.generations.store, services.characters, services.photos)
    photo = await services.photo_turns.in_thread(keep_as_photo, *stores, place, use)
    await tell_photos(services, use.character_id)
    return responses.record(photo, 201)


async def _order_of(
    services: Services, request: web.Request, orders: PictureOrders, sent: Sent
) -> PictureOrder:
    order: PictureOrder | None = None
    async for part in received(request, services.paths, ORDER_FIELD, PICTURE_FIELD, MASK_FIELD):
        try:
            if part.field == ORDER_FIELD:
                order = PictureOrder.model_validate(await in_thread(_read, services, part.file))
            elif part.field not in sent.files:
                await services.photo_turns.in_thread(orders.take, sent, part.field, part.file)
        finally:
            part.file.unlink(missing_ok=True)
    if order is None:
        raise InvalidError(
            "order_missing",
            "There is no order in this form.",
            said("Send a part called {field}.", field=ORDER_FIELD),
        )
    return order


def _read(services: Services, file: Path) -> dict[str, object]:
    """InvalidError `bad_json`, TooLargeError `body_too_large`, NotFoundError `generation_not_found`."""
    if file.stat().st_size > _MOST_ORDER_BYTES:
        raise TooLargeError("body_too_large", "This request is too large.", "Send less at once.")
    body = json_object(file.read_bytes())
    start = body.get("start")
    if not isinstance(start, dict) or start.get("again") is not True:
        return body
    before = request_of(services.generations.store, start.get("generation_id"))
    return body if before is None else known_part(body, before)
