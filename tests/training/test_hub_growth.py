"""What a trainer fetches from the hub, seen by the cache's folders: bytes, a slow download that lives, one that stands still."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from isengard.core.families.families import Families
from isengard.core.records.job import Progress
from isengard.core.settings import Settings
from isengard.training.backends.ai_toolkit import channels
from isengard.training.backends.ai_toolkit.backend import AiToolkitBackend
from isengard.training.backends.ai_toolkit.fetching import Fetching
from isengard.training.downloads.hub_growth import Fetched, HubGrowth, written_bytes
from isengard.training.monitoring.run_health import LIMITS, StallWatch, TrainerSick
from support import frozen_trainings

KB = 1024
STANDIN = Path(__file__).resolve().parents[1] / "fakes" / "aitk_standin"
#: an owner's own, in the layout of diffusers: the record describes a file
BASE = "me/diffusers"


@pytest.fixture
def put(tmp_path):
    """`put(repository, name, bytes)` as the hub's library writes; with `done` the file is whole."""

    def put(repository, name, size, *, done=False):
        blobs = tmp_path / "hub" / f"models--{repository.replace('/', '--')}" / "blobs"
        blobs.mkdir(parents=True, exist_ok=True)
        unfinished = blobs / f"{name}.incomplete"
        with unfinished.open("ab") as stream:
            stream.write(os.urandom(max(0, size - stream.tell())))
        if done:
            unfinished.replace(blobs / name)
            snapshot = blobs.parent / "snapshots" / "abc"
            snapshot.mkdir(parents=True, exist_ok=True)
            (snapshot / f"{name}.safetensors").symlink_to(blobs / name)

    return put


def growth(tmp_path, clock, *repositories, total=0):
    growth = HubGrowth(tmp_path / "hub", repositories, total, clock=clock.monotonic)

    def look():
        clock.advance(1.0)
        return growth.look()

    return growth, look


def test_what_comes_is_counted_and_what_was_there_is_not(tmp_path, clock, put):
    put("me/base", "old", 40 * KB, done=True)
    put("me/base", "abandoned", 8 * KB)
    put("me/base", "begun", 8 * KB)
    put("me/other", "elsewhere", 4 * KB)
    _, look = growth(tmp_path, clock, "me/base", "me/encoder", total=1040 * KB)
    assert look() == Fetched(0, 1000 * KB, False), "what another program left behind is no download"
    put("me/base", "begun", 20 * KB)
    put("me/other", "elsewhere", 90 * KB)
    assert look() == Fetched(20 * KB, 1000 * KB, True), "half of it was there, and belongs to it"
    put("me/base", "begun", 32 * KB, done=True)
    assert look() == Fetched(32 * KB, 1000 * KB, False)
    put("me/encoder", "first", 16 * KB)
    assert look() == Fetched(48 * KB, 1000 * KB, True)
    put("me/encoder", "first", 1200 * KB, done=True)
    assert look() == Fetched(1232 * KB, 0, False), (
        "more than the record knew: no total is better than a wrong one"
    )


def test_what_killed_downloads_left_is_removed_and_what_may_still_come_is_not(tmp_path, put, monkeypatch):
    monkeypatch.delenv("HF_HUB_CACHE")
    put(BASE, "whole", 4 * KB, done=True)
    for name in ("blob.1a2b3c4d", "blob.5e6f7a8b", "older-library"):
        put(BASE, name, 4 * KB)
    put("me/other", "blob.1a2b3c4d", 4 * KB)
    yesterday = time.time() - 86_400
    for file in tmp_path.rglob("*.incomplete"):
        if "5e6f" not in file.name:
            os.utime(file, (yesterday, yesterday))
    Fetching().begin(tmp_path / "job", BASE, Families().get("sd15"), str(tmp_path))
    left = {(file.parent.parent.name[-5:], file.name) for file in tmp_path.rglob("blobs/*")}
    assert left == {
        (BASE[-5:], "whole"),
        (BASE[-5:], "blob.5e6f7a8b.incomplete"),
        (BASE[-5:], "older-library.incomplete"),
        ("other", "blob.1a2b3c4d.incomplete"),
    }


def test_the_disk_is_looked_at_once_a_second(tmp_path, clock, put):
    seen, look = growth(tmp_path, clock, "me/base")
    put("me/base", "new", 8 * KB)
    assert look().done == 8 * KB
    put("me/base", "new", 16 * KB)
    clock.advance(0.5)
    assert seen.look().done == 8 * KB
    clock.advance(0.6)
    assert seen.look().done == 16 * KB


def test_a_file_that_has_its_whole_length_from_the_start_counts_what_was_written():
    assert written_bytes(SimpleNamespace(st_size=4096 * KB, st_blocks=16)) == 8 * KB
    assert written_bytes(SimpleNamespace(st_size=5 * KB, st_blocks=16)) == 5 * KB
    assert written_bytes(SimpleNamespace(st_size=5 * KB, st_blocks=0)) == 5 * KB, (
        "a share that tells no blocks"
    )
    assert written_bytes(SimpleNamespace(st_size=5 * KB)) == 5 * KB, "Windows"


def test_where_there_are_no_links_the_snapshot_holds_the_files(tmp_path, clock, put):
    _, look = growth(tmp_path, clock, "me/base")
    put("me/base", "one", 8 * KB, done=True)
    blob, link = next((tmp_path / "hub").rglob("blobs/one")), next((tmp_path / "hub").rglob("*.safetensors"))
    link.unlink()
    blob.replace(link)
    assert look().done == 8 * KB


@pytest.fixture
def job_dir(tmp_path):
    folder = tmp_path / "job"
    folder.mkdir()
    channels.create_job_db(folder / "job.db")
    return folder


def training(**changes):
    return frozen_trainings.training(
        **{"job_id": "job_" + "a" * 26, "backend": "ai_toolkit", "rank": 4, "alpha": 4.0, **changes}
    )


def says(job_dir, info):
    with sqlite3.connect(job_dir / "job.db") as rows:
        rows.execute("UPDATE Job SET status='running', info=?", (info,))


def test_the_progress_tells_a_download_that_the_trainer_calls_loading(
    tmp_path, monkeypatch, paths, job_dir, put
):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("isengard.training.downloads.hub_growth.LOOK_S", 0.0)
    settings = Settings(ai_toolkit_dir=str(STANDIN), ai_toolkit_python=sys.executable, allow_cpu=True)
    backend = AiToolkitBackend(settings, paths, Families())
    wanted = training(base_path=BASE)
    backend.plan(job_dir, wanted, resume=False)
    says(job_dir, "Loading model")
    assert backend.poll(job_dir, wanted, 0).progress.phase == "loading"
    put(BASE, "weights", 64 * KB)
    progress = backend.poll(job_dir, wanted, 0).progress
    told = (progress.phase, progress.bytes_done, progress.bytes_total)
    assert told == ("downloading", 64 * KB, None)
    put(BASE, "weights", 64 * KB, done=True)
    progress = backend.poll(job_dir, wanted, 0).progress
    assert (progress.phase, progress.bytes_done) == ("loading", None)
    says(job_dir, "Training")
    put(BASE, "later", 64 * KB)
    assert backend.poll(job_dir, wanted, 0).progress.phase == "training"


def test_a_file_of_this_computer_is_not_fetched(job_dir):
    fetching = Fetching()
    for base in ("/models/sd15.safetensors", "", "C:\\models\\sd15.safetensors"):
        fetching.begin(job_dir, base, Families().get("sd15"), "")
    fetching.begin(job_dir, "black-forest-labs/FLUX.2-klein-base-4B", Families().get("flux2_klein_4b"), "")
    assert not fetching._growth, "what a record describes is there before the start"


def test_a_slow_download_lives_and_one_that_stands_still_is_stopped(tmp_path, clock, put):
    """The trainer says nothing at all meanwhile: its log does not grow."""
    _, look = growth(tmp_path, clock, "me/base")
    watch = StallWatch(tmp_path / "log", clock=clock.monotonic)

    def seen():
        fetched = look()
        watch.look(Progress(phase="downloading", bytes_done=fetched.done))

    for part in range(1, 8):
        put("me/base", "large", part * 4 * KB)
        seen()
        clock.advance(LIMITS["downloading"] - 10)
    with pytest.raises(TrainerSick) as caught:
        clock.advance(20)
        seen()
    error = caught.value.error
    assert error.code == "trainer_hung" and "download stood still for 30 min" in error.message
