"""The one face of training: whatever is asked of it is queued, rung for, and wakes who starts a worker."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from isengard.core.errors import ConflictError, InvalidError, NotFoundError
from isengard.core.families.families import Families
from isengard.core.records.job_states import JobState
from isengard.core.records.training import Overrides, TrainingRequest
from isengard.training.downloads.model_files import Missing
from support.training_fixtures import training_of

MISSING = Missing("owner/name", "main", "a.safetensors", 1, "0" * 64, "/models")


@pytest.fixture
def woken():
    """One entry for each time that a worker was asked for."""
    return []


@pytest.fixture
def training(house, woken):
    return replace(house.training, supervisor=SimpleNamespace(wake=lambda: woken.append(1)))


@pytest.fixture
def wanted(ann):
    return TrainingRequest(character_id=ann.id, overrides=Overrides(steps=40, resolution=[768]))


def cancelled(house, job):
    house.ledger.order(job.id, "cancel")
    return job.id


def paused(house, job):
    _, lease = house.ledger.claim(worker_id="w", owner="o", needs={"cpu", "gpu"})
    house.ledger.advance(lease, JobState.RUNNING)
    house.ledger.order(job.id, "pause")
    house.ledger.advance(lease, JobState.PAUSED)
    return job.id


ASKED = {
    "submit": lambda house, training, wanted, ann: training.submit(wanted, "c"),
    "retry": lambda house, training, wanted, ann: training.retry(
        cancelled(house, training.submit(wanted, "c")), "c"
    ),
    "smaller": lambda house, training, wanted, ann: training.retry(
        cancelled(house, training.submit(wanted, "c")), "c", smaller=True
    ),
    "resume": lambda house, training, wanted, ann: training.resume(
        paused(house, training.submit(wanted, "c"))
    ),
    "caption": lambda house, training, wanted, ann: training.caption(ann, "c", overwrite=True),
    "set-up": lambda house, training, wanted, ann: training.set_up("ai_toolkit", "check", "c"),
    "download": lambda house, training, wanted, ann: training.download(
        Families().get("sd15"), [MISSING], "c"
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_whatever_is_queued_is_rung_for_and_wakes(house, training, woken, wanted, ann, name):
    job = ASKED[name](house, training, wanted, ann)
    assert job.state is JobState.QUEUED and house.ledger.get(job.id).state is JobState.QUEUED
    assert (job.id, job.attempt) in house.doorbell.waiting()
    assert len(woken) == (2 if name in ("retry", "smaller", "resume") else 1)


def test_a_training_says_which_photo_has_no_file_any_more(house, training, woken, wanted, ann):
    """It said "this photo" of a dozen, and left nothing to go by."""
    photos = house.photos.list(ann.id)
    house.photos.image_path(photos[1], "full").unlink()
    with pytest.raises(NotFoundError) as refused:
        training.submit(wanted, "c")
    assert refused.value.code == "photo_file_missing"
    assert str(refused.value.message) == "The file of photo 2 is gone."
    assert woken == [] and not list(house.paths.jobs.glob("job_*"))


def test_what_is_refused_rings_for_nobody(house, training, woken, wanted, ann):
    with pytest.raises(InvalidError):
        training.submit(wanted.model_copy(update={"preset": "mine"}), "c")
    with pytest.raises(NotFoundError):
        training.resume("job_" + "0" * 26)
    job = house.training.submit(wanted, "c")
    for asked in (training.resume, lambda job_id: training.retry(job_id, "c")):
        with pytest.raises(ConflictError) as caught:
            asked(job.id)
        assert caught.value.code == "wrong_state"
    assert woken == [] and house.doorbell.waiting() == {(job.id, 0)}


def test_nobody_in_the_trash_is_trained_on(house, training, wanted, ann):
    job_id = cancelled(house, training.submit(wanted, "c"))
    house.characters.delete(ann.id)
    for asked in (
        lambda: training.submit(wanted, "c"),
        lambda: training.retry(job_id, "c"),
        lambda: training.retry(job_id, "c", smaller=True),
        lambda: training.go_on(job_id, 10, "c"),
    ):
        with pytest.raises(NotFoundError) as caught:
            asked()
        assert caught.value.code == "character_not_found"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"method": "dora", "family": "x"}, "method_not_supported"),
        ({"family": "x", "character_id": "chr_" + "0" * 26}, "family_unknown"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anybody_is_looked_for(house, training, wanted, changes, code):
    with pytest.raises(InvalidError) as caught:
        training.preflight(wanted.model_copy(update=changes))
    assert caught.value.code == code


def test_a_trainer_that_cannot_train_the_family_is_refused(house, ann, wanted):
    none = (
        house.registry.get("training_backends", "fast_test")
        .capabilities()
        .model_copy(update={"families": []})
    )
    backend = SimpleNamespace(capabilities=lambda: none, state=lambda: None)
    registry = SimpleNamespace(get=lambda seam, name: backend)
    with pytest.raises(InvalidError) as caught:
        training_of(house, registry=registry).preflight(wanted)
    assert caught.value.code == "family_not_supported"
