"""A graph that asks again for a training which is done, or on its way, trains nothing a second time."""

from __future__ import annotations

import pytest
from isengard.core.loras.versions import VersionStore
from isengard.core.records.character import CharacterPatch
from isengard.core.records.checkpoint import Checkpoint
from isengard.core.records.training import Overrides, TrainingRequest

pytestmark = pytest.mark.slow


@pytest.fixture
def wanted(ann):
    return TrainingRequest(character_id=ann.id, preset="quick")


@pytest.fixture
def job(house, wanted):
    return house.training.submit(wanted, "c")


def finish(house, ann, job, *, publish=True):
    """As if a worker had run it."""
    _, lease = house.ledger.claim(worker_id="w", owner="o", needs={"cpu", "gpu"})
    if publish:
        source = house.paths.tmp / "out.safetensors"
        source.write_bytes(b"x")
        checkpoint = Checkpoint(step=1, file="out", size=1, sha256="a" * 64, family="sd15")
        store = VersionStore(house.paths, house.clock)
        store.publish(ann.slug, character_id=ann.id, job_id=job.id, checkpoint=checkpoint, source_file=source)
    for state in ("running", "completed"):
        house.ledger.advance(lease, type(job.state)(state))


def test_on_its_way_or_done_it_is_the_same(house, ann, wanted, job):
    assert house.training.same_training(wanted).id == job.id
    finish(house, ann, job)
    assert house.training.same_training(wanted).id == job.id


def test_cancelled_or_without_its_version_it_is_trained_anew(house, ann, wanted, job):
    house.ledger.order(job.id, "cancel")
    assert house.training.same_training(wanted) is None
    finish(house, ann, house.training.submit(wanted, "c"), publish=False)
    assert house.training.same_training(wanted) is None


def test_other_settings_photos_captions_or_words_are_another_training(house, ann, wanted, job):
    same_training = house.training.same_training
    other = wanted.model_copy(update={"overrides": Overrides(seed=2)})
    assert same_training(other) is None
    assert same_training(wanted.model_copy(update={"preset": "balanced"})) is None
    photo = house.photos.list(ann.id)[0]
    for change in ({"included": False}, {"caption": "on a beach"}):
        house.photos.store(photo.model_copy(update=change))
        assert same_training(wanted) is None
    house.photos.store(photo)
    assert same_training(wanted).id == job.id
    house.characters.update(ann.id, CharacterPatch(trigger_word="otherqv"))
    assert same_training(wanted) is None
