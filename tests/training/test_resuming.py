"""Going on from a checkpoint: wherever the data folder lies, and never from below it unseen."""

from __future__ import annotations

import json
import os
import re

import pytest
from isengard.core.paths import DataPaths
from isengard.core.records.job_states import JobState
from isengard.training.monitoring.run_watch import read_losses
from support.soon import until
from support.standin_fixtures import standin, submit  # noqa: F401 - fixture
from support.training_waits import wait_for

#: Every sign that something reads as a pattern or an address, in one name; a full run tells which of them it is.
ODD = ["ComfyUI [1] a*b 100%41 #a ?mode=ro"]
if os.environ.get("ISENGARD_TEST_FULL"):
    ODD += ["plain", "ComfyUI [1]", "a*b?", "100%41 #a ?mode=ro", "ComfyUI_cn"]


@pytest.fixture(params=["plain"])
def paths(tmp_path, request, monkeypatch):
    """Our folders below one with that name; links are made in a home of the test's own."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    paths = DataPaths(root=tmp_path / request.param / "data", logs=tmp_path / request.param / "data" / "logs")
    paths.create()
    return paths


def begun(house, ann, standin, start_worker):  # noqa: F811
    """A training that has left its first checkpoint and stays where it is, and the worker that runs it."""
    (standin / "hold").write_text("45")
    job = submit(house, ann, steps=120, save_every=30)
    worker = start_worker(ISENGARD_MODE="production", ISENGARD_IDLE_S="20")
    until(lambda: house.ledger.get(job.id).checkpoints)
    return job, worker


@pytest.fixture
def paused(house, ann, standin, start_worker):  # noqa: F811
    """A training that was paused after its first checkpoint, and the step it had come to."""
    job, _ = begun(house, ann, standin, start_worker)
    house.ledger.order(job.id, "pause")
    job = wait_for(house.ledger, job.id, {JobState.PAUSED})
    (standin / "hold").unlink()
    return job, max(checkpoint.step for checkpoint in job.checkpoints)


def go_on(house, job):
    house.ledger.requeue(job.id)
    house.doorbell.ring(job.id, job.attempt)
    return wait_for(house.ledger, job.id)


@pytest.mark.parametrize("paths", ODD, indirect=True)
def test_a_trainer_is_heard_and_goes_on_where_it_was_whatever_the_folders_are_called(house, paused):
    """A pause and its save go through the trainer's own database; a name in which SQLite reads an address hid it."""
    job, saved = paused
    said = "".join(file.read_text() for file in (house.paths.logs / "worker").iterdir())
    assert saved and "could not be reached" not in said
    assert f"_{saved - 1:09d}" in (house.paths.job(job.id) / "trainer.log").read_text()
    assert any(point["learning_rate"] for point in read_losses(house.paths.job(job.id)))
    done = go_on(house, job)
    assert done.state is JobState.COMPLETED, done.error
    log = (house.paths.job(job.id) / "trainer.log").read_text()
    assert "RESUMING FROM" in log and f"| {saved - 1}/120 [" in log.split("Isengard: attempt 2")[1]
    points = [
        json.loads(line)["step"] for line in (house.paths.job(job.id) / "loss.jsonl").read_text().splitlines()
    ]
    assert points.count(2) == 1, "the first steps were trained twice"
    assert [point["step"] for point in read_losses(house.paths.job(job.id))][-1] == 120


def test_a_resume_that_begins_below_its_checkpoint_stops_and_says_so(house, paused, standin):  # noqa: F811
    job, saved = paused
    kept = {file.name: file.read_bytes() for file in (house.paths.job(job.id) / "out").rglob("*.safetensors")}
    (standin / "fault").write_text("forgets")
    failed = go_on(house, job)
    assert (failed.state, failed.error.code) == (JobState.FAILED, "resume_lost")
    assert str(saved) in failed.error.message and failed.error.hint
    after = {
        file.name: file.read_bytes() for file in (house.paths.job(job.id) / "out").rglob("*.safetensors")
    }
    assert after.items() >= kept.items()
    (standin / "fault").write_text("")
    house.ledger.requeue(job.id)
    house.doorbell.ring(job.id, failed.attempt)
    assert wait_for(house.ledger, job.id).state is JobState.COMPLETED


def test_a_training_whose_worker_was_lost_goes_on_at_its_checkpoint(house, ann, standin, start_worker):  # noqa: F811
    job, worker = begun(house, ann, standin, start_worker)
    worker.kill()
    worker.wait()
    (standin / "hold").unlink()
    start_worker(ISENGARD_MODE="production", ISENGARD_IDLE_S="20")
    done = wait_for(house.ledger, job.id)
    assert (done.state, done.attempt) == (JobState.COMPLETED, 2), done.error
    log = (house.paths.job(job.id) / "trainer.log").read_text()
    began = re.search(r"\| (\d+)/120 \[", log.split("Isengard: attempt 2")[1])
    assert began and int(began[1]) >= 30


def test_more_steps_go_on_from_what_a_finished_training_left(house, ann, standin, start_worker):  # noqa: F811
    """The final file says all steps as done, a carried one too; neither is a resume that began too low."""
    job = submit(house, ann, steps=20)
    start_worker(ISENGARD_MODE="production", ISENGARD_IDLE_S="20")
    assert wait_for(house.ledger, job.id).state is JobState.COMPLETED
    for total in (40, 60):
        job = house.training.go_on(job.id, 20, "corr-more")
        house.doorbell.ring(job.id, job.attempt)
        done = wait_for(house.ledger, job.id)
        assert done.state is JobState.COMPLETED, done.error
        assert [checkpoint.step for checkpoint in done.checkpoints] == [total - 20, total]
        assert f"| {total - 20}/{total} [" in (house.paths.job(job.id) / "trainer.log").read_text()


def test_a_file_that_was_copied_later_is_not_taken_for_the_newest(house, paused):
    """A data folder that moved to another disk: its files are as new as the copy has made them."""
    job, _ = paused
    out = next((house.paths.job(job.id) / "out").iterdir())
    older = out / f"{out.name}_{4:09d}.safetensors"
    newest = max(out.glob("*.safetensors"), key=lambda file: file.name)
    older.write_bytes(newest.read_bytes())  # whole, and of the newest time of change
    done = go_on(house, job)
    assert done.state is JobState.COMPLETED
    log = (house.paths.job(job.id) / "trainer.log").read_text()
    assert newest.name in log.split("Isengard: attempt 2")[1].split("RESUMING FROM ")[1].splitlines()[0]
