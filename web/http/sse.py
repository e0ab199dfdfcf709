"""Server-sent events: `id: <epoch>-<seq>`, replay by Last-Event-ID or ?since=, heartbeat, reset after a new epoch."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiohttp import ClientConnectionError, web

from ...core.executor import in_thread
from ...core.jobs.ledger import Ledger
from ...core.records.event import Event
from .event_stream import EventStream, Reader, frame, told_of
from .responses import whole_number, whole_or_cut

HEARTBEAT_S = 15.0
#: A client that takes nothing for so long is let go.
WRITE_S = 10.0
#: Who has missed more fetches everything anew: an event tells a whole training or all pictures of an order, and there may be 50,000.
MOST_REPLAYED = 2000
HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
}
Wanted = Callable[[Event], bool]


async def stream(
    events: EventStream, ledger: Ledger, request: web.Request, wanted: Wanted
) -> web.StreamResponse:
    """Everything after the client's last event, then live until one side ends it; with ?many=1 what was changed together in one event,
    with ?once=1 what there is, and no more: a server in between may hand on nothing until an answer has ended. With ?greet=1 a stream
    says at once that it is there, even where there is no news, so that the client can tell that nobody keeps it back."""
    whole, once, greet = (request.query.get(name) == "1" for name in ("many", "once", "greet"))
    response = web.StreamResponse(headers=HEADERS)
    with events.reading() as reader:
        epoch = await in_thread(lambda: ledger.epoch)
        first, last = await in_thread(lambda: (ledger.first_seq(), ledger.last_seq()))
        since, counts_on = _position(request, epoch, first, last)
        await response.prepare(request)
        with whole_or_cut(request):
            if since is None:
                await response.write(frame(f"{epoch}-{last}", "{}", "reset" if counts_on else "hello"))
            elif greet:
                await response.write(frame(f"{epoch}-{since}", "{}", "here"))
            seq = last if since is None else since
            while seq < last:
                page = await in_thread(ledger.events_after, seq)
                if not page:
                    break
                seq = page[-1].seq
                frames = [told_of(epoch, event).bytes_for(whole=whole) for event in page if wanted(event)]
                if not await _send(request, response, frames):
                    return response
            while not (once or reader.lost):
                if not await _send(request, response, await _news(reader, seq, wanted, whole=whole)):
                    break
                seq = max(seq, reader.seen)
    return response


async def _news(reader: Reader, seq: int, wanted: Wanted, *, whole: bool) -> list[bytes]:
    """What has come meanwhile; a sign of life when nothing has."""
    events = await reader.news(HEARTBEAT_S)
    if not events:
        return [b": still here\n\n"]
    fresh = [one for one in events if one.event.seq > seq]
    reader.seen = max([reader.seen, *(one.event.seq for one in fresh)])
    return [one.bytes_for(whole=whole) for one in fresh if wanted(one.event)]


async def _send(request: web.Request, response: web.StreamResponse, frames: list[bytes]) -> bool:
    """False for a client that does not read or is gone: it replays what it missed when it comes back."""
    if not frames:
        return True
    transport = request.transport
    if transport is None:
        return False
    deaf = asyncio.get_running_loop().call_later(WRITE_S, transport.abort)
    try:
        await response.write(b"".join(frames))
    except (ConnectionResetError, ClientConnectionError):
        return False
    finally:
        deaf.cancel()
    return True


def _position(request: web.Request, epoch: str, first: int, last: int) -> tuple[int | None, bool]:
    """(the seq the client has seen, whether it said anything). None, a reset, for a foreign epoch, a future seq, or one
    after which events were dropped, or too many came."""
    position = request.headers.get("Last-Event-ID") or request.query.get("since") or ""
    if not position:
        return None, False
    its_epoch, _, text = position.rpartition("-")
    number = whole_number(text)
    oldest = max(first - 1, last - MOST_REPLAYED)
    if its_epoch != epoch or number is None or not oldest <= number <= last:
        return None, True
    return number, True
