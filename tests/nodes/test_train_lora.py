"""IsengardTrainLoRA over the real trainings and ledger: what a graph asks for again is not trained again."""

from __future__ import annotations

import pytest
from isengard.core.jobs.ledger import JobFilter
from isengard.core.records.character import CharacterDraft
from isengard.core.records.job_states import JobState
from support.training_fixtures import draw_photo, house, redis_url  # noqa: F401 - fixtures

pytestmark = pytest.mark.slow


@pytest.fixture
def train(comfy, house):  # noqa: F811
    """The node as ComfyUI runs it; `train.rung()` are the jobs whose doorbell rang."""
    from isengard.nodes.train_lora import IsengardTrainLoRA

    eve = house.characters.create(CharacterDraft(name="Eve"))
    house.photos.add(eve.id, draw_photo(house.paths.tmp / "0.jpg", 0), "0.jpg")
    comfy.house.training, comfy.house.ledger = house.training, house.ledger

    def train(**given):
        return IsengardTrainLoRA.execute({"id": eve.id}, "sd15", "quick", **given).args[0]

    train.rung = lambda: {job_id for job_id, _ in house.doorbell.waiting()}
    return train


def test_a_second_run_queues_nothing_and_other_settings_do(train, house):  # noqa: F811
    assert train()["slug"] == train()["slug"] == "eve"
    assert len(train.rung()) == 1
    train(overrides='{"seed": 2}')
    assert len(train.rung()) == 2


def test_waiting_for_what_another_run_began_does_not_cancel_it(train, house, comfy):  # noqa: F811
    class Interrupted(BaseException):
        pass

    def interrupt():
        raise Interrupted

    train()
    comfy.unload_models = lambda: None
    comfy.raise_if_interrupted = interrupt
    for given, state in (({}, JobState.QUEUED), ({"overrides": '{"seed": 2}'}, JobState.CANCELLED)):
        with pytest.raises(Interrupted):
            train(wait=True, **given)
        newest = house.ledger.jobs(JobFilter()).items[0]
        assert newest.state is state and newest.id in train.rung()
