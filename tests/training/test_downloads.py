"""Downloads against a local server: good, broken, wrong, cut off and continued, cancelled, gated, no disk."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from fakes.file_server import FileServer
from isengard.core.families.families import Families
from isengard.core.paths import DataPaths
from isengard.core.settings import Settings
from isengard.core.storage.file_lock import FileLock
from isengard.training.backends.ai_toolkit.fetching import bring
from isengard.training.downloads import http_fetch, model_files
from isengard.training.downloads.alone import alone
from isengard.training.downloads.http_fetch import Wanted, fetch
from isengard.training.machine.machine_facts import free_apart
from isengard.training.worker.disk_space import resume_where_room
from support.task_fixtures import opened_house, task_house  # noqa: F401 - fixture

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


class TwoDisks:
    """What is free on the disk of one folder, and on the data folder's."""

    def __init__(self, folder, monkeypatch):
        self.folder, self.there, self.data = str(folder), 1000, 10**9
        monkeypatch.setattr(shutil, "disk_usage", self._usage)

    def _usage(self, path):
        free = self.there if str(path).startswith(self.folder) else self.data
        return SimpleNamespace(total=10**12, used=0, free=free)


@pytest.fixture
def disks(tmp_path, monkeypatch):
    (tmp_path / "models").mkdir()
    return TwoDisks(tmp_path / "models", monkeypatch)


def is_resumed(house):
    return [job.id for job in resume_where_room(house.ledger, house.paths)]


def test_a_download_waits_for_room_on_the_disk_where_it_lacked(get, task_house, disks):  # noqa: F811
    job, _ = get()
    assert (job.state.value, job.error.code) == ("paused", "disk_full")
    disks.data *= 10
    assert is_resumed(task_house) == [], "room on another disk helps nobody"
    disks.there = 10**9
    assert is_resumed(task_house) == [job.id]


def test_a_disk_that_fills_up_while_a_file_is_written_is_the_one_waited_for(
    get,
    task_house,  # noqa: F811
    disks,
    monkeypatch,
):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    disks.there = 5_000_000
    monkeypatch.setattr(http_fetch, "_need_room", full)
    job, _ = get()
    assert (job.state.value, job.error.code) == ("paused", "disk_full")
    disks.data *= 10
    assert is_resumed(task_house) == []
    disks.there = 10**9
    assert is_resumed(task_house) == [job.id]


def test_what_the_data_folders_disk_lacks_later_is_waited_for_there(get, task_house, disks):  # noqa: F811
    """The note of an earlier attempt says nothing of this one."""
    job, _ = get()
    disks.there = 10**9
    assert is_resumed(task_house) == [job.id]

    def work(task):
        raise OSError(errno.ENOSPC, "No space left on device")

    assert task_house.run(work, job).state.value == "paused"
    disks.there *= 10
    assert is_resumed(task_house) == []
    disks.data *= 10
    assert is_resumed(task_house) == [job.id]


def test_a_disk_that_was_taken_out_holds_nothing_else_up(get, task_house, disks, monkeypatch):  # noqa: F811
    job, _ = get()
    with monkeypatch.context() as gone:
        gone.setattr(os.path, "exists", lambda place: False)
        assert is_resumed(task_house) == []
    disks.there = 10**9
    assert is_resumed(task_house) == [job.id]


def test_a_drive_that_is_not_there_is_said_by_its_folder(task_house, monkeypatch):  # noqa: F811
    """On Windows nothing above a folder need be there: the search for what is there ended in a fault of ours."""
    nowhere = Path("/proc/version/hub")
    family = Families().get("flux2_klein_4b")
    monkeypatch.setenv("HF_HUB_CACHE", str(nowhere))
    monkeypatch.setattr(os.path, "exists", lambda place: False)
    assert free_apart(nowhere, task_house.paths.root) is None
    work = partial(bring, parts=family.hub_parts[:1], settings=Settings(), paths=task_house.paths)
    job = task_house.run(work)
    assert (job.state.value, job.error.code) == ("failed", "hub_cache_unusable")


def test_two_comfyuis_that_share_their_models_fetch_a_file_once(server, paths, tmp_path, monkeypatch):
    """Both wrote on into the same unfinished file, and after an hour neither had what it wanted."""
    monkeypatch.setattr(model_files, "file_url", lambda *_: f"{server.url}/model")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    server.slow_s = 0.005
    shared = tmp_path / "shared"
    plan = [model_files.Missing("me/model", "main", "model.safetensors", len(CONTENT), SHA, str(shared))]
    other = DataPaths(root=tmp_path / "other", logs=tmp_path / "other" / "logs")
    other.create()

    def fetched(house):
        job = house.submit("model_download", prepare=lambda folder: model_files.freeze(folder, plan))
        return house.run(lambda task: model_files.download(task, Settings()), job)

    with opened_house(paths) as one, opened_house(other) as two, ThreadPoolExecutor(2) as at_once:
        jobs = list(at_once.map(fetched, (one, two)))
    assert [job.state.value for job in jobs] == ["completed", "completed"], [job.error for job in jobs]
    assert [file.name for file in shared.iterdir()] == ["model.safetensors"]
    assert (shared / "model.safetensors").read_bytes() == CONTENT and len(server.asked) == 1


def test_who_waits_for_anothers_download_can_be_cancelled(task_house, server, tmp_path):  # noqa: F811
    held = FileLock(tmp_path / "lock")
    assert held.acquire()

    def work(task):
        task.tell("downloading")
        with alone(task, FileLock(tmp_path / "lock")):
            raise AssertionError("another holds it")

    ended = task_house.run_until(work, lambda job: job.progress.phase == "downloading")
    held.release()
    assert ended.state.value == "cancelled"


def test_a_lock_that_cannot_be_had_keeps_nobody_from_a_download(task_house, tmp_path):  # noqa: F811
    (tmp_path / "lock").mkdir()
    came = []

    def work(task):
        with alone(task, FileLock(tmp_path / "lock")):
            came.append(task.job.id)

    assert task_house.run(work).state.value == "completed" and len(came) == 1


def test_a_closed_port_is_said_so(task_house, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(http_fetch, "PAUSE_S", 0.01)
    wanted = Wanted("http://127.0.0.1:9/x")
    job = task_house.run(lambda task: fetch(task, wanted, tmp_path / "x"))
    assert job.error.code == "network_unreachable" and "127.0.0.1" in job.error.message
