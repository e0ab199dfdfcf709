"""Pictures in a real ComfyUI with the tiny SD1.5 checkpoint: progress, caching, cancel, the canvas, forgetting."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request

import pytest
from hosts import comfyui, fixtures
from hosts.demo import drawings
from hosts.journey import Api
from isengard.generation.image.recipes import RecipeFolder
from support.identity_fixtures import free

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
    made = wait(api, ask(api, ann, seed=100, count=2, prompt="a cup of tea"))
    assert server.get("/history") == {}, "pictures of the panel are in our own history alone"
    first, second = api.get(f"/generations/{made['id']}/workflow")
    assert "generation_id" not in str(first), (
        "run again it would name an order that is over, and keep nothing"
    )
    free(server)
    assert history_of(server, send(server, first)[0])["status"]["status_str"] == "success"
    entry = history_of(server, send(server, second)[0])
    cached = next(message[1]["nodes"] for message in entry["status"]["messages"] if "cached" in message[0])
    computed = {node["class_type"] for key, node in second.items() if key not in cached}
    assert computed == {"KSampler", "VAEDecode", "IsengardSaveImage"}


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


def train_graph(ann, **inputs):
    values = {"family": "sd15", "preset": "quick", "overrides": "{}", "wait": True, **inputs}
    return {
        "1": {"class_type": "IsengardCharacter", "inputs": {"character": ann["slug"]}},
        "2": {"class_type": "IsengardTrainLoRA", "inputs": {"character": ["1", 0], **values}},
    }


def send(server, graph):
    """(prompt id, None), or (None, the refusal)."""
    body = json.dumps({"prompt": graph}).encode()
    headers = {"Content-Type": "application/json"}
    try:
        with urllib.request.urlopen(urllib.request.Request(f"{server.url}/prompt", body, headers)) as answer:
            return json.loads(answer.read())["prompt_id"], None
    except urllib.error.HTTPError as refusal:
        return None, json.loads(refusal.read())


def history_of(server, prompt_id, seconds=60):
    deadline = time.monotonic() + seconds
    while not (history := server.get(f"/history/{prompt_id}")) and time.monotonic() < deadline:
        time.sleep(0.1)
    return history[prompt_id]


def newest_training(api):
    return api.get("/training/jobs?kind=training")["items"][0]


def test_a_graph_trains_waits_and_goes_on(api, ann, server):
    before = len(api.get(f"/characters/{ann['id']}")["versions"])
    prompt_id, _ = send(server, train_graph(ann, overrides='{"steps": 30, "seed": 5}'))
    entry = history_of(server, prompt_id)
    assert entry["status"]["status_str"] == "success", entry["status"]
    job = newest_training(api)
    assert job["state"] == "completed" and job["correlation_id"].startswith("node-")
    assert len(api.get(f"/characters/{ann['id']}")["versions"]) == before + 1
    again, _ = send(server, train_graph(ann, overrides='{"steps": 30, "seed": 5}'))
    assert history_of(server, again)["status"]["status_str"] == "success"
    assert newest_training(api)["id"] == job["id"], "its own version makes ComfyUI run the node again"


def test_without_waiting_a_graph_only_queues(api, ann, server):
    known = newest_training(api)["id"]
    prompt_id, _ = send(server, train_graph(ann, wait=False, overrides='{"steps": 2000}'))
    assert history_of(server, prompt_id)["status"]["status_str"] == "success"
    job = newest_training(api)
    assert job["id"] != known and job["state"] in ("queued", "preparing", "running")
    api.post(f"/training/jobs/{job['id']}/cancel")
    assert api.wait_for(f"/training/jobs/{job['id']}", 30)["state"] == "cancelled"


def test_comfyuis_cancel_cancels_the_training(api, ann, server):
    known = newest_training(api)["id"]
    prompt_id, _ = send(server, train_graph(ann, overrides='{"steps": 2000, "seed": 9}'))
    deadline = time.monotonic() + 30
    while newest_training(api)["id"] == known and time.monotonic() < deadline:
        time.sleep(0.1)
    job = newest_training(api)
    api.wait_for(f"/training/jobs/{job['id']}", 30, ("running",))
    urllib.request.urlopen(urllib.request.Request(f"{server.url}/interrupt", b"", method="POST")).close()
    assert api.wait_for(f"/training/jobs/{job['id']}", 30)["state"] == "cancelled"
    assert history_of(server, prompt_id)["status"]["status_str"] == "error"


@pytest.mark.parametrize(
    "inputs",
    [
        {"family": "../../etc"},
        {"preset": "x"},
        {"overrides": "{"},
        {"overrides": '{"steps": 0}'},
        {"overrides": "[]"},
    ],
)
def test_nonsense_in_the_training_node_is_refused_before_it_runs(api, ann, server, inputs):
    known = newest_training(api)["id"]
    prompt_id, refusal = send(server, train_graph(ann, **inputs))
    assert prompt_id is None and refusal["node_errors"]["2"], refusal
    assert newest_training(api)["id"] == known
