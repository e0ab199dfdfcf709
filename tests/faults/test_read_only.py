"""The data folder takes no writes any more while a training runs: it pauses with a code, and goes on when it does again."""

from __future__ import annotations

import subprocess
import time
from contextlib import contextmanager

import pytest
from isengard.core.records.job_states import JobState
from isengard.core.records.training import Overrides, TrainingRequest
from support.soon import until
from support.storm_checks import assert_nothing_left, assert_one_trainer_at_a_time
from support.training_waits import wait_for

pytestmark = [pytest.mark.storm, pytest.mark.slow]
STEPS, SAVE_EVERY = 400, 40
FAST = {"ISENGARD_BEAT_S": "0.3", "ISENGARD_LOOK_S": "0.3", "ISENGARD_IDLE_S": "1"}


@pytest.fixture
def beside(house, tmp_path):
    """The data folder once more, on a mount that takes no writes."""
    beside = tmp_path / "beside"
    beside.mkdir()
    mount("--bind", house.paths.root, beside)
    mount("-o", "remount,ro,bind", beside)
    yield beside
    subprocess.run(["umount", "-l", beside], check=True)


@contextmanager
def read_only(folder, beside):
    """For root too: whatever is opened from now on lies on that mount."""
    mount("--bind", beside, folder)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def mount(*arguments):
    mounted = subprocess.run(["mount", *arguments], capture_output=True, text=True)
    if mounted.returncode:
        pytest.fail(f"mounts are needed: run as root on Linux ({mounted.stderr.strip()})")


def test_a_training_pauses_and_goes_on(house, ann, start_worker, beside):
    overrides = Overrides(steps=STEPS, save_every=SAVE_EVERY, sample_prompts=[])
    request = TrainingRequest(character_id=ann.id, overrides=overrides)
    job = house.training.submit(request, "read-only")
    start_worker(**FAST)
    wait_for(house.ledger, job.id, {JobState.RUNNING})
    until(lambda: house.ledger.get(job.id).checkpoints)
    with read_only(house.paths.root, beside):
        paused = wait_for(house.ledger, job.id, {JobState.PAUSED})
        assert paused.error.code == "folder_read_only" and "resumes automatically" in paused.error.hint
        with pytest.raises(OSError, match="Read-only"):
            house.training.submit(request, "read-only")
        time.sleep(0.5)
        assert house.ledger.get(job.id).state is JobState.PAUSED, "it went on without a folder to write to"
        assert house.ledger.get(job.id).checkpoints == paused.checkpoints != []
    done = wait_for(house.ledger, job.id)
    assert (done.state, done.attempt) == (JobState.COMPLETED, 2), done
    assert [known.step for known in done.checkpoints] == list(range(SAVE_EVERY, STEPS + 1, SAVE_EVERY))
    assert_one_trainer_at_a_time(house.paths.job(job.id), 2, steps=STEPS, save_every=SAVE_EVERY)
    assert_nothing_left(house.paths.root)
