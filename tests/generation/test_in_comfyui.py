"""Pictures in a real ComfyUI with the tiny SD1.5 checkpoint: progress, caching, cancel, a crash, the canvas, forgetting."""

from __future__ import annotations

import json
import time
import urllib.request

import pytest
from hosts import comfyui, fixtures
from hosts.demo import drawings
from hosts.journey import Api
from isengard.generation.image.recipes import RecipeFolder

pytestmark = [pytest.mark.slow, pytest.mark.e2e]
ENVIRONMENT = {"ISENGARD_MODE": "fast-test", "ISENGARD_IDLE_S": "3"}
SMALL = {"width": 64, "height": 64, "steps": 2, "guidance": 1.0}
LONG = {"width": 512, "height": 512, "steps": 200, "guidance": 1.0}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    base = comfyui.make_base(tmp_path_factory.mktemp("host"))
    fixtures.put_checkpoint(base)
    return base


@pytest.fixture(scope="module")
def server(base):
    server = comfyui.start(base, environment=ENVIRONMENT)
    Api(server.url).wait_until_ready()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def api(server):
    return Api(server.url)


@pytest.fixture(scope="module")
def ann(api, tmp_path_factory):
    """A person with a placeholder LoRA; at strength 0 the base alone makes the picture."""
    character = api.post("/characters", {"name": "Ann"})
    for photo in drawings(tmp_path_factory.mktemp("photos"), 3):
        api.upload(character["id"], photo)
    training = {
        "character_id": character["id"],
        "family": "sd15",
        "preset": "quick",
        "overrides": {"steps": 20},
    }
    job = api.post("/training/jobs", training)
    assert api.wait_for(f"/training/jobs/{job['id']}", 60)["state"] == "completed"
    return character


def ask(api, ann, **changes):
    body = {
        "recipe": "sd15-identity",
        "characters": [{"id": ann["id"], "strength": 0.0}],
        "prompt": "photo of {trigger}",
    }
    return api.post("/generations", {**body, "seed": 1, **SMALL, **changes})


def wait(api, generation, timeout_s=60, states=("completed", "failed", "cancelled")):
    return api.wait_for(f"/generations/{generation['id']}", timeout_s, states)


def test_steps_are_told_and_every_seed_is_another_picture(api, ann, server):
    made = ask(api, ann, count=3, seed=40, steps=12, width=256, height=256)
    steps = set()
    while (now := api.get(f"/generations/{made['id']}"))["state"] in ("queued", "running"):
        steps.add((now["progress"]["image"], now["progress"]["step"]))
        time.sleep(0.05)
    assert now["state"] == "completed", now["error"]
    assert [image["seed"] for image in now["images"]] == [40, 41, 42]
    assert any(step for _, step in steps) and len({image for image, _ in steps}) > 1, steps
    assert len({api.get(f"/generations/{made['id']}/images/{n}") for n in range(3)}) == 3


def test_another_seed_encodes_no_text_again(api, ann, server):
    """The reason for folding the request into literals (DESIGN section 9), asked of ComfyUI itself."""
    wait(api, ask(api, ann, seed=100, prompt="a cup of tea"))
    again = wait(api, ask(api, ann, seed=101, prompt="a cup of tea"))
    (prompt_id,) = again["prompt_ids"]
    entry = server.get(f"/history/{prompt_id}")[prompt_id]
    cached = next(message[1]["nodes"] for message in entry["status"]["messages"] if "cached" in message[0])
    graph = RecipeFolder().get("sd15-identity").graph
    computed = {node["class_type"] for key, node in graph.items() if key not in cached}
    assert computed == {"KSampler", "VAEDecode", "IsengardSaveImage", "IsengardRequest"}


def test_cancel_stops_the_running_one_and_drops_the_waiting(api, ann, server):
    made = ask(api, ann, count=3, **LONG)
    other = ask(api, ann, seed=900)
    wait(api, made, 60, ("running",))
    began = time.monotonic()
    assert api.post(f"/generations/{made['id']}/cancel")["state"] == "cancelling"
    assert wait(api, made, 30)["state"] == "cancelled" and time.monotonic() - began < 20
    assert wait(api, other)["state"] == "completed", "somebody else's picture was touched"
    assert server.get("/queue") == {"queue_running": [], "queue_pending": []}


def test_a_picture_made_on_the_canvas_is_forgotten_with_the_person(api, ann, server):
    bob = api.post("/characters", {"name": "Bob"})
    graph = json.loads(json.dumps(RecipeFolder().get("fast-test").graph))
    for node in graph.values():
        if node["class_type"] == "IsengardCharacter":
            node["inputs"]["character"] = bob["slug"]
    body = json.dumps({"prompt": graph}).encode()
    request = urllib.request.Request(
        f"{server.url}/prompt", body, {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        prompt_id = json.loads(answer.read())["prompt_id"]
    deadline = time.monotonic() + 30
    while not (history := server.get(f"/history/{prompt_id}")) and time.monotonic() < deadline:
        time.sleep(0.1)
    (entry,) = [item for out in history[prompt_id]["outputs"].values() for item in out.get("isengard", [])]
    folder = server.data / "outputs" / entry["generation_id"]
    assert (folder / entry["file"]).is_file() and (folder / "generation.json").is_file()
    assert api.post(f"/characters/{bob['id']}/forget")["report"]["images"] == 1
    assert not folder.exists()


def test_a_killed_comfyui_leaves_a_reason_and_the_next_picture_works(api, ann, server, base):
    made = ask(api, ann, count=2, **LONG)
    wait(api, made, 60, ("running",))
    server.kill()
    again = comfyui.start(base, environment=ENVIRONMENT)
    try:
        api = Api(again.url)
        api.wait_until_ready()
        ended = wait(api, made, 30)
        assert (ended["state"], ended["error"]["code"]) == ("failed", "comfyui_restarted")
        assert wait(api, ask(api, ann, seed=7))["state"] == "completed"
    finally:
        again.stop()
