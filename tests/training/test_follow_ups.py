"""More steps after the end, and less memory after it ran out."""

from __future__ import annotations

import errno
import json
import shutil
from dataclasses import replace
from types import SimpleNamespace

import pytest
from isengard.core.errors import ConflictError, InvalidError, NotFoundError, StorageError
from isengard.core.families.families import Families
from isengard.core.jobs.ledger import JobFilter
from isengard.core.loras.safetensors_file import sha256_of
from isengard.core.records.training import Overrides, TrainingRequest
from isengard.training.interface import TRAINING_FILE, ResolvedTraining
from isengard.training.planning.follow_ups import smaller
from isengard.training.planning.memory_ladder import DECIDED, ladder
from isengard.training.planning.presets import resolve
from support.training_waits import wait_for


@pytest.fixture
def request_of(ann):
    def request_of(**overrides):
        return TrainingRequest(character_id=ann.id, family="sd15", overrides=Overrides(**overrides))

    return request_of


def test_more_steps_go_on_from_the_last_checkpoint_and_overwrite_nothing(
    house, request_of, start_worker, ann
):
    first = house.training.submit(request_of(steps=40, save_every=20), "corr-1")
    start_worker()
    assert wait_for(house.ledger, first.id).state.value == "completed"
    before = {file: sha256_of(file) for file in house.paths.job(first.id).rglob("*.safetensors")}
    child = house.training.go_on(first.id, 30, "corr-2")
    start_worker()
    done = wait_for(house.ledger, child.id)
    assert (done.state.value, done.parent_job_id, done.correlation_id) == ("completed", first.id, "corr-2")
    assert done.request["overrides"]["steps"] == 70 and done.checkpoints[-1].step == 70
    log = (house.paths.job(child.id) / "trainer.log").read_text()
    assert "70 pretended steps from 40" in log
    assert {file: sha256_of(file) for file in before} == before
    assert [version.step for version in house.characters.get(ann.id).versions] == [40, 70]
    assert len(list((house.paths.job(child.id) / "dataset").glob("*.jpg"))) == 3


def test_more_steps_on_a_full_disk_say_so_and_leave_nothing(house, request_of, monkeypatch):
    """The copy of a whole folder forgets why it failed: it was called a fault of ours."""
    parent = house.training.submit(request_of(steps=40), "c")
    house.ledger.order(parent.id, "cancel")
    trainer = type(house.registry.get("training_backends", parent.backend))
    monkeypatch.setattr(trainer, "checkpoints", lambda *_: [SimpleNamespace(step=40)])
    there = set(house.paths.jobs.iterdir())
    ordinary = shutil.copyfile

    def full(source, target, **more):
        if "dataset" in str(target):
            raise OSError(errno.ENOSPC, "No space left on device")
        return ordinary(source, target, **more)

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(StorageError) as caught:
        house.training.go_on(parent.id, 10, "c")
    assert caught.value.code == "disk_full" and set(house.paths.jobs.iterdir()) == there


def test_what_cannot_go_on_is_refused(house, request_of):
    job = house.training.submit(request_of(steps=40), "corr")
    with pytest.raises(ConflictError) as running:
        house.training.go_on(job.id, 10, "c")
    house.ledger.order(job.id, "cancel")
    with pytest.raises(ConflictError) as empty:
        house.training.go_on(job.id, 10, "c")
    assert (running.value.code, empty.value.code) == ("still_running", "nothing_to_continue")


@pytest.mark.parametrize("what", ["training", "more_steps", "captioning"])
def test_nothing_is_queued_of_somebody_forgotten_while_its_folder_was_filled(
    house, request_of, ann, monkeypatch, what
):
    """Their photos are copied for minutes; whoever was forgotten meanwhile was trained on all the same."""
    parent = house.training.submit(request_of(steps=40), "corr")
    house.ledger.order(parent.id, "cancel")
    before, submit = set(house.paths.jobs.iterdir()), house.ledger.submit

    def forgotten_first(job):
        house.characters.delete(ann.id)
        return submit(job)

    monkeypatch.setattr(house.ledger, "submit", forgotten_first)
    trainer = type(house.registry.get("training_backends", parent.backend))
    monkeypatch.setattr(trainer, "checkpoints", lambda *_: [SimpleNamespace(step=40)])
    monkeypatch.setattr(trainer, "carry_over", lambda *_: None)
    ask = {
        "training": lambda: house.training.submit(request_of(steps=60), "c"),
        "more_steps": lambda: house.training.go_on(parent.id, 10, "c"),
        "captioning": lambda: house.training.captioning.submit(ann, "c", overwrite=True),
    }
    with pytest.raises(NotFoundError, match="no such character"):
        ask[what]()
    assert set(house.paths.jobs.iterdir()) == before
    assert [job.id for job in house.ledger.jobs(JobFilter()).items] == [parent.id]


def test_smaller_stays_with_the_checkpoint_that_was_trained_on(house, request_of):
    sdxl = (Families().get("sdxl"), DECIDED)
    job = house.training.submit(request_of(steps=40, resolution=[1024]), "corr")
    request = TrainingRequest.model_validate(job.request)
    training = ResolvedTraining.read(house.paths.job(job.id))
    own = replace(training, base_path="/models/sub/mine.safetensors", generate_base="sub/mine.safetensors")
    hub = replace(training, base_path="owner/model", generate_base="sub/mine.safetensors")
    assert smaller(request, own, *sdxl).base_model == "sub/mine.safetensors"
    assert smaller(request, hub, *sdxl).base_model is None
    chosen = request.model_copy(update={"base_model": "other.safetensors"})
    assert smaller(chosen, own, *sdxl).base_model == "other.safetensors"


@pytest.mark.parametrize("key", ["sd15", "sdxl", "flux1_dev", "flux2_klein_9b", "chroma"])
def test_smaller_walks_the_ladder_one_rung_at_a_time(house, request_of, key):
    """As often as memory runs out, to the end; what has nothing to do with memory stays."""
    family, able = Families().get(key), (*DECIDED, "batch_size", "rank")
    job = house.training.submit(request_of(steps=40, seed=7, batch_size=2), "corr")
    frozen = ResolvedTraining.read(house.paths.job(job.id))
    request = TrainingRequest.model_validate({**job.request, "family": key})
    numbers = resolve(family, "balanced", 20, request.overrides)
    rungs = ladder(family, numbers, able)
    for rung in rungs[1:]:
        request = smaller(request, replace(frozen, **vars(numbers)), family, able)
        numbers = resolve(family, "balanced", 20, request.overrides)
        assert numbers == rung.numbers and numbers.steps == 40 and request.overrides.seed == 7
    with pytest.raises(InvalidError) as caught:
        smaller(request, replace(frozen, **vars(numbers)), family, able)
    assert caught.value.code == "cannot_be_smaller"


def test_a_training_of_before_is_made_smaller_too(house, request_of):
    """Its folder says nothing of text embeddings, layers or bits."""
    job = house.training.submit(request_of(steps=40, resolution=[768]), "corr")
    file = house.paths.job(job.id) / TRAINING_FILE
    frozen = json.loads(file.read_text())
    file.write_text(
        json.dumps({k: v for k, v in frozen.items() if k not in ("cache_text", "offload", "bits")})
    )
    house.ledger.order(job.id, "cancel")
    child = house.training.retry(job.id, "c", smaller=True)
    assert child.request["overrides"]["resolution"] == [512] and child.id != job.id
    assert ResolvedTraining.read(house.paths.job(child.id)).resolution == [512]
