"""More steps after the end, and smaller numbers after memory ran out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from isengard.core.errors import ConflictError, InvalidError
from isengard.core.loras.safetensors_file import sha256_of
from isengard.core.records.training import Overrides, TrainingRequest
from isengard.training.interface import ResolvedTraining
from isengard.training.planning.follow_ups import smaller
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


def test_what_cannot_go_on_is_refused(house, request_of):
    job = house.training.submit(request_of(steps=40), "corr")
    with pytest.raises(ConflictError) as running:
        house.training.go_on(job.id, 10, "c")
    house.ledger.order(job.id, "cancel")
    with pytest.raises(ConflictError) as empty:
        house.training.go_on(job.id, 10, "c")
    assert (running.value.code, empty.value.code) == ("still_running", "nothing_to_continue")


@pytest.mark.parametrize(
    ("resolution", "expected"),
    [([512, 768, 1024], [512, 768]), ([1024], [768]), ([768], [512]), ([512], [512])],
)
def test_smaller_is_one_step_down(house, request_of, resolution, expected):
    job = house.training.submit(request_of(steps=40, resolution=resolution, batch_size=2, rank=8), "corr")
    training = ResolvedTraining.read(house.paths.job(job.id))
    less = smaller(TrainingRequest.model_validate(job.request), training).overrides
    assert (less.resolution, less.batch_size, less.quantize, less.low_vram) == (expected, 1, True, True)
    assert (less.steps, less.rank) == (40, 8), "what has nothing to do with memory stays"


def test_smaller_stays_with_the_checkpoint_that_was_trained_on(house, request_of):
    job = house.training.submit(request_of(steps=40, resolution=[1024]), "corr")
    request = TrainingRequest.model_validate(job.request)
    training = ResolvedTraining.read(house.paths.job(job.id))
    own = replace(training, base_path="/models/sub/mine.safetensors", generate_base="sub/mine.safetensors")
    hub = replace(training, base_path="owner/model", generate_base="sub/mine.safetensors")
    assert smaller(request, own).base_model == "sub/mine.safetensors"
    assert smaller(request, hub).base_model is None
    chosen = request.model_copy(update={"base_model": "other.safetensors"})
    assert smaller(chosen, own).base_model == "other.safetensors"


def test_there_is_an_end_to_smaller(house, request_of):
    wanted = request_of(resolution=[512], batch_size=1, quantize=True, low_vram=True)
    job = house.training.submit(wanted, "corr")
    with pytest.raises(InvalidError) as caught:
        smaller(wanted, ResolvedTraining.read(house.paths.job(job.id)))
    assert caught.value.code == "cannot_be_smaller"
