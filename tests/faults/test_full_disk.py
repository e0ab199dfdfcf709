"""A small disk fills up: the training pauses with a code, databases stay whole, and it goes on when there is room again."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import time
from types import SimpleNamespace

import pytest
from isengard.core.characters.folder_settling import settle
from isengard.core.clock import SystemClock
from isengard.core.errors import IsengardError
from isengard.core.generations.generation_store import GenerationStore
from isengard.core.ids import new_id
from isengard.core.paths import DataPaths
from isengard.core.records.generation_states import GenerationState
from isengard.core.records.job_states import JobState
from isengard.core.records.training import Overrides, TrainingRequest
from support.generation_records import draft, picture
from support.soon import until
from support.storm_checks import assert_nothing_left
from support.training_fixtures import draw_photo
from support.training_waits import wait_for

pytestmark = [pytest.mark.storm, pytest.mark.slow]
TIMES = 5 if os.environ.get("ISENGARD_TEST_FULL") else 1
FAST = {"ISENGARD_BEAT_S": "0.3", "ISENGARD_LOOK_S": "0.3", "ISENGARD_IDLE_S": "2"}


@pytest.fixture
def paths(tmp_path):
    """Our folders on a disk of their own of 24 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.fail(f"a small disk is needed: run as root on Linux ({mounted.stderr.strip()})")
    paths = DataPaths(root=disk / "data", logs=tmp_path / "logs")
    paths.create()
    yield paths
    subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(paths, *, leave: int = 0) -> SimpleNamespace:
    """Something else takes all the room; `free` gives it back."""
    ballast = paths.root / "somebody-elses.bin"
    with ballast.open("wb", buffering=0) as stream:
        try:
            while True:
                stream.write(bytes(64 * 1024))
        except OSError:
            stream.truncate(max(0, stream.tell() - leave))
    return SimpleNamespace(free=ballast.unlink)


def request(ann):
    overrides = Overrides(steps=400, save_every=40, rank=32, sample_prompts=[])
    return TrainingRequest(character_id=ann.id, overrides=overrides)


@pytest.mark.parametrize("_", range(TIMES))
def test_a_training_waits_for_room_and_goes_on(house, ann, start_worker, _):
    job = house.training.submit(request(ann), "full")
    house.doorbell.ring(job.id, 0)
    start_worker(**FAST, ISENGARD_FAST_TEST_S="6")
    wait_for(house.ledger, job.id, {JobState.RUNNING})
    until(lambda: house.ledger.get(job.id).checkpoints)
    ballast = fill(house.paths)
    paused = wait_for(house.ledger, job.id, {JobState.PAUSED})
    assert (
        paused.error.code == "disk_full"
        and "resumes automatically" in paused.error.hint
        and paused.checkpoints
    )
    time.sleep(1)
    assert house.ledger.get(job.id).state is JobState.PAUSED, "it went on without room"
    ballast.free()
    done = wait_for(house.ledger, job.id)
    assert done.state is JobState.COMPLETED, done
    assert [known.step for known in done.checkpoints] == list(range(40, 401, 40))
    assert_nothing_left(house.paths.root)


def test_a_submit_without_room_leaves_nothing(house, ann):
    before = set(house.paths.jobs.iterdir())
    ballast = fill(house.paths)
    for _ in range(5):
        with pytest.raises((IsengardError, OSError)):
            house.training.submit(request(ann), "full")
    assert set(house.paths.jobs.iterdir()) == before
    ballast.free()
    assert house.training.submit(request(ann), "full").state is JobState.QUEUED
    assert_nothing_left(house.paths.root)


def test_an_upload_without_room_leaves_nothing(house, ann):
    photo = draw_photo(house.paths.logs / "x.jpg", 9)
    folder = house.paths.character(ann.id)
    before = sorted(folder.rglob("*"))
    ballast = fill(house.paths)
    for _ in range(5):
        with pytest.raises((IsengardError, OSError, sqlite3.Error)) as refused:
            house.photos.add(ann.id, photo, "x.jpg")
        assert not isinstance(refused.value, sqlite3.Error), "SQLite's own words reached a person"
    assert sorted(folder.rglob("*")) == before
    ballast.free()
    house.photos.add(ann.id, draw_photo(house.paths.logs / "x.jpg", 9), "x.jpg")
    assert len(house.photos.list(ann.id)) == 4
    assert_nothing_left(house.paths.root)


def deletions(house, ann):
    """What a person may delete and bring back: somebody, a photo, pictures, one picture; each with what shows it afterwards."""
    store = GenerationStore(house.characters._library, house.paths, SystemClock())
    made = store.create(draft(ann.id), [])
    for number in range(2):
        picture(store, house.paths, made.id, number)
    store.advance(made.id, GenerationState.CANCELLED)
    photo = house.photos.list(ann.id)[0]

    def shown():
        files = [
            house.photos.image_path(one, size)
            for one in house.photos.list(ann.id)
            for size in ("full", "thumb")
        ]
        return [*files, store.image_path(made.id, 0), store.image_path(made.id, 1)]

    return shown, {
        "person": (lambda: house.characters.delete(ann.id), lambda: house.characters.restore(ann.id)),
        "photo": (lambda: house.photos.delete(photo.id), lambda: house.photos.restore(photo.id)),
        "pictures": (lambda: store.delete(made.id), lambda: store.restore(made.id)),
        "picture": (lambda: store.delete_image(made.id, 0), lambda: store.restore_image(made.id, 0)),
    }


@pytest.mark.parametrize("what", ["person", "photo", "pictures", "picture"])
def test_what_cannot_be_deleted_on_a_full_disk_is_all_there(house, ann, what):
    """The row came back, the files stayed in the trash, and after one more photo they never came out of it."""
    shown, calls = deletions(house, ann)
    delete, restore = calls[what]
    before = shown()
    assert len(before) == 8 and all(file.is_file() for file in before)
    house.characters._library.scrub()  # the journal is empty: every commit needs room
    ballast = fill(house.paths)
    with pytest.raises(IsengardError):
        for _ in range(20):
            delete()
            restore()
    ballast.free()
    try:
        restore()  # where the way back was what found no room
    except IsengardError as nothing:
        assert nothing.code in ("not_deleted", "image_not_found")
    assert shown() == before and all(file.is_file() for file in before)
    house.photos.add(ann.id, draw_photo(house.paths.logs / "x.jpg", 9), "x.jpg")
    delete()
    restore()
    settle(house.characters._library, house.paths)
    assert len(shown()) == 10 and all(file.is_file() for file in shown())
    assert list(house.paths.trash.rglob("*.*")) == []


def test_the_ledger_says_that_the_disk_is_full_and_stays_whole(house, ann):
    from isengard.core.records.event import Subject

    ballast = fill(house.paths)
    with pytest.raises(IsengardError) as full:
        for _ in range(2000):
            house.ledger.emit(
                "job.log", Subject(kind="job", id=new_id("job")), {"lines": ["x" * 4000]}, correlation_id="c"
            )
    assert full.value.code == "disk_full"
    ballast.free()
    house.training.submit(request(ann), "full")
    seqs = [event.seq for event in house.ledger.events_after(0, limit=5000)]
    assert seqs == list(range(1, len(seqs) + 1))
    assert_nothing_left(house.paths.root)
