"""A training that ends by measurement, over HTTP with a real worker. Only the pictures and their numbers are planted: nobody is
learned by a placeholder."""

from __future__ import annotations

import pytest
from hosts.journey import ApiError
from isengard.core.loras import wall_scores
from isengard.core.records.generation import GeneratedImage
from isengard.core.records.generation_states import GenerationState
from isengard.core.records.likeness import Likeness
from isengard.core.records.training import Overrides, TrainingRequest
from isengard.web.services.stopping.early_stopper import EarlyStopper
from isengard.web.services.stopping.measured_saves import measured_saves
from isengard.web.services.stopping.save_drawer import SaveDrawer
from isengard.web.services.stopping.wall_orders import Save, orders_of
from PIL import Image
from support.generation_records import draft
from support.pictures import drawing

pytestmark = pytest.mark.slow


class Planted(SaveDrawer):
    """Draws nothing: leaves the records that drawing and measuring would have left, with the likeness of `curve` by number of the
    save. `drawn`: the steps of each round."""

    curve = staticmethod(lambda save: 0.5)
    measured = True

    async def recipe(self, family):
        self.drawn.append([])
        return object()

    async def draw(self, job, steps, recipe, meanwhile):
        await meanwhile()
        self.states.append(self.ledger.get(job.id).state.value)
        for step in steps:
            self.drawn[-1].append(step)
            self._plant(job, step, self.curve(sum(map(len, self.drawn))))

    def _plant(self, job, step, likeness):
        version = self.publisher.publish(job, step)
        character, store = self.generations.characters.get(job.character_id), self.generations.store
        for request in orders_of(character, "fast-test", Save(job.id, step), {"width": 64, "height": 64}):
            made = draft(job.character_id, request=request, purpose="grid", versions=[version.file])
            store.create(made, [{}])
            store.advance(made.id, GenerationState.RUNNING)
            Image.new("RGB", (64, 64)).save(store.paths.generation(made.id) / "0000.png")
            image = GeneratedImage(n=0, file="0000.png", width=64, height=64, seed=request.seed)
            store.add_image(made.id, image)
            measured = Likeness(verdict="fair", score=likeness, faces=1, copied=False)
            store.note_likeness(made.id, 0, measured, {})
            store.advance(made.id, GenerationState.COMPLETED)
        scores = {wall_scores.MEASURED: 8, wall_scores.TOLD: 8, wall_scores.OWN_PHOTOS: 0.62}
        if self.measured:
            self.generations.versions.update(
                version, lambda known: known.model_copy(update={"scores": scores})
            )


@pytest.fixture
def drawer(server):
    stopper = server.services.stopper
    old = stopper.drawer
    planted = Planted(old.families, old.generations, old.publisher, old.faces)
    for name, value in {"drawn": [], "states": [], "ledger": server.services.ledger}.items():
        object.__setattr__(planted, name, value)
    object.__setattr__(planted.generations.store, "paths", server.services.paths)
    stopper.drawer = planted
    return planted


@pytest.fixture
def train(api, server, tmp_path, monkeypatch):
    started = []

    def train(steps, save_every, stop_early=True, seconds=20):
        """`seconds` in all, where nothing stops it: its saves are looked at while it goes on, also on a busy machine."""
        monkeypatch.setenv("ISENGARD_FAST_TEST_S", str(seconds))
        ann = api.post("/characters", {"name": "Ann"})
        drawing().save(tmp_path / "a.jpg")
        api.upload(ann["id"], tmp_path / "a.jpg")
        overrides = Overrides(steps=steps, save_every=save_every)
        request = TrainingRequest(character_id=ann["id"], overrides=overrides, stop_early=stop_early)
        started.append(server.services.training.submit(request, "ui-train").id)
        return started[-1]

    yield train
    for job_id in started:
        if api.get(f"/training/jobs/{job_id}")["state"] not in ("completed", "failed", "cancelled"):
            api.post(f"/training/jobs/{job_id}/cancel")
            api.wait_for(f"/training/jobs/{job_id}", 30)


@pytest.mark.full
def test_it_ends_at_the_plateau_with_the_best_save_and_says_why(api, server, drawer, train):
    job = api.wait_for(f"/training/jobs/{train(1000, 100, seconds=90)}", 400)
    assert job["state"] == "completed", job
    assert job["progress"]["stopped_early"]["reason"] == "plateau"
    assert job["progress"]["stopped_early"]["best_step"] == 100
    assert 400 <= job["progress"]["stopped_early"]["step"] <= job["progress"]["step"] < 1000
    assert set(drawer.states) == {"running"} and job["attempt"] == 1, "nothing was lent"
    (lora,) = [one for one in job["artifacts"] if one["kind"] == "lora"]
    assert lora["step"] == 100
    looked_at = [step for steps in drawer.drawn for step in steps]
    assert looked_at == sorted(set(looked_at)) and looked_at[:4] == [100, 200, 300, 400]
    child = api.post(f"/training/jobs/{job['id']}/continue", {"steps": 50})
    assert child["request"]["stop_early"] is False
    ended = api.wait_for(f"/training/jobs/{child['id']}", 120)
    assert ended["progress"]["step"] == job["checkpoints"][-1]["step"] + 50


@pytest.mark.full
def test_what_rises_or_cannot_be_measured_trains_to_its_last_step(api, drawer, train, monkeypatch):
    monkeypatch.setattr(Planted, "curve", staticmethod(lambda save: 0.3 + 0.05 * save))
    job = api.wait_for(f"/training/jobs/{train(600, 100)}", 240)
    assert (job["state"], job["progress"]["step"]) == ("completed", 600) and drawer.drawn
    assert job["progress"]["stopped_early"] is None
    monkeypatch.setattr(Planted, "measured", False)
    job = api.wait_for(f"/training/jobs/{train(600, 100)}", 240)
    assert (job["state"], job["progress"]["step"]) == ("completed", 600)


@pytest.mark.full
def test_nothing_is_drawn_of_a_training_that_was_not_asked_to(api, drawer, train):
    job = api.wait_for(f"/training/jobs/{train(60, 20, stop_early=False)}", 240)
    assert job["progress"]["step"] == 60 and not drawer.drawn


@pytest.mark.full
def test_where_both_do_not_fit_the_gpu_is_lent_and_given_back(api, server, drawer, train, monkeypatch):
    """Only where it may end: earlier saves are looked at in the same breath. It ends without loading its model again."""
    monkeypatch.setattr(EarlyStopper, "_needs_room", lambda self, job, training: True)
    job_id = train(1000, 100, seconds=200)
    job = api.wait_for(f"/training/jobs/{job_id}", 400)
    assert job["state"] == "completed" and job["progress"]["stopped_early"]["reason"] == "plateau", job
    assert set(drawer.states) == {"paused"}
    assert drawer.drawn[0] == [100, 200, 300, 400] and len(drawer.drawn) == 1
    assert api.get("/training/lending") == {"lending": None}
    log = (server.services.paths.job(job_id) / "trainer.log").read_text()
    assert log.count("Practice trainer") == 1, "the trainer was started again"


@pytest.mark.full
def test_a_training_that_makes_room_and_may_go_on_does(api, drawer, train, monkeypatch):
    monkeypatch.setattr(EarlyStopper, "_needs_room", lambda self, job, training: True)
    monkeypatch.setattr(Planted, "curve", staticmethod(lambda save: 0.3 + 0.05 * save))
    job = api.wait_for(f"/training/jobs/{train(600, 100, seconds=120)}", 400)
    assert (job["state"], job["progress"]["step"]) == ("completed", 600), job
    assert [len(steps) for steps in drawer.drawn] and drawer.drawn[0] == [100, 200, 300]
    assert job["attempt"] == sum(map(bool, drawer.drawn)) + 1, "a trainer that was done is not paused"


def test_a_practice_training_is_not_offered_it_and_refuses_it(api, tmp_path):
    ann = api.post("/characters", {"name": "Ann"})
    drawing().save(tmp_path / "a.jpg")
    api.upload(ann["id"], tmp_path / "a.jpg")
    wanted = {"character_id": ann["id"], "preset": "quality"}
    offer = api.post("/training/preflight", wanted)["stopping"]
    assert (offer["why_not"], offer["automatic"]) == ("practice", False) and "nothing to measure" in offer[
        "words"
    ]
    with pytest.raises(ApiError) as caught:
        api.post("/training/jobs", {**wanted, "stop_early": True})
    assert caught.value.error["code"] == "cannot_stop_early"


@pytest.mark.full
def test_measured_saves_are_read_back_from_versions_and_pictures(server, drawer, train, api):
    job_id = train(60, 20, stop_early=False)
    api.wait_for(f"/training/jobs/{job_id}", 240)
    job = server.services.ledger.get(job_id)
    drawer._plant(job, 20, 0.51)
    (save,) = measured_saves(drawer.versions(job), drawer.wall(job))
    assert (save.step, save.row.told, save.row.likeness) == (20, 8, 0.51)
    assert set(save.row.cells) == {
        (scene, at) for scene in ("portrait", "full_body", "outfit", "expression") for at in (0.85, 1.0)
    }
