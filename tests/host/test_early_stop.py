"""A real training that ends by measurement: AI-Toolkit's fork trains the tiny model, the real ComfyUI draws its saves meanwhile, the
pack's own measurer measures them. Only the faces are planted (tests/fakes/planted_dlib): a tiny model's pictures show nobody. All of
them are about as alike to the photos as those are to each other, so the first save can never be beaten."""

from __future__ import annotations

from pathlib import Path

import pytest
from hosts import comfyui, fixtures
from hosts.demo import REAL_TRAINING
from hosts.journey import Api
from hosts.planted_faces import put_planted_faces
from isengard.core.faces.stopping import PATIENCE

pytestmark = [pytest.mark.full, pytest.mark.slow, pytest.mark.real]
PATIENCE_S = 1200
#: A step takes 0.2 s on two quiet cores and 1 s on busy ones, a picture of a save a few seconds (few_steps): the end comes by measurement
#: at about half of the steps.
STEPS, SAVE_EVERY = 900, 75


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """A server, and a training that was asked to end when nothing more is gained."""
    base = comfyui.make_base(tmp_path_factory.mktemp("early"))
    fixtures.put_checkpoint(base)
    (base / "custom_nodes" / "few_steps").symlink_to(Path(comfyui.__file__).parent / "few_steps")
    photos, environment = fixtures.portraits(base / "photos"), fixtures.real_environment(base / "ai-toolkit")
    server = comfyui.start(base, environment={**environment, "ISENGARD_IDLE_S": "3"})
    try:
        api = Api(server.url)
        api.wait_until_ready()
        ann = api.person(photos)
        overrides = {"steps": STEPS, "save_every": SAVE_EVERY, "learning_rate": 0.0001}
        wanted = {
            **REAL_TRAINING,
            "character_id": ann["id"],
            "preset": "quality",
            "overrides": {**REAL_TRAINING["overrides"], **overrides},
        }
        before = api.post("/training/preflight", wanted)["stopping"]
        put_planted_faces(server.data / "backends")
        after = api.post("/training/preflight", wanted)["stopping"]
        job = api.post("/training/jobs", {**wanted, "stop_early": True})
        yield server, api, [before, after], api.wait_for(f"/training/jobs/{job['id']}", PATIENCE_S)
    finally:
        server.stop()


def test_it_is_offered_once_faces_can_be_measured(ended):
    _, _, (before, after), _ = ended
    assert before["why_not"] == "no_face_tools"
    assert (after["why_not"], after["reloads"], after["automatic"]) == ("", 0, False), "no GPU: never unasked"


def test_it_ends_at_the_plateau_as_completed_with_its_best_save(ended):
    _, api, _, job = ended
    assert job["state"] == "completed", job["error"]
    stopped, saves = job["progress"]["stopped_early"], [one["step"] for one in job["checkpoints"]]
    assert stopped["reason"] == "plateau" and stopped["best_step"] == saves[0]
    assert saves[PATIENCE] <= stopped["step"] <= job["progress"]["step"] < STEPS
    (lora,) = [one for one in job["artifacts"] if one["kind"] == "lora"]
    assert lora["step"] == saves[0]
    versions = {one["step"]: one for one in api.get(f"/characters/{job['character_id']}/versions")["items"]}
    looked_at = saves[: saves.index(stopped["step"]) + 1]
    assert set(looked_at) <= set(versions)
    for step in looked_at:
        scores = versions[step]["scores"]
        assert scores["measured"] == 8 and 0.5 < scores["likeness"] < 0.7 and "flexible" in scores, scores
    pictures = api.get(f"/generations?purpose=grid&character_id={job['character_id']}&limit=200")["items"]
    bare = [one for one in pictures if not one["request"]["characters"][0]["strength"]]
    assert len(bare) == 5 and len(pictures) >= 5 + 9 * len(looked_at)


def test_it_trains_on_in_one_press(ended):
    _, api, _, job = ended
    last = job["checkpoints"][-1]["step"]
    child = api.post(f"/training/jobs/{job['id']}/continue", {"steps": 10})
    done = api.wait_for(f"/training/jobs/{child['id']}", PATIENCE_S)
    assert done["state"] == "completed", done["error"]
    assert done["progress"]["stopped_early"] is None and done["progress"]["step"] >= last + 9
