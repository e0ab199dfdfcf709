"""Downloads against a local server: good, broken, wrong, cut off and continued, cancelled, gated, no disk."""

from __future__ import annotations

import hashlib
import os

import pytest
from fakes.file_server import FileServer
from isengard.training.downloads import http_fetch
from isengard.training.downloads.http_fetch import Wanted, fetch
from support.task_fixtures import task_house  # noqa: F401 - fixture

CONTENT = os.urandom(3_000_000)
SHA = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(http_fetch, "PAUSE_S", 0.05)
    server = FileServer({"/model": CONTENT})
    yield server
    server.close()


@pytest.fixture
def get(task_house, server, tmp_path):  # noqa: F811
    """Fetch /model as a job; (job, target)."""
    target = tmp_path / "models" / "model.safetensors"

    def get(path="/model", **wanted):
        wanted = Wanted(server.url + path, **{"sha256": SHA, **wanted})
        return task_house.run(lambda task: fetch(task, wanted, target)), target

    return get


def test_a_file_comes_whole_with_progress_in_bytes(get, task_house):  # noqa: F811
    job, target = get()
    assert job.state.value == "completed" and target.read_bytes() == CONTENT
    told = [event for event in task_house.ledger.events_after(0) if event.type == "job.progress"]
    assert {event.correlation_id for event in told} == {"corr-task"}
    assert told[0].data["progress"]["bytes_total"] == len(CONTENT)
    assert not list(target.parent.glob("*.part"))


def test_a_connection_that_breaks_is_continued_not_begun_anew(get, server):
    server.cut = [1_000_000, 700_000]
    job, target = get()
    assert job.state.value == "completed" and target.read_bytes() == CONTENT
    ranges = [asked for _, asked, _ in server.asked]
    assert ranges == ["", "bytes=1000000-", "bytes=1700000-"]


def test_a_line_that_breaks_every_few_minutes_brings_it_all_the_same(get, server):
    """A model of 20 GB took hours, and four breaks in all of them ended it."""
    server.cut = [400_000] * 7
    job, target = get()
    assert job.state.value == "completed" and target.read_bytes() == CONTENT and len(server.asked) == 8


def test_a_line_that_brings_nothing_new_is_given_up(get, server):
    server.cut = [400_000, 0, 0, 0, 0, 0, 0]
    job, target = get()
    assert (job.state.value, job.error.code) == ("failed", "network_unreachable") and not target.exists()
    assert len(server.asked) == http_fetch.TRIES


@pytest.mark.parametrize(
    ("status", "headers"),
    [(429, {"Retry-After": "1"}), (503, {"Retry-After": "1"}), (429, {"RateLimit": '"resolvers";r=0;t=1'})],
)
def test_who_asks_to_wait_is_waited_for(get, server, monkeypatch, status, headers):
    """Four tries within 12 seconds ended a download that the hub would have gone on with a minute later."""
    waited, statuses = [], [status]
    monkeypatch.setattr(http_fetch, "_wait", lambda task, seconds: waited.append(seconds))
    server.statuses, server.refusal_headers = statuses, headers
    job, _ = get()
    assert job.state.value == "completed" and waited == [1.0]


@pytest.mark.parametrize("asked", ["3600", "Wed, 21 Oct 2026 07:28:00 GMT", "9" * 400, "-5", "soon"])
def test_nobody_waits_for_an_hour_or_for_nonsense(get, server, monkeypatch, asked):
    waited = []
    monkeypatch.setattr(http_fetch, "_wait", lambda task, seconds: waited.append(seconds))
    server.statuses, server.refusal_headers = [429] * 9, {"Retry-After": asked}
    job, _ = get()
    assert job.error.code == "network_unreachable" and max(waited, default=0) < 1
    assert "can't give out this file now (Too Many Requests)" in job.error.message
    assert "internet connection" not in job.error.hint and (len(server.asked) == 1) is (asked == "3600")


def test_a_page_of_a_proxy_is_no_beginning_of_the_file(get, server, monkeypatch):
    """A model of 20 GB was fetched behind a page of 600 bytes, and thrown away in the end."""
    server.files["/model"] = b"<html>" * 100
    monkeypatch.setattr(http_fetch, "_wait", lambda task, seconds: server.files.update({"/model": CONTENT}))
    job, target = get(size=len(CONTENT))
    assert job.state.value == "completed" and target.read_bytes() == CONTENT
    assert [asked for _, asked, _ in server.asked] == ["", ""]


def test_what_never_ends_is_no_file_of_that_size(task_house, tmp_path, monkeypatch):  # noqa: F811
    """A server that tells no length filled the disk."""

    class Endless:
        """It ends, so that a fault of ours does not fill the disk of who runs this test."""

        status, headers, given = 200, {}, 0

        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def read(self, size):
            Endless.given += size
            return b"x" * size if Endless.given < 10 * len(CONTENT) else b""

    monkeypatch.setattr(http_fetch, "open_address", lambda *_, **__: Endless())
    wanted = Wanted("http://127.0.0.1/x", sha256=SHA, size=len(CONTENT))
    job = task_house.run(lambda task: fetch(task, wanted, tmp_path / "x"))
    assert job.error.code == "download_damaged" and not list(tmp_path.glob("x*"))
    assert Endless.given <= len(CONTENT) + 2 * http_fetch.CHUNK


def test_a_token_that_is_no_longer_valid_is_called_so(get, server):
    """The hub refuses public files as well then: nothing has to be accepted anywhere."""
    server.statuses = [401]
    server.refusal_headers = {"X-Error-Message": "Invalid credentials in Authorization header"}
    job, _ = get(token="hf_old")
    assert (job.state.value, job.error.code) == ("failed", "token_refused")
    assert "127.0.0.1" in job.error.message and "hf_old" not in job.model_dump_json()


def test_after_a_cancel_the_next_attempt_goes_on(task_house, server, tmp_path):  # noqa: F811
    target = tmp_path / "m"
    server.slow_s = 0.02
    wanted = Wanted(f"{server.url}/model", sha256=SHA)
    job = task_house.run_until(
        lambda task: fetch(task, wanted, target), lambda job: (job.progress.bytes_done or 0) > 300_000
    )
    assert job.state.value == "cancelled" and not target.exists()
    kept = target.with_name("m.part").stat().st_size
    assert 0 < kept < len(CONTENT)
    server.slow_s = 0
    task_house.ledger.requeue(job.id)
    assert task_house.run(lambda task: fetch(task, wanted, target), job).state.value == "completed"
    assert server.asked[-1][1] == f"bytes={kept}-" and target.read_bytes() == CONTENT


def test_another_content_than_promised_is_thrown_away(get, server):
    server.files["/model"] = CONTENT[:-1] + b"x"
    job, target = get()
    assert (job.state.value, job.error.code) == ("failed", "download_damaged")
    assert not target.exists() and not list(target.parent.glob("*.part"))


@pytest.mark.parametrize(
    ("statuses", "code"),
    [([403], "model_gated"), ([404], "download_missing"), ([503] * 9, "network_unreachable")],
)
def test_refusals_are_told_in_our_words(get, server, statuses, code):
    server.statuses = statuses
    job, target = get()
    assert (job.state.value, job.error.code) == ("failed", code) and job.error.hint and not target.exists()


def test_a_server_that_hiccups_is_asked_again(get, server):
    server.statuses = [503]
    job, _ = get()
    assert job.state.value == "completed"


def test_the_token_goes_to_its_host_alone_and_into_no_record(get, server, task_house):  # noqa: F811
    other = FileServer({"/cdn": CONTENT})
    server.redirects["/gated"] = f"{other.url}/cdn"
    job, _ = get("/gated", token="hf_secretsecretsecret")
    other.close()
    assert job.state.value == "completed"
    assert server.asked[0][2] == "Bearer hf_secretsecretsecret" and other.asked[0][2] == ""
    assert "hf_secret" not in str([event.model_dump() for event in task_house.ledger.events_after(0)])


def test_without_room_nothing_is_begun(get, server, monkeypatch):
    monkeypatch.setattr(http_fetch.shutil, "disk_usage", lambda where: _Usage())
    job, target = get()
    assert (job.state.value, job.error.code) == ("paused", "disk_full")
    assert "0 MB are free" in job.error.message and not target.exists()


class _Usage:
    free = 1000


def test_a_closed_port_is_said_so(task_house, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(http_fetch, "PAUSE_S", 0.01)
    wanted = Wanted("http://127.0.0.1:9/x")
    job = task_house.run(lambda task: fetch(task, wanted, tmp_path / "x"))
    assert job.error.code == "network_unreachable" and "127.0.0.1" in job.error.message
