"""A ledger that counts its events from the beginning again without saying so, as a Redis that has dropped keys."""

from __future__ import annotations

import asyncio
import threading

from isengard.core.records.event import Event, Subject
from isengard.web.http import event_stream
from isengard.web.http.event_stream import EventStream
from support.soon import WITHIN_S


class Counting:
    """The part of a ledger that streams ask; `events` may be emptied."""

    epoch = "0123456789abcdef"

    def __init__(self):
        self.events = []

    def tell(self, code):
        subject = Subject(kind="job", id=code)
        event = Event(
            seq=len(self.events) + 1, type="job.log", at="x", correlation_id="", subject=subject, data={}
        )
        self.events.append(event)

    def events_after(self, seq, *, limit=500):
        return [event for event in self.events if event.seq > seq]

    def last_seq(self):
        return len(self.events)


def test_what_is_counted_from_the_beginning_again_is_heard_all_the_same(monkeypatch):
    """Nothing was heard any more until it had counted as far as before: hours, for captions, proofs and every page."""
    monkeypatch.setattr(event_stream, "COUNT_S", 0.0)
    monkeypatch.setattr(event_stream, "POLL_S", 0.01)
    ledger = Counting()
    for number in range(50):
        ledger.tell(f"old{number}")
    stream = EventStream(ledger)
    stream.begin()
    following = threading.Thread(target=stream.follow, daemon=True)

    async def heard():
        with stream.reading() as reader:
            following.start()
            ledger.events = []
            ledger.tell("new")
            event = await asyncio.wait_for(reader.next_event(), WITHIN_S)
            return event.subject.id, reader.lost

    try:
        assert asyncio.run(heard()) == ("new", True)
    finally:
        stream.stop()
        following.join(5)
