"""Server-sent events: hello, live, replay without gap or duplicate, reset after a new epoch."""

from __future__ import annotations

import threading
import urllib.request

import pytest


class Stream:
    """Reads frames (id, event name, data) of one connection in a thread."""

    def __init__(self, server, since: str = "", path: str = "/events") -> None:
        query = f"?since={since}" if since else ""
        self._response = urllib.request.urlopen(f"{server.url}/isengard{path}{query}", timeout=20)
        self.frames: list[dict] = []
        self._news = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        frame: dict = {}
        for raw in self._response:
            line = raw.decode().rstrip("\n")
            if not line and frame:
                with self._news:
                    self.frames.append(frame)
                    self._news.notify_all()
                frame = {}
            elif ": " in line and not line.startswith(":"):
                name, value = line.split(": ", 1)
                frame[name] = value

    def wait_for(self, count: int, timeout_s: float = 10) -> list[dict]:
        with self._news:
            assert self._news.wait_for(lambda: len(self.frames) >= count, timeout_s), self.frames
        return self.frames


def create(api, count: int) -> None:
    for number in range(count):
        api.post("/characters", {"name": f"Person {number}"})


def seqs(frames) -> list[int]:
    return [int(frame["id"].rpartition("-")[2]) for frame in frames if "event" not in frame]


def test_a_fresh_client_is_greeted_and_then_hears_everything(server, api):
    create(api, 2)
    stream = Stream(server)
    (hello,) = stream.wait_for(1)
    assert hello["event"] == "hello" and hello["id"] == f"{server.services.ledger.epoch}-2"
    create(api, 3)
    assert seqs(stream.wait_for(4)) == [3, 4, 5]


def test_replay_has_no_gap_and_no_duplicate_under_load(server, api):
    epoch = server.services.ledger.epoch
    create(api, 3)
    writer = threading.Thread(target=create, args=(api, 40))
    writer.start()
    streams = [Stream(server, f"{epoch}-1") for _ in range(5)]
    writer.join()
    for stream in streams:
        assert seqs(stream.wait_for(42)) == list(range(2, 44))


@pytest.mark.parametrize("since", ["other-3", "{epoch}-999", "{epoch}-x", "nonsense"])
def test_a_position_we_do_not_know_is_reset(server, api, since):
    create(api, 1)
    (frame,) = Stream(server, since.format(epoch=server.services.ledger.epoch)).wait_for(1)
    assert frame["event"] == "reset"


def test_who_slept_longer_than_events_are_kept_is_reset(server, api):
    """It got what was left, and never heard of the gap before it: a page that slept through a night of progress."""
    create(api, 3)
    ledger = server.services.ledger
    with ledger._store.write() as database:
        database.execute("DELETE FROM event WHERE seq <= 2")
    (frame,) = Stream(server, f"{ledger.epoch}-1").wait_for(1)
    assert (frame["event"], frame["id"]) == ("reset", f"{ledger.epoch}-3")
    assert seqs(Stream(server, f"{ledger.epoch}-2").wait_for(1)) == [3]


def test_a_reader_that_lags_is_let_go(server):
    from isengard.core.records.event import Event, Subject
    from isengard.web.http.event_stream import MAX_LAG, Reader, Told

    reader = Reader(loop=None)
    event = Told(Event(type="job.log", at="x", subject=Subject(kind="job", id="x")), b"")
    reader.offer([event] * MAX_LAG)
    assert not reader.lost
    reader.offer([event])
    assert reader.lost
