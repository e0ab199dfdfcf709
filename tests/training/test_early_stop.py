"""A training that is told to end before its last step: complete with what it has, says why, and goes on when asked."""

from __future__ import annotations

import pytest
from isengard.core.clock import SystemClock
from isengard.core.loras.versions import VersionStore
from isengard.core.records.job import EarlyStop
from isengard.core.records.job_states import JobState
from isengard.core.records.training import Overrides, TrainingRequest
from isengard.training.interface import ResolvedTraining
from isengard.training.job_folder import early_stop
from support.soon import until
from support.standin_fixtures import standin  # noqa: F401 - fixture
from support.training_waits import wait_for


def tell(house, job):
    """That it is to end with its first save."""
    stop = EarlyStop(reason="plateau", step=job.checkpoints[-1].step, best_step=job.checkpoints[0].step)
    early_stop.write(house.paths.job(job.id), stop)
    return stop


@pytest.fixture(params=["fast_test", "ai_toolkit"])
def begun(request, house, ann, start_worker):
    """A training of either trainer that has left at least three checkpoints and has most of its time before it."""
    if request.param == "ai_toolkit":
        request.getfixturevalue("standin")
    wanted = TrainingRequest(
        character_id=ann.id,
        backend=request.param,
        overrides=Overrides(steps=5000, save_every=30, sample_prompts=[]),
        stop_early=True,
    )
    job = house.training.submit(wanted, "ui-click-1")
    house.doorbell.ring(job.id, job.attempt, job.priority)
    mode = "fast-test" if request.param == "fast_test" else "production"
    start_worker(ISENGARD_MODE=mode, ISENGARD_IDLE_S="20", ISENGARD_FAST_TEST_S="20")
    until(lambda: len(house.ledger.get(job.id).checkpoints) >= 3)
    return house.ledger.get(job.id)


def ended_with_the_best(house, job, stop):
    assert job.state is JobState.COMPLETED, job.error
    assert job.progress.stopped_early == stop
    assert stop.step <= job.progress.step < job.progress.total_steps == 5000
    (version,) = VersionStore(house.paths, SystemClock()).list("ann")
    assert version.step == stop.best_step
    assert [one.step for one in job.checkpoints if one.published] == [stop.best_step]
    assert [one.step for one in job.artifacts if one.kind == "lora"] == [stop.best_step]


def test_while_it_trains_it_saves_and_ends_as_completed(house, begun):
    stop = tell(house, begun)
    house.ledger.order(begun.id, "pause")
    done = wait_for(house.ledger, begun.id, {JobState.COMPLETED, JobState.PAUSED, JobState.FAILED})
    ended_with_the_best(house, done, stop)
    assert done.attempt == 1 and done.checkpoints[-1].step >= stop.step


def test_while_it_makes_room_for_pictures_no_trainer_is_started_again(house, begun):
    house.ledger.order(begun.id, "pause")
    paused = wait_for(house.ledger, begun.id, {JobState.PAUSED})
    saved = [one.step for one in paused.checkpoints]
    stop = tell(house, begun)
    job = house.training.resume(begun.id)
    house.doorbell.ring(job.id, job.attempt, job.priority)
    done = wait_for(house.ledger, begun.id)
    ended_with_the_best(house, done, stop)
    assert [one.step for one in done.checkpoints] == saved, "nothing more was trained"
    assert "Isengard: attempt 2" not in (house.paths.job(begun.id) / "trainer.log").read_text()


def test_more_steps_go_on_to_the_very_last_one(house, begun):
    tell(house, begun)
    house.ledger.order(begun.id, "pause")
    parent = wait_for(house.ledger, begun.id)
    last = parent.checkpoints[-1].step
    child = house.training.go_on(parent.id, 20, "ui-click-2")
    house.doorbell.ring(child.id, child.attempt, child.priority)
    assert child.request["stop_early"] is False and early_stop.read(house.paths.job(child.id)) is None
    assert not ResolvedTraining.read(house.paths.job(child.id)).stop_early
    done = wait_for(house.ledger, child.id)
    assert done.state is JobState.COMPLETED, done.error
    assert done.progress.stopped_early is None and done.progress.step == last + 20


def test_a_cancel_wins(house, begun):
    tell(house, begun)
    house.ledger.order(begun.id, "cancel")
    assert wait_for(house.ledger, begun.id).state is JobState.CANCELLED


@pytest.mark.parametrize(
    "text", ["", "[]", '{"reason": "plateau"}', '{"reason": "x", "step": 1, "best_step": "y"}']
)
def test_a_damaged_file_cuts_nothing_short(paths, text):
    folder = paths.job("job_x")
    folder.mkdir(parents=True)
    (folder / early_stop.FILE).write_text(text)
    assert early_stop.read(folder) is None
