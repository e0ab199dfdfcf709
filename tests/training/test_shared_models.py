"""A folder of models that several ComfyUIs of one computer share: each file is fetched once."""

from __future__ import annotations

import hashlib
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor

from fakes.file_server import FileServer
from isengard.core.paths import DataPaths
from isengard.core.settings import Settings
from isengard.core.storage.file_lock import FileLock
from isengard.training.downloads import model_files
from isengard.training.downloads.alone import alone
from support.task_fixtures import opened_house, task_house  # noqa: F401 - fixture

CONTENT = os.urandom(3_000_000)
SHA = hashlib.sha256(CONTENT).hexdigest()


def test_two_comfyuis_that_share_their_models_fetch_a_file_once(paths, tmp_path, monkeypatch):
    """Both wrote on into the same unfinished file, and after an hour neither had what it wanted."""
    server = FileServer({"/model": CONTENT})
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
    server.close()
    assert [job.state.value for job in jobs] == ["completed", "completed"], [job.error for job in jobs]
    assert [file.name for file in shared.iterdir()] == ["model.safetensors"]
    assert (shared / "model.safetensors").read_bytes() == CONTENT and len(server.asked) == 1


def test_who_waits_for_anothers_download_can_be_cancelled(task_house, tmp_path):  # noqa: F811
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
