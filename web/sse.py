"""Server-sent events: `id: <epoch>-<seq>`, replay by Last-Event-ID or ?since=, heartbeat, reset after a new epoch."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiohttp import web

from ..core.records.event import Event
from .services import Services

HEARTBEAT_S = 15.0
HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
}
Wanted = Callable[[Event], bool]


async def stream(services: Services, request: web.Request, wanted: Wanted) -> web.StreamResponse:
    """Everything after the client's last event, then live until one side ends it."""
    response = web.StreamResponse(headers=HEADERS)
    ledger = services.ledger
    with services.events.reading() as reader:
        epoch = await asyncio.to_thread(lambda: ledger.epoch)
        last = await asyncio.to_thread(ledger.last_seq)
        since, known = _position(request, epoch, last)
        await response.prepare(request)
        if known and since is None:
            await response.write(_frame(f"{epoch}-{last}", "{}", "reset"))
        elif not known:
            await response.write(_frame(f"{epoch}-{last}", "{}", "hello"))
        seq = last if since is None else since
        while seq < last:
            page = await asyncio.to_thread(ledger.events_after, seq)
            if not page:
                break
            for event in page:
                seq = event.seq
                if wanted(event):
                    await response.write(_event(epoch, event))
        while not reader.lost:
            try:
                event = await asyncio.wait_for(reader.waiting.get(), HEARTBEAT_S)
            except asyncio.TimeoutError:
                await response.write(b": still here\n\n")
                continue
            if event is not None and event.seq > seq:
                seq = event.seq
                if wanted(event):
                    await response.write(_event(epoch, event))
    return response


def _position(request: web.Request, epoch: str, last: int) -> tuple[int | None, bool]:
    """(the seq the client has seen, whether it said anything). A foreign epoch or a future seq gives None: reset."""
    told = request.headers.get("Last-Event-ID") or request.query.get("since") or ""
    if not told:
        return None, False
    theirs, _, number = told.rpartition("-")
    if theirs != epoch or not number.isdecimal() or int(number) > last:
        return None, True
    return int(number), True


def _event(epoch: str, event: Event) -> bytes:
    return _frame(f"{epoch}-{event.seq}", event.model_dump_json())


def _frame(identifier: str, data: str, name: str = "") -> bytes:
    kind = f"event: {name}\n" if name else ""
    return f"id: {identifier}\n{kind}data: {data}\n\n".encode()
