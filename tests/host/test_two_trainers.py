"""One person trained by AI-Toolkit and by ComfyUI's own trainer in one real ComfyUI: the same step of both is drawn side by side, and what is
chosen is what is used from then on."""

from __future__ import annotations

import pytest
from hosts import comfyui, fixtures
from hosts.demo import REAL_PICTURE, REAL_TRAINING
from hosts.journey import Api, ApiError
from isengard.core.loras.safetensors_file import read_header

pytestmark = [pytest.mark.full, pytest.mark.slow, pytest.mark.real]
PATIENCE_S = 900
TRAINERS = ("ai_toolkit", "comfyui_native")
#: The last one; in between AI-Toolkit counts a save one further.
STEP, STRENGTHS = 24, (0.7, 1.0)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The server, the person, and a training's id by its trainer."""
    base = comfyui.make_base(tmp_path_factory.mktemp("two"))
    fixtures.put_checkpoint(base)
    environment = {**fixtures.real_environment(base / "ai-toolkit"), "ISENGARD_IDLE_S": "3"}
    photos = fixtures.portraits(base / "photos")
    server = comfyui.start(base, environment=environment)
    try:
        api = Api(server.url)
        api.wait_until_ready()
        person = api.person(photos)
        jobs = {}
        for trainer in TRAINERS:
            asked = {**REAL_TRAINING, "character_id": person["id"], "backend": trainer}
            made = api.post("/training/jobs", asked)["id"]
            job = jobs[trainer] = api.wait_for(f"/training/jobs/{made}", PATIENCE_S)
            assert job["state"] == "completed", job["error"]
        yield server, api, person["id"], {trainer: job["id"] for trainer, job in jobs.items()}
    finally:
        server.stop()


@pytest.fixture(scope="module")
def wall(trained):
    """What was drawn: by trainer and strength, the record and the picture's bytes."""
    server, api, person_id, jobs = trained
    made = {}
    for trainer, job_id in jobs.items():
        for strength in STRENGTHS:
            use = {"id": person_id, "checkpoint": STEP, "job_id": job_id, "strength": strength}
            order = {
                **REAL_PICTURE,
                "purpose": "grid",
                "prompt": "portrait photo of {trigger}",
                "characters": [use],
            }
            made[trainer, strength] = api.post("/generations", order)["id"]
    found = {}
    for place, generation_id in made.items():
        drawn = api.wait_for(f"/generations/{generation_id}", PATIENCE_S)
        assert drawn["state"] == "completed", drawn["error"]
        found[place] = (
            drawn,
            (server.data / "outputs" / generation_id / drawn["images"][0]["file"]).read_bytes(),
        )
    return found


def test_the_same_step_of_both_stands_on_one_wall(trained, wall):
    server, api, person_id, jobs = trained
    versions = {version["file"]: version for version in api.get(f"/characters/{person_id}/versions")["items"]}
    for (trainer, _), (drawn, _) in wall.items():
        version = versions[drawn["versions"][0]]
        assert (version["step"], version["job_id"]) == (STEP, jobs[trainer])
        metadata = read_header(server.data / "models" / version["file"]).metadata
        assert metadata["isengard_backend"] == trainer
    pictures = [content for _, content in wall.values()]
    assert len(set(pictures)) == len(pictures) == 4


def test_what_is_chosen_is_used_from_then_on(trained, wall):
    _, api, person_id, _ = trained
    for trainer in TRAINERS:
        drawn, _ = wall[trainer, 1.0]
        api.post(f"/characters/{person_id}/versions/pick", {"file": drawn["versions"][0]})
        best = {**REAL_PICTURE, "prompt": "{trigger}", "characters": [{"id": person_id}]}
        made = api.wait_for(f"/generations/{api.post('/generations', best)['id']}", PATIENCE_S)
        assert made["state"] == "completed" and made["versions"] == drawn["versions"], made["error"]


def test_a_step_that_this_training_never_saved_is_refused(trained):
    _, api, person_id, jobs = trained
    use = {"id": person_id, "checkpoint": 7, "job_id": jobs["comfyui_native"]}
    with pytest.raises(ApiError) as refused:
        api.post("/generations", {**REAL_PICTURE, "prompt": "{trigger}", "characters": [use]})
    assert (refused.value.status, refused.value.error["code"]) == (400, "training_lacks_step")
