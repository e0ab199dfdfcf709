"""Load that has to be held: submits from many clients, the gap between two jobs, hundreds of open pages."""

from __future__ import annotations

import asyncio
import os
import re
import statistics
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest
from isengard.core.clock import SystemClock
from isengard.core.jobs.ledger import JobFilter
from isengard.core.records.event import Subject
from isengard.core.records.job_states import JobState
from isengard.core.records.training import Overrides, TrainingRequest
from isengard.training.ledgers.sqlite.sqlite_ledger import SqliteLedger
from support.ledger_fixtures import ledger, open_ledger, submit  # noqa: F401 - fixtures
from support.live_server import ServerProcess
from support.training_waits import wait_for

pytestmark = [pytest.mark.timing, pytest.mark.slow]
FULL = bool(os.environ.get("ISENGARD_TEST_FULL"))
TESTS = Path(__file__).resolve().parents[1]
READERS, DEAF, SECONDS = (200, 20, 60) if FULL else (60, 6, 3)
EVENTS_A_S = 50
EVENT = re.compile(rb'id: \w+-(\d+)\ndata: [^\n]*"t":([\d.]+)')


@pytest.mark.full
def test_a_thousand_submits_from_twenty_clients(ledger, capsys):  # noqa: F811
    """The lowest of three rounds: whatever else the machine does is not in the figure."""
    rounds: list[float] = []
    while len(rounds) < 3 and not (rounds and rounds[-1] < 0.05):
        times = a_thousand(ledger)
        rounds.append(statistics.quantiles(times, n=20)[18])
        with capsys.disabled():
            median = statistics.median(times) * 1e3
            print(f"\n[load] {type(ledger).__name__}: median {median:.0f} ms, p95 {rounds[-1] * 1e3:.0f} ms")
    jobs = ledger.reconcile()
    positions = [job.position for job in jobs]
    assert len(positions) == 1000 * len(rounds) == len(set(positions)) and positions == sorted(positions)
    assert ledger.last_seq() == len(jobs)
    assert min(rounds) < 0.05
    looks = [seconds_to_find_nothing(ledger) for _ in range(5)]
    with capsys.disabled():
        print(
            f"[load] {len(jobs)} in line for a trainer that is not here: looked through in {min(looks) * 1e3:.1f} ms"
        )
    assert min(looks) < 0.02


def seconds_to_find_nothing(ledger) -> float:  # noqa: F811
    began = time.perf_counter()
    assert ledger.claim(worker_id="w", owner="o", needs=("gpu", "cpu"), backends=["another"]) is None
    return time.perf_counter() - began


def a_thousand(ledger) -> list[float]:  # noqa: F811
    times: list[float] = []

    def client():
        for _ in range(50):
            began = time.perf_counter()
            submit(ledger)
            times.append(time.perf_counter() - began)

    threads = [threading.Thread(target=client) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


def test_the_next_job_begins_within_a_second(house, ann, start_worker, capsys):
    request = TrainingRequest(
        character_id=ann.id, overrides=Overrides(steps=10, save_every=10, sample_prompts=[])
    )
    jobs = [house.training.submit(request, "gap") for _ in range(4)]
    start_worker(ISENGARD_FAST_TEST_S="0.5", ISENGARD_LOOK_S="5")
    for job in jobs:
        assert wait_for(house.ledger, job.id).state is JobState.COMPLETED
    told = [event for event in house.ledger.events_after(0, limit=2000) if event.type == "job.state"]
    moments = {(event.subject.id, event.data["state"]): seconds(event.at) for event in told}
    gaps = [
        moments[after.id, "preparing"] - moments[before.id, "completed"] for before, after in pairwise(jobs)
    ]
    with capsys.disabled():
        print(f"\n[load] gap between two jobs: {', '.join(f'{gap:.2f}' for gap in gaps)} s")
    assert max(gaps) < 1
    assert not house.ledger.jobs(JobFilter(states=[JobState.QUEUED])).items


def seconds(at: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(at.replace("Z", "+00:00")).timestamp()


@pytest.fixture(scope="module")
def panel(tmp_path_factory):
    """A server of its own process; `ask()` how it does."""
    server = ServerProcess(tmp_path_factory.mktemp("panel"))
    yield {**server.told, "ask": server.ask}
    server.close()


async def open_stream(port: int, since: str):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /isengard/events?since={since} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    return reader, writer


async def follow(port: int, since: str, *, until: float = 0.0, count: int = 0):
    """[(seq, delay)] of one page, until a moment or so many events."""
    reader, writer = await open_stream(port, since)
    heard: list[tuple[int, float]] = []
    rest = b""
    while not (count and len(heard) >= count):
        left = until - time.monotonic() if until else 20.0
        try:
            rest += await asyncio.wait_for(reader.read(2**16), max(0.01, left))
        except asyncio.TimeoutError:
            break
        whole, _, rest = rest.rpartition(b"\n\n")
        now = time.time()
        heard += [(int(seq), now - float(at)) for seq, at in EVENT.findall(whole)]
    writer.close()
    return heard


def last_seq(data: str) -> int:
    ledger = SqliteLedger(Path(data) / "jobs.db", SystemClock())  # noqa: F811
    try:
        return ledger.last_seq()
    finally:
        ledger.close()


def talk(data: str, stop: threading.Event) -> None:
    """Another process's voice: fifty events a second."""
    ledger = SqliteLedger(Path(data) / "jobs.db", SystemClock())  # noqa: F811
    began, told = time.monotonic(), 0
    while not stop.is_set():
        ledger.emit(
            "job.log",
            Subject(kind="job", id="x"),
            {"lines": ["x" * 200], "t": time.time()},
            correlation_id="c",
        )
        told += 1
        stop.wait(max(0.0, began + told / EVENTS_A_S - time.monotonic()))
    ledger.close()


def test_many_pages_of_which_some_do_not_read(panel, capsys):
    """What our code holds up, it holds up in every round; a busy machine does not: the best of three is judged."""
    rounds: list[float] = []
    while len(rounds) < 3 and not (rounds and rounds[-1] < 50):
        rounds.append(many_pages(panel, capsys))
    assert min(rounds) < 50


def many_pages(panel, capsys) -> float:
    """How late the loop was at worst, in milliseconds."""
    before = panel["ask"]()
    heard = asyncio.run(listen(panel))
    after = panel["ask"]()
    delays = sorted(delay for one in heard for _, delay in one)
    p95, more = delays[int(len(delays) * 0.95)], after["resident_bytes"] - before["resident_bytes"]
    with capsys.disabled():
        print(
            f"\n[load] {READERS} pages, {len(delays)} events heard in {SECONDS} s: delay p95 {p95 * 1e3:.0f} ms,"
            f" memory +{more / 1e6:.0f} MB, loop late p99 {after['p99_ms']:.0f} ms, worst {after['worst_ms']:.0f} ms"
        )
    for one in heard:
        seqs = [seq for seq, _ in one]
        assert seqs == list(range(seqs[0], seqs[0] + len(seqs))) and len(seqs) > SECONDS * EVENTS_A_S * 0.8
    assert p95 < 0.5 and more < 50e6
    return after["worst_ms"]


async def listen(panel) -> list[list[tuple[int, float]]]:
    stop = threading.Event()
    since = f"{panel['epoch']}-{last_seq(panel['data'])}"
    deaf = [await open_stream(panel["port"], "") for _ in range(DEAF)]
    until = time.monotonic() + SECONDS + 2
    pages = [asyncio.create_task(follow(panel["port"], since, until=until)) for _ in range(READERS - DEAF)]
    await asyncio.sleep(1)
    voice = threading.Thread(target=talk, args=(panel["data"], stop))
    voice.start()
    heard = await asyncio.gather(*pages)
    stop.set()
    voice.join()
    for _, writer in deaf:
        writer.close()
    return heard


def test_many_pages_come_back_at_once(panel, capsys):
    base = last_seq(panel["data"])
    ledger = SqliteLedger(Path(panel["data"]) / "jobs.db", SystemClock())  # noqa: F811
    for number in range(300):
        ledger.emit(
            "job.log", Subject(kind="job", id="x"), {"n": number, "t": time.time()}, correlation_id="c"
        )
    ledger.close()

    async def storm():
        pages = [
            follow(panel["port"], f"{panel['epoch']}-{base + since % 100}", count=300 - since % 100)
            for since in range(READERS)
        ]
        return await asyncio.gather(*pages)

    began = time.monotonic()
    for since, one in enumerate(asyncio.run(storm())):
        assert [seq - base for seq, _ in one] == list(range(since % 100 + 1, 301))
    with capsys.disabled():
        print(f"\n[load] {READERS} pages back at once, every event once: {time.monotonic() - began:.1f} s")
