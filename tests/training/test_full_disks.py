"""A disk without room that is not the data folder's: a job waits for room there, and a drive that is gone is said so."""

from __future__ import annotations

import errno
import os
import shutil
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from fakes.file_server import FileServer
from isengard.core.families.families import Families
from isengard.core.settings import Settings
from isengard.training.backends.ai_toolkit.fetching import bring
from isengard.training.downloads import http_fetch
from isengard.training.downloads.http_fetch import Wanted, fetch
from isengard.training.machine.machine_facts import free_apart
from isengard.training.worker import disk_space
from isengard.training.worker.disk_space import resume_where_room
from support.task_fixtures import task_house  # noqa: F401 - fixture

CONTENT = bytes(300_000)


@pytest.fixture
def get(task_house, tmp_path):  # noqa: F811
    """Fetch a file as a job."""
    server = FileServer({"/model": CONTENT})
    yield lambda: task_house.run(
        lambda task: fetch(task, Wanted(f"{server.url}/model"), tmp_path / "models" / "model.safetensors")
    )
    server.close()


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
    job = get()
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
    job = get()
    assert (job.state.value, job.error.code) == ("paused", "disk_full")
    disks.data *= 10
    assert is_resumed(task_house) == []
    disks.there = 10**9
    assert is_resumed(task_house) == [job.id]


def test_what_the_data_folders_disk_lacks_later_is_waited_for_there(get, task_house, disks):  # noqa: F811
    """The note of an earlier attempt says nothing of this one."""
    job = get()
    disks.there = 10**9
    assert is_resumed(task_house) == [job.id]

    def work(task):
        raise OSError(errno.ENOSPC, "No space left on device")

    assert task_house.run(work, job).state.value == "paused"
    disks.there *= 10
    assert is_resumed(task_house) == []
    disks.data *= 10
    assert is_resumed(task_house) == [job.id]


def test_a_path_of_another_machine_says_nothing_here(get, task_house, disks, monkeypatch):  # noqa: F811
    """It leads somewhere else here: the job would be queued, and paused, again and again. A container has a new name each time."""
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(disk_space, "machine_name", lambda: "another")
        get()
    disks.there = 10**10
    assert is_resumed(task_house) == []
    disks.data += 10**9
    assert len(is_resumed(task_house)) == 1


def test_a_disk_that_was_taken_out_holds_nothing_else_up(get, task_house, disks, monkeypatch):  # noqa: F811
    job = get()
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
