"""Setting up what measures likeness: with real packages from local files, and everything that can go wrong there."""

# ruff: noqa: F811 - fixtures are imported by name

from __future__ import annotations

import re
import shutil

import pytest
from isengard.core.faces.tools import DESCRIBER, LANDMARKS, find_tools
from isengard.core.settings import Settings
from isengard.training.downloads import http_fetch
from isengard.training.face_tools import FaceToolsSetup
from isengard.training.face_tools import packages as module
from support.face_fixtures import face_tools, put_face_tools  # noqa: F401 - fixture
from support.face_packages import offered
from support.task_fixtures import task_house  # noqa: F401 - fixture

pytestmark = pytest.mark.slow


@pytest.fixture
def local(tmp_path, monkeypatch, face_tools):
    """A package index of files: the real library and models as wheels; the lock names their hashes."""
    locks = tmp_path / "locks"

    def offer(models=(LANDMARKS, DESCRIBER)):
        environment = offered(face_tools, tmp_path / "index", locks, models)
        for name in ("PIP_EXTRA_INDEX_URL", "PIP_CONFIG_FILE"):
            monkeypatch.delenv(name, raising=False)
        for name in ("PIP_NO_INDEX", "PIP_FIND_LINKS"):
            monkeypatch.setenv(name, environment[name])
        return locks

    return offer


@pytest.fixture
def tool(paths):
    return FaceToolsSetup(paths, Settings())


def left(paths):
    return sorted(path.name for path in (paths.backends / "faces").glob("*"))


def test_the_set_up_as_it_was_fetched_for_real(face_tools, paths):
    assert [path.name for path in face_tools.iterdir()] == ["library"]
    put_face_tools(face_tools, paths)
    tool = FaceToolsSetup(paths, Settings())
    assert tool.state().state == "ready" and tool.setup_offer().installed and find_tools(paths).ours


def test_set_up_from_local_packages_and_removed(local, tool, paths, task_house):
    tool.locks = local()
    offer = tool.setup_offer()
    assert offer.possible and offer.download_bytes > 9e7 and not offer.installed and not offer.unfinished
    job = task_house.run(tool.set_up)
    assert job.state.value == "completed", (job.error, (paths.job(job.id) / "trainer.log").read_text())
    assert left(paths) == ["library"] and tool.state().state == "ready"
    assert task_house.run(tool.uninstall).state.value == "completed"
    assert not (paths.backends / "faces").exists() and tool.state().state == "not_installed"
    assert task_house.run(tool.uninstall).error.code == "nothing_installed"


def test_a_package_of_another_hash_is_not_used(local, tool, task_house, paths):
    tool.locks = local()
    lock = tool.locks / "faces.txt"
    lock.write_text(re.sub(r"sha256:\w+", "sha256:" + "0" * 64, lock.read_text()))
    job = task_house.run(tool.set_up)
    assert job.error.code == "packages_failed" and find_tools(paths) is None and tool.setup_offer().unfinished


def test_what_is_set_up_stays_where_it_cannot_be_fetched_anew(face_tools, local, tool, task_house, paths):
    """Retry of a set-up that failed before another one succeeded took the tools away first; a copy, since all tests share these."""
    shutil.copytree(face_tools, paths.backends / "faces")
    tool.locks = local()
    lock = tool.locks / "faces.txt"
    lock.write_text(re.sub(r"sha256:\w+", "sha256:" + "0" * 64, lock.read_text()))
    assert task_house.run(tool.set_up).error.code == "packages_failed"
    assert tool.state().state == "ready" and find_tools(paths).ours


def test_models_that_are_missing_are_noticed(local, tool, task_house, paths):
    tool.locks = local(models=(LANDMARKS,))
    assert task_house.run(tool.set_up).error.code == "face_tools_missing" and find_tools(paths) is None


def test_cancelled_and_set_up_again(local, tool, task_house, paths, monkeypatch):
    tool.locks = local()
    real = module.pip

    def waits(task, *given, **more):
        while True:
            task.tell("downloading")

    monkeypatch.setattr(module, "pip", waits)
    job = task_house.run_until(tool.set_up, lambda job: job.progress.phase == "downloading")
    assert job.state.value == "cancelled" and tool.setup_offer().unfinished
    monkeypatch.setattr(module, "pip", real)
    assert task_house.run(tool.set_up).state.value == "completed"


def test_no_room_and_no_permission_are_said_before_anything_is_fetched(tool, task_house, paths, monkeypatch):
    forbidden = FaceToolsSetup(paths, Settings(allow_setup=False))
    assert not forbidden.setup_offer().possible
    assert task_house.run(forbidden.set_up).error.code == "setup_switched_off"
    usage = shutil.disk_usage(paths.root)._replace(free=1000)
    monkeypatch.setattr(http_fetch.shutil, "disk_usage", lambda where: usage)
    assert task_house.run(tool.set_up).error.code == "disk_full"


def test_a_file_in_use_is_named_where_the_tools_cannot_be_removed(tool, task_house, paths, monkeypatch):
    """Windows keeps what a program has open; a person was told to start a training again."""
    home = paths.backends / "faces"
    home.mkdir(parents=True)

    def in_use(where, *_):
        raise PermissionError(13, "Access is denied", str(where / "_dlib.pyd"))

    monkeypatch.setattr(shutil, "rmtree", in_use)
    error = task_house.run(tool.uninstall).error
    assert (
        error.code == "files_in_use" and error.message == "_dlib.pyd could not be deleted: Access is denied."
    )
