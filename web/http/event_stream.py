"""One thread follows the ledger's events and hands them to every open stream; readers that lag too far are let go."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from ...core.errors import IsengardError
from ...core.jobs.ledger import Ledger
from ...core.records.event import Event, one_by_one

POLL_S = 0.1
FAULT_S = 2.0
#: Seconds between two looks at how far the ledger has counted, while nothing comes.
COUNT_S = 5.0
#: Events a reader may lag behind before it is dropped; it reconnects and replays.
MAX_LAG = 2000
#: Readers that are woken together, and seconds before the next few: 200 pages are told within 0.05 s.
AT_ONCE = 20
BETWEEN_S = 0.005
_log = logging.getLogger("isengard.events")


@dataclass(frozen=True)
class Told:
    """An event and how it is written on every stream, made once for all of them: whole, and for who hears of one thing at a time."""

    event: Event
    frame: bytes
    single: bytes

    def bytes_for(self, *, whole: bool) -> bytes:
        return self.frame if whole else self.single


@dataclass(eq=False)
class Reader:
    """An open stream; `lost` once it fell too far behind. Everything but its making runs on its loop."""

    loop: asyncio.AbstractEventLoop
    waiting: deque[Told] = field(default_factory=deque)
    lost: bool = False
    #: the newest number that was taken out
    seen: int = 0
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _singles: deque[Event] = field(default_factory=deque)

    async def next_event(self) -> Event:
        """Wait for the next, of one thing at a time, for readers of ours, to whom the numbers mean nothing: a new epoch changes nothing
        for them."""
        while not self._singles:
            while not self.waiting:
                await self._wait()
            self._singles.extend(one_by_one(self.waiting.popleft().event))
        return self._singles.popleft()

    async def news(self, patience_s: float) -> list[Told]:
        """Everything that has come meanwhile, at once; nothing when nothing came for so many seconds.

        A timer and no task (as `asyncio.wait_for` makes one): hundreds of pages wake at the same moment.
        """
        if not self.waiting:
            timer = self.loop.call_later(patience_s, self._woken.set)
            try:
                await self._wait()
            finally:
                timer.cancel()
        events = list(self.waiting)
        self.waiting.clear()
        return events

    async def _wait(self) -> None:
        self._woken.clear()
        await self._woken.wait()

    def let_go(self) -> None:
        """The numbers it knows mean nothing any more."""
        self.lost = True
        self._woken.set()

    def offer(self, news: list[Told]) -> None:
        room = MAX_LAG - len(self.waiting)
        self.waiting.extend(news[:room])
        self.lost = self.lost or len(news) > room
        self._woken.set()


class EventStream:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._epoch, self._seq = "", 0
        self._readers: set[Reader] = set()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._next_count = 0.0

    def stop(self) -> None:
        self._stop.set()

    def begin(self) -> None:
        """Count from here on, before anybody reads: else nobody hears what comes until `follow` looks for the first time."""
        try:
            self._news()
        except (IsengardError, OSError) as fault:
            _log.warning("Events cannot be read yet", extra={"context": {"reason": str(fault)}})

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """A reader that gets every event from now on."""
        reader = Reader(asyncio.get_running_loop())
        with self._lock:
            self._readers.add(reader)
        try:
            yield reader
        finally:
            with self._lock:
                self._readers.discard(reader)

    def follow(self) -> None:
        """Until `stop`; blocks, for a thread of the server. Begun again, it goes on where it was."""
        while not self._stop.wait(POLL_S):
            try:
                events = self._news()
            except (IsengardError, OSError) as fault:
                _log.warning("Events cannot be read", extra={"context": {"reason": str(fault)}})
                self._stop.wait(FAULT_S)
                continue
            if events:
                self._seq = events[-1].seq
                news = [told_of(self._epoch, event) for event in events]
                self._tell_all(partial(_offer, news))

    def _news(self) -> list[Event]:
        """What has come since; readers are let go where another ledger began to count anew."""
        events = list(self._ledger.events_after(self._seq)) if self._epoch else []
        epoch = self._ledger.epoch
        if epoch == self._epoch:
            if not events and self._is_behind():
                self._tell_all(Reader.let_go)
                self._seq = 0
            return events
        self._seq = self._ledger.last_seq()
        if self._epoch:
            self._tell_all(Reader.let_go)
        self._epoch = epoch
        return []

    def _is_behind(self) -> bool:
        """Whether the ledger counts from the beginning again and does not say so, as a Redis that has dropped keys: nothing would be heard
        until it has counted as far as before. Asked now and then."""
        now = time.monotonic()
        if now < self._next_count:
            return False
        self._next_count = now + COUNT_S
        return self._ledger.last_seq() < self._seq

    def _tell_all(self, tell: Callable[[Reader], None]) -> None:
        """A few readers at a time, so that ComfyUI's loop does something else between them."""
        with self._lock:
            readers = list(self._readers)
        for begin in range(0, len(readers), AT_ONCE):
            if begin:
                self._stop.wait(BETWEEN_S)
            for reader in readers[begin : begin + AT_ONCE]:
                if not reader.loop.is_closed():
                    reader.loop.call_soon_threadsafe(tell, reader)


def _offer(news: list[Told], reader: Reader) -> None:
    reader.offer(news)


def told_of(epoch: str, event: Event) -> Told:
    """How an event is written; of many things only the last carries the number, so that who hears them half hears all again."""
    number = f"{epoch}-{event.seq}"
    whole = frame(number, event.model_dump_json())
    singles = one_by_one(event)
    if singles == [event]:
        return Told(event, whole, whole)
    numbers = ["" for _ in singles[1:]] + [number]
    single = b"".join(frame(n, one.model_dump_json()) for n, one in zip(numbers, singles, strict=False))
    return Told(event, whole, single or b": nothing that can be read\n\n")


def frame(identifier: str, data: str, name: str = "") -> bytes:
    """The bytes of one server-sent event; '' for one that carries no number of its own."""
    number = f"id: {identifier}\n" if identifier else ""
    kind = f"event: {name}\n" if name else ""
    return f"{number}{kind}data: {data}\n\n".encode()
