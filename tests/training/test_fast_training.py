"""A whole fast-test training by a real worker process, and what happens when things are killed."""

from __future__ import annotations

import json
import os
import signal

import pytest
from isengard.core.clock import SystemClock
from isengard.core.loras.versions import VersionStore
from isengard.core.records.job_states import JobState
from isengard.core.records.training import Overrides, TrainingRequest
from isengard.core.storage.file_lock import held
from isengard.training.machine.os_locks import machine_name, worker_lock_path
from isengard.training.monitoring.run_watch import read_losses
from isengard.training.process import process_tree
from isengard.training.process.trainer_process import PID_FILE
from support.soon import until
from support.training_waits import wait_for


def request(ann, **overrides):
    return TrainingRequest(
        character_id=ann.id, family="sd15", preset="quick", overrides=Overrides(**overrides)
    )


def submit(house, ann, **overrides):
    job = house.training.submit(request(ann, **overrides), "ui-click-1")
    house.doorbell.ring(job.id, job.attempt, job.priority)
    return job


def test_photos_become_a_published_proven_lora(house, ann, start_worker):
    job = submit(house, ann, steps=40, save_every=20)
    worker = start_worker()
    done = wait_for(house.ledger, job.id)
    assert done.state is JobState.COMPLETED, done.error
    (version,) = VersionStore(house.paths, SystemClock()).list("ann")
    assert (
        version.step == 40
        and version.placeholder
        and version.proof.holds
        and version.proof.fit == "unchecked"
    )
    assert [checkpoint.step for checkpoint in done.checkpoints] == [20, 40] and done.checkpoints[-1].published
    assert {artifact.kind for artifact in done.artifacts} == {"sample", "lora"}
    assert done.progress.device == f"cpu {machine_name()}"
    losses = read_losses(house.paths.job(job.id))
    assert [point["step"] for point in losses] == list(range(1, 41)) and losses[0]["loss"] > losses[-1][
        "loss"
    ]
    assert worker.wait(60) == 0
    assert house.ledger.workers() == []


def worker_said(house, correlation_id):
    (log,) = (house.paths.logs / "worker").glob("*.log")
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return [line["message"] for line in lines if line["correlation_id"] == correlation_id]


def test_one_correlation_id_runs_through_job_events_and_worker_log(house, ann, start_worker):
    job = submit(house, ann, steps=10, save_every=10)
    start_worker()
    wait_for(house.ledger, job.id)
    events = [event for event in house.ledger.events_after(0) if event.subject.id == job.id]
    assert {event.correlation_id for event in events} == {"ui-click-1"}
    assert {"job.state", "job.progress", "job.sample", "job.checkpoint"} <= {event.type for event in events}
    # the last line is written after the ledger was told
    ours = until(lambda: "Job ended" in (said := worker_said(house, "ui-click-1")) and said)
    assert ours[0] == "Training job started" and ours[-1] == "Job ended"
    assert json.loads((house.paths.job(job.id) / "job.json").read_text())["correlation_id"] == "ui-click-1"


@pytest.mark.parametrize("phase", [JobState.QUEUED, JobState.PREPARING, JobState.RUNNING])
def test_cancel_works_in_every_phase(house, ann, start_worker, phase):
    job = submit(house, ann, steps=4000, save_every=1000)
    if phase is not JobState.QUEUED:
        start_worker(ISENGARD_FAST_TEST_S="60")
        wait_for(house.ledger, job.id, {phase, JobState.RUNNING})
    house.ledger.order(job.id, "cancel")
    done = wait_for(house.ledger, job.id)
    assert done.state is JobState.CANCELLED
    recorded = process_tree.read_pid_file(str(house.paths.job(job.id) / PID_FILE))
    until(lambda: recorded is None or not process_tree.alive(*recorded))


def test_a_killed_worker_takes_its_trainer_with_it_and_the_job_resumes(house, ann, start_worker):
    job = submit(house, ann, steps=400, save_every=4)
    worker = start_worker(ISENGARD_FAST_TEST_S="90")  # it would go on for longer than is waited for its end
    job_dir = house.paths.job(job.id)
    wait_for(house.ledger, job.id, {JobState.RUNNING})
    until(lambda: house.ledger.get(job.id).checkpoints)
    trainer = process_tree.read_pid_file(str(job_dir / PID_FILE))
    os.kill(worker.pid, signal.SIGKILL)
    until(lambda: not process_tree.alive(*trainer))
    start_worker()
    done = wait_for(house.ledger, job.id, timeout_s=60)
    assert done.state is JobState.COMPLETED and done.attempt == 2
    steps = [point["step"] for point in read_losses(job_dir)]
    assert steps == list(range(1, 401))
    resumed = [json.loads(line)["step"] for line in (job_dir / "loss.jsonl").read_text().splitlines()]
    assert resumed.count(1) == 1, "the first steps were trained twice"


def test_a_trainer_killed_from_outside_fails_with_a_code_and_can_be_retried(house, ann, start_worker):
    job = submit(house, ann, steps=2000, save_every=20)
    start_worker(ISENGARD_IDLE_S="20", ISENGARD_FAST_TEST_S="60")
    job_dir = house.paths.job(job.id)
    until(lambda: house.ledger.get(job.id).progress.step)
    os.kill(process_tree.read_pid_file(str(job_dir / PID_FILE))[0], signal.SIGKILL)
    failed = wait_for(house.ledger, job.id)
    assert failed.state is JobState.FAILED and failed.error.code == "trainer_failed" and failed.error.hint
    house.ledger.requeue(job.id)
    house.doorbell.ring(job.id, 1)
    assert wait_for(house.ledger, job.id, {JobState.RUNNING}).attempt == 2
    house.ledger.order(job.id, "cancel")
    wait_for(house.ledger, job.id)


def test_a_second_worker_for_the_same_folder_ends_at_once(house, start_worker):
    first = start_worker(ISENGARD_IDLE_S="300")
    until(lambda: held(worker_lock_path(house.paths)))
    second = start_worker(ISENGARD_IDLE_S="300")
    assert second.wait(60) == 0 and first.poll() is None
