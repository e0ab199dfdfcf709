"""Server-sent events: hello, live, replay without gap or duplicate, reset after a new epoch."""

from __future__ import annotations

import asyncio
import json
import threading
import urllib.parse
import urllib.request
from dataclasses import asdict
from typing import get_args

import pytest
from isengard.core.ids import new_id
from isengard.core.records.event import Event, EventType, Subject
from isengard.core.records.generation import CharacterUse
from isengard.core.records.photo_day import PhotoDay
from isengard.training.gpu.gpu_lending import Lending
from isengard.web.http import sse
from isengard.web.http.event_stream import MAX_LAG, Reader, Told, told_of
from isengard.web.openapi.event_data import EVENT_DATA
from isengard.web.services.notifications import (
    tell_character,
    tell_generation,
    tell_generations,
    tell_photo_day,
)
from support import live_server
from support.answer_checker import faults_of_event
from support.generation_records import draft
from support.soon import WITHIN_S

AT = "2026-01-02T03:04:05.000Z"


class Stream:
    """Reads frames (id, event name, data) of one connection in a thread."""

    def __init__(
        self, server, since: str = "", path: str = "/events", *, many: bool = False, greet: bool = False
    ) -> None:
        asked = {"since": since, "many": "1" if many else "", "greet": "1" if greet else ""}
        query = "?" + urllib.parse.urlencode({name: value for name, value in asked.items() if value})
        self._response = urllib.request.urlopen(f"{server.url}/isengard{path}{query}", timeout=WITHIN_S)
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

    def wait_for(self, count: int, timeout_s: float = WITHIN_S) -> list[dict]:
        with self._news:
            assert self._news.wait_for(lambda: len(self.frames) >= count, timeout_s), self.frames
        return self.frames


def create(api, count: int) -> None:
    for number in range(count):
        api.post("/characters", {"name": f"Person {number}"})


def seqs(frames) -> list[int]:
    return [int(frame["id"].rpartition("-")[2]) for frame in frames if "event" not in frame]


def asked_once(server, since: str = "") -> str:
    """The whole answer, which ends."""
    query = urllib.parse.urlencode({"once": "1", "since": since})
    with urllib.request.urlopen(f"{server.url}/isengard/events?{query}", timeout=WITHIN_S) as response:
        return response.read().decode()


def test_who_asks_once_hears_what_there_is_and_the_answer_ends(server, api):
    """For proxies that hand on nothing before the end."""
    create(api, 2)
    epoch = server.services.ledger.epoch
    assert asked_once(server) == f"id: {epoch}-2\nevent: hello\ndata: {{}}\n\n"
    assert asked_once(server, f"{epoch}-2") == ""
    create(api, 1)
    assert asked_once(server, f"{epoch}-2").startswith(f"id: {epoch}-3\ndata: ")
    assert "event: reset" in asked_once(server, "another-1")


def test_a_stream_says_at_once_that_it_is_there_where_that_is_asked(server, api):
    """A page whose stream says nothing can't tell quiet from a proxy that keeps it back."""
    create(api, 2)
    epoch = server.services.ledger.epoch
    (here,) = Stream(server, f"{epoch}-2", greet=True).wait_for(1)
    assert here == {"id": f"{epoch}-2", "event": "here", "data": "{}"}
    missed = Stream(server, f"{epoch}-1", greet=True).wait_for(2)
    assert [frame["id"] for frame in missed] == [f"{epoch}-1", f"{epoch}-2"]
    assert [frame["event"] for frame in Stream(server, greet=True).wait_for(1)] == ["hello"]


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


def test_who_missed_more_than_is_quickly_told_fetches_everything_anew(server, api, monkeypatch):
    """After a night of trainings a page that came back got tens of thousands of events, each drawn in its turn."""
    monkeypatch.setattr(sse, "MOST_REPLAYED", 5)
    create(api, 8)
    ledger = server.services.ledger
    last = ledger.last_seq()
    (frame,) = Stream(server, f"{ledger.epoch}-{last - 6}").wait_for(1)
    assert (frame["event"], frame["id"]) == ("reset", f"{ledger.epoch}-{last}")
    assert seqs(Stream(server, f"{ledger.epoch}-{last - 5}").wait_for(5)) == [*range(last - 4, last + 1)]


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
    reader = Reader(loop=None)
    event = Told(Event(type="job.log", at="x", subject=Subject(kind="job", id="x")), b"", b"")
    reader.offer([event] * MAX_LAG)
    assert not reader.lost
    reader.offer([event])
    assert reader.lost


def tell_two(server):
    """Two generations that were changed together; the event's number and their ids."""
    ledger, two = server.services.ledger, [draft(new_id("chr")) for _ in range(2)]
    tell_generations(ledger, two)
    return ledger.last_seq(), [one.id for one in two]


def heard(frames) -> list[tuple[str, str]]:
    told = [json.loads(frame["data"]) for frame in frames if "event" not in frame]
    return [(one["type"], one["subject"]["id"]) for one in told]


@pytest.mark.parametrize("live", [True, False])
def test_many_that_changed_together_are_one_event_for_who_asks_and_each_its_own_for_others(server, api, live):
    """Panels of before know nothing of many: they hear of each, and of all again where they heard but some."""
    create(api, 1)
    ledger = server.services.ledger
    since = f"{ledger.epoch}-{ledger.last_seq()}"
    if live:
        before, now = Stream(server, since), Stream(server, since, many=True)
        (seq, ids) = tell_two(server)
    else:
        (seq, ids) = tell_two(server)
        before, now = Stream(server, since), Stream(server, since, many=True)
    frames = before.wait_for(2)
    assert heard(frames) == [("generation.state", one) for one in ids]
    assert [frame.get("id") for frame in frames] == [None, f"{ledger.epoch}-{seq}"]
    (frame,) = now.wait_for(1)
    told = json.loads(frame["data"])
    assert (told["type"], told["seq"]) == ("generations.changed", seq)
    assert [one["id"] for one in told["data"]["generations"]] == ids
    assert faults_of_event(told) == []


def test_one_that_changed_is_told_as_ever(server):
    ledger, one = server.services.ledger, draft(new_id("chr"))
    tell_generations(ledger, [one])
    tell_generations(ledger, [])
    assert [(event.type, event.subject.id) for event in ledger.events_after(0)] == [
        ("generation.state", one.id)
    ]


def test_readers_of_ours_hear_one_at_a_time_and_pass_over_rubbish():
    async def all_of(*events):
        reader = Reader(asyncio.get_running_loop())
        reader.offer([told_of("e", event) for event in events])
        return [(event.type, event.subject.id) for event in [await reader.next_event() for _ in range(3)]]

    known = [{"id": "gen_1", "state": "completed"}, None, {"id": 5}, {"id": "gen_2", "state": "completed"}]
    subject = Subject(kind="generations", id="")
    many = Event(type="generations.changed", at=AT, subject=subject, data={"generations": known})
    broken = many.model_copy(update={"data": {"generations": 5}})
    last = Event(type="job.log", at=AT, subject=Subject(kind="job", id="job_1"))
    assert asyncio.run(all_of(many, broken, last)) == [
        ("generation.state", "gen_1"),
        ("generation.state", "gen_2"),
        ("job.log", "job_1"),
    ]
    assert told_of("e", broken).single.startswith(b":"), "a page reads nothing of it"


def test_what_an_event_carries_is_described_for_each_type():
    """openapi.json said "an object" of all of them."""
    assert sorted(EVENT_DATA) == sorted(get_args(EventType))
    sample = {"file": "samples/0001.jpg", "step": 4}
    event = Event(type="job.sample", at=AT, subject=Subject(kind="job", id=new_id("job")), data=sample)
    assert faults_of_event(event.model_dump(mode="json")) == []
    for wrong in ({"file": "x"}, {**sample, "step": "4"}, {**sample, "more": 1}):
        assert faults_of_event(event.model_copy(update={"data": wrong}).model_dump(mode="json")), wrong


@pytest.mark.slow
def test_events_are_as_described_whoever_emits_them(server, api, tmp_path):
    """A training in its worker, and what pages, pictures and people tell."""
    services, ledger = server.services, server.services.ledger
    server.api = api
    ann = live_server.person(server, tmp_path, "Ann")
    job = live_server.train(server, ann, steps=20, sample_prompts=["{trigger} in a park"])
    assert api.wait_for(f"/training/jobs/{job['id']}", 60)["state"] == "completed"
    made = draft(ann["id"])
    tell_generation(ledger, made)
    tell_generations(ledger, [made, draft(ann["id"])])
    subject, progress = Subject(kind="generation", id=made.id), made.progress.model_dump(mode="json")
    ledger.emit("generation.progress", subject, {"progress": progress}, correlation_id="")
    api.post("/albums", {"name": "Best"})
    ids = {"id": new_id("day"), "name": "A day", "character_id": ann["id"], "album_id": new_id("alb")}
    person = CharacterUse(id=ann["id"])
    tell_photo_day(ledger, PhotoDay(**ids, recipe="fast-test", person=person, pictures=[], created_at=AT))
    api.delete(f"/characters/{ann['id']}")
    tell_character(ledger, ann["id"], "forgotten", None)
    for lent in (None, asdict(Lending(job["id"], AT))):
        services.lender._tell(job["id"], lent)
    told = [event.model_dump(mode="json") for event in ledger.events_after(0)]
    assert {event["type"] for event in told} >= {*get_args(EventType)} - {"backend.state"}
    assert [fault for event in told for fault in faults_of_event(event)] == []
