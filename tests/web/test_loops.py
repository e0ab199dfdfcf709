"""The loops behind the requests: whatever one of them dies of, the next turn is there, and /health tells of it."""

from __future__ import annotations

import asyncio
import io
import json
import os
import sqlite3
import time
import urllib.request
import zipfile
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from isengard.core import loops as loops_module
from isengard.core.atomic import TEMP_SUFFIX
from isengard.training.doctor.doctor import examined
from isengard.web.services import housekeeping
from support import live_server
from support.soon import WITHIN_S, until


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setattr(loops_module, "FIRST_S", 0.1)
    server = live_server.start(tmp_path)
    yield server
    server.close()


def heard(server, character_id, seconds=WITHIN_S):
    """How many changes of a person an open stream tells."""
    count, deadline = 0, time.monotonic() + seconds
    with urllib.request.urlopen(f"{server.url}/isengard/events", timeout=seconds) as stream:
        stream.readline()
        server.api.patch(f"/characters/{character_id}", {"notes": str(time.time())})
        while not count and time.monotonic() < deadline:
            count += b'"character.changed"' in stream.readline()
    return count


def test_a_broken_event_ends_no_stream(server):
    ann = server.api.post("/characters", {"name": "Ann"})["id"]
    assert heard(server, ann) == 1
    database = sqlite3.connect(server.services.paths.jobs_db, isolation_level=None)
    for broken in (
        '{"seq":',
        json.dumps({"type": "of.tomorrow", "at": "x", "subject": {"kind": "a", "id": "b"}}),
    ):
        database.execute("BEGIN IMMEDIATE")
        database.execute("UPDATE counter SET value = value + 1 WHERE name = 'seq'")
        (seq,) = database.execute("SELECT value FROM counter WHERE name = 'seq'").fetchone()
        database.execute("INSERT INTO event VALUES (?, 'x', 'y', ?)", (seq, broken))
        database.execute("COMMIT")
    database.close()
    assert heard(server, ann) == 1
    assert server.api.get("/health")["loops"] == []


@pytest.mark.parametrize("name", ["workers", pytest.param("events", marks=pytest.mark.full)])
def test_a_thread_that_dies_begins_again_and_is_told(server, monkeypatch, name):
    """Of a fault that nobody thought of, whatever it is."""
    services = server.services
    ann = server.api.post("/characters", {"name": "Ann"})["id"]
    step = {"workers": "reconcile", "events": "events_after"}[name]
    whole = getattr(services.ledger, step)

    def broken(*args, **kwargs):
        raise RuntimeError("never heard of")

    monkeypatch.setattr(services.ledger, step, broken)
    services.supervisor.wake()
    (told,) = until(lambda: server.api.get("/health")["loops"])
    assert (told["name"], told["fault"]) == (name, "RuntimeError") and told["deaths"] >= 1
    with zipfile.ZipFile(io.BytesIO(server.api.get("/diagnostics"))) as bundle:
        assert json.loads(bundle.read("state.json"))["loops"][0]["name"] == name
    assert any(f"its loop '{name}' has died" in text for _, text in examined(services.paths))
    monkeypatch.setattr(services.ledger, step, whole)
    until(lambda: server.api.get("/health")["loops"][0]["running"])
    levels = dict(reversed(finding) for finding in examined(services.paths))
    assert {level for text, level in levels.items() if "its loop" in text} == {"warn"}
    assert any(text.startswith("Isengard ") and "runs in ComfyUI" in text for text in levels)
    assert heard(server, ann) == 1
    live_server.person(server, services.paths.tmp, "Bob")
    bob = server.api.get("/characters")["items"][0]
    job = live_server.train(server, bob, steps=20)
    assert server.api.wait_for(f"/training/jobs/{job['id']}", 40)["state"] == "completed"


def test_what_comes_before_the_first_look_is_heard(server):
    """A page that opened as the server started missed what happened in its first quarter of a second."""
    from isengard.core.records.event import Subject
    from isengard.web.http.event_stream import EventStream

    stream, ledger = EventStream(server.services.ledger), server.services.ledger
    stream.begin()

    async def heard_types():
        with stream.reading() as reader:
            ledger.emit("worker.state", Subject(kind="worker", id="w"), {}, correlation_id="")
            following = asyncio.create_task(asyncio.to_thread(stream.follow))
            told = await reader.news(WITHIN_S)
            stream.stop()
            await following
            return [one.event.type for one in told]

    assert "worker.state" in asyncio.run(heard_types())


@pytest.mark.parametrize(
    "type_, data",
    [
        ("job.state", {"state": "completed", "job": {"id": "job_x", "kind": "of tomorrow"}}),
        ("job.state", {"state": "completed"}),
        ("generation.state", {"state": "completed", "generation": None}),
    ],
)
def test_what_an_event_carries_ends_no_loop(server, type_, data, logged):
    from isengard.core.records.event import Subject

    server.services.ledger.emit(type_, Subject(kind="job", id="x"), data, correlation_id="")
    until(lambda: [one for one in logged.records if "event carries" in one.getMessage()])
    time.sleep(0.3)
    assert server.api.get("/health")["loops"] == []


def test_what_is_being_written_while_the_clock_is_put_forward_is_not_taken_for_a_crashs(
    server, clock, monkeypatch
):
    """Housekeeping looks again an hour after the start; what another program writes is old by the new clock."""
    services = server.services
    server.close()  # its own housekeeping looks by another clock
    half = services.paths.run / f".x.0a1b2c3d{TEMP_SUFFIX}"
    kept = []

    async def pause(_):
        if half.exists() or kept:
            kept.append(half.exists())
            raise asyncio.CancelledError
        half.write_bytes(b"half")
        month_ago = time.time() - 31 * 86_400
        os.utime(half, (month_ago, month_ago))
        clock.moment += timedelta(days=31)
        clock.advance(3960)

    monkeypatch.setattr(housekeeping, "asyncio", SimpleNamespace(sleep=pause))
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(replace(services.housekeeping, clock=clock).run())
    assert kept == [True]
