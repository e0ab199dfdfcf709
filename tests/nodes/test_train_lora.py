"""IsengardTrainLoRA over the real submission and ledger: what a graph asks for again is not trained again."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from isengard.core.records.character import CharacterDraft
from isengard.core.records.job_states import JobState
from support.training_fixtures import draw_photo, house, redis_url  # noqa: F401 - fixtures

pytestmark = pytest.mark.slow


@pytest.fixture
def train(comfy, house):  # noqa: F811
    """The node as ComfyUI runs it; `train.rung` lists the jobs whose doorbell rang."""
    from isengard.nodes.train_lora import IsengardTrainLoRA

    eve = house.characters.create(CharacterDraft(name="Eve"))
    house.photos.add(eve.id, draw_photo(house.paths.tmp / "0.jpg", 0), "0.jpg")
    rung: list[str] = []
    comfy.house.submission, comfy.house.ledger = house.submission, house.ledger
    ring = lambda job_id, attempt, priority: rung.append(job_id)  # noqa: E731
    comfy.house.doorbell = SimpleNamespace(ring=ring)
    comfy.house.supervisor = SimpleNamespace(wake=lambda: None)

    def train(**given):
        return IsengardTrainLoRA.execute({"id": eve.id}, "sd15", "quick", **given).args[0]

    train.rung = rung
    return train


def test_a_second_run_queues_nothing_and_other_settings_do(train, house):  # noqa: F811
    assert train()["slug"] == train()["slug"] == "eve"
    assert len(train.rung) == 1
    train(overrides='{"seed": 2}')
    assert len(set(train.rung)) == 2


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
        assert house.ledger.get(train.rung[-1]).state is state
