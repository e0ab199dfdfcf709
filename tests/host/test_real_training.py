"""The main job on real parts: AI-Toolkit's fork trains on a CPU, the real ComfyUI loads the LoRA, through panel and nodes."""

from __future__ import annotations

import hashlib
import json
import re
import time
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest
from hosts import comfyui, compare, fixtures, lora_proof
from hosts.demo import REAL_PICTURE, REAL_TRAINING
from hosts.journey import Api, travel, wait_for_proof
from isengard.core.loras.safetensors_file import read_header

pytestmark = [pytest.mark.slow, pytest.mark.real]
#: Two other test processes share the cores with this training; how fast it is is not what is asked here.
PATIENCE_S = 300
WORKFLOW = Path(__file__).resolve().parents[2] / "workflows" / "api" / "sd15-identity.json"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A server with a person trained for real."""
    base = comfyui.make_base(tmp_path_factory.mktemp("real") / "ComfyUI [1] 100% #a")
    fixtures.put_checkpoint(base)
    fixtures.put_drawn_checkpoint(base)
    photos, environment = fixtures.portraits(base / "photos"), fixtures.real_environment(base / "ai-toolkit")
    server = comfyui.start(base, environment={**environment, "ISENGARD_IDLE_S": "3"})
    try:
        api = Api(server.url)
        api.wait_until_ready()
        found = travel(
            api, server.data, photos, training=REAL_TRAINING, picture=REAL_PICTURE, timeout_s=PATIENCE_S
        )
        yield server, api, found
    finally:
        server.stop()


def test_the_lora_is_proven_and_changes_the_picture(trained):
    server, api, found = trained
    version = wait_for_proof(api, found.character["id"], PATIENCE_S)
    lora_proof.demand(api, server, found, version, REAL_PICTURE)
    assert version["base_sha256"] == fixtures.checkpoint_sha256() and version["trigger_word"]


def test_the_same_journey_through_nodes_alone(trained):
    """The shipped workflow as it is, with the person's name and the checkpoint filled in, sent to /prompt."""
    server, _, found = trained
    graph = json.loads(WORKFLOW.read_text())
    values = {
        "IsengardCharacter": ("character", found.character["slug"]),
        "CheckpointLoaderSimple": ("ckpt_name", fixtures.CHECKPOINT),
    }
    for node in graph.values():
        if node["class_type"] in values:
            name, value = values[node["class_type"]]
            node["inputs"][name] = value
        if node["class_type"] == "IsengardRequest":
            node["inputs"].update(width=128, height=128, steps=4, guidance=1.0, seed=7)
    history = run_prompt(server, graph)
    (entry,) = [item for output in history["outputs"].values() for item in output.get("isengard", [])]
    file = server.data / "outputs" / entry["generation_id"] / entry["file"]
    assert history["status"]["status_str"] == "success" and file.read_bytes()[:4] == b"\x89PNG"
    assert b"IsengardCharacter" in file.read_bytes(), "the workflow is not in the picture's metadata"


@pytest.mark.parametrize("name", ["../../etc/passwd", "nobody", "chr_" + "0" * 26, "${HF_TOKEN}", ""])
def test_nodes_check_every_string_again(trained, name):
    server, _, _ = trained
    graph = {
        "1": {"class_type": "IsengardCharacter", "inputs": {"character": name}},
        "2": {"class_type": "IsengardSaveImage", "inputs": {"images": ["1", 3], "generation_id": "../../x"}},
    }
    with pytest.raises(urllib.error.HTTPError) as caught:
        run_prompt(server, graph)
    said = caught.value.read().decode()
    assert caught.value.code == 400 and (
        "Nobody has that name" in said or "There is nobody" in said or "no such character" in said
    )


def test_published_loras_show_up_in_comfyuis_own_loader(trained):
    server, _, found = trained
    names = server.get("/object_info/LoraLoader")["LoraLoader"]["input"]["required"]["lora_name"][0]
    assert found.version["file"] in [name.replace("\\", "/") for name in names]


@pytest.mark.full
def test_a_lora_remembers_the_checkpoint_that_was_chosen_for_it(trained):
    """It is not the recommended one, and the pictures are drawn with it all the same."""
    server, api, _ = trained
    file = server.base / "models" / "checkpoints" / fixtures.DRAWN_CHECKPOINT
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    (family,) = [known for known in api.get("/training/families")["items"] if known["key"] == "sd15"]
    shown = [(one["file"], one["recommended"], one["style"]) for one in family["checkpoints"]]
    assert shown == [
        (fixtures.CHECKPOINT, True, "unknown"),
        (fixtures.DRAWN_CHECKPOINT, False, "illustrated"),
    ]
    ben = api.person(fixtures.portraits(server.base / "photos"), "Ben Example")
    few = {**REAL_TRAINING["overrides"], "steps": 4, "save_every": 4}
    wanted = {**REAL_TRAINING, "overrides": few, "character_id": ben["id"]}
    wanted["base_model"] = fixtures.DRAWN_CHECKPOINT
    said = [finding["message"] for finding in api.post("/training/preflight", wanted)["findings"]]
    assert any(line.startswith(f"Training uses {fixtures.DRAWN_CHECKPOINT} (illustrated") for line in said)
    job = api.post("/training/jobs", wanted)
    ended = api.wait_for(f"/training/jobs/{job['id']}", PATIENCE_S)
    assert ended["state"] == "completed", ended["error"]
    version = api.get(f"/characters/{ben['id']}/versions")["items"][-1]
    assert (version["base_model"], version["base_sha256"]) == (fixtures.DRAWN_CHECKPOINT, sha256)
    metadata = read_header(server.data / "models" / version["file"]).metadata
    assert (metadata["isengard_base"], metadata["isengard_base_sha256"]) == (
        fixtures.DRAWN_CHECKPOINT,
        sha256,
    )
    request = {"characters": [{"id": ben["id"]}], "prompt": "portrait photo of {trigger}", **REAL_PICTURE}
    made = api.wait_for(f"/generations/{api.post('/generations', request)['id']}", PATIENCE_S)
    assert made["state"] == "completed", made["error"]
    picture = (server.data / "outputs" / made["id"] / made["images"][0]["file"]).read_bytes()
    assert fixtures.DRAWN_CHECKPOINT.encode() in picture and fixtures.CHECKPOINT.encode() not in picture


@pytest.mark.full
def test_a_lokr_is_trained_proven_and_changes_the_picture(trained):
    server, api, found = trained
    overrides = {
        name: value for name, value in REAL_TRAINING["overrides"].items() if name not in ("rank", "alpha")
    }
    wanted = {**REAL_TRAINING, "method": "lokr", "overrides": {**overrides, "lokr_factor": 8}}
    lo = api.person(fixtures.portraits(server.base / "photos"), "Lo Example")
    job = api.post("/training/jobs", {"character_id": lo["id"], **wanted})
    ended = api.wait_for(f"/training/jobs/{job['id']}", PATIENCE_S)
    assert ended["state"] == "completed", ended["error"]
    version = wait_for_proof(api, lo["id"], PATIENCE_S)
    described = read_header(server.data / "models" / version["file"])
    assert version["method"] == described.metadata["isengard_method"] == "lokr"
    shapes = {name.rsplit(".", 1)[1]: shape for name, shape in described.shapes.items()}
    assert shapes["lokr_w1"] == (8, 8) and described.metadata["isengard_lokr_factor"] == "8"
    lora_proof.demand(api, server, replace(found, character=lo), version, REAL_PICTURE)


@pytest.mark.full
def test_a_paused_training_goes_on_at_its_checkpoint(trained):
    """In a folder whose name is a file pattern too: AI-Toolkit found nothing there and began at zero, unseen."""
    server, api, found = trained
    wanted = {**REAL_TRAINING, "overrides": {**REAL_TRAINING["overrides"], "steps": 300, "save_every": 10}}
    job = api.post("/training/jobs", {"character_id": found.character["id"], **wanted})
    deadline = time.monotonic() + 120
    while not (saved := api.get(f"/training/jobs/{job['id']}/checkpoints")["items"]):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    api.post(f"/training/jobs/{job['id']}/pause")
    paused = api.wait_for(f"/training/jobs/{job['id']}", 120, ("paused", "completed", "failed"))
    saved = api.get(f"/training/jobs/{job['id']}/checkpoints")["items"]
    assert paused["state"] == "paused", paused["error"]
    last = max(one["step"] for one in saved)
    api.post(f"/training/jobs/{job['id']}/resume")
    deadline = time.monotonic() + 240
    while ((now := api.get(f"/training/jobs/{job['id']}"))["progress"] or {}).get("step", 0) <= last + 1:
        assert now["state"] not in ("failed", "cancelled") and time.monotonic() < deadline, now
        time.sleep(0.2)
    again = (
        (server.data / "jobs" / job["id"] / "trainer.log")
        .read_text(errors="replace")
        .split("attempt 2 ---")[1]
    )
    first = re.search(r"\|\s*(\d+)/300 \[", again)
    assert "RESUMING FROM" in again and int(first[1]) >= last - 1
    api.post(f"/training/jobs/{job['id']}/cancel")
    assert api.wait_for(f"/training/jobs/{job['id']}", 120)["state"] == "cancelled"


@pytest.mark.full
def test_a_finished_training_is_trained_further_from_its_last_step(trained):
    server, api, found = trained
    done = REAL_TRAINING["overrides"]["steps"]
    job = api.post(f"/training/jobs/{found.job['id']}/continue", {"steps": 4})
    ended = api.wait_for(f"/training/jobs/{job['id']}", 240)
    assert ended["state"] == "completed", ended["error"]
    log = (server.data / "jobs" / job["id"] / "trainer.log").read_text(errors="replace")
    assert int(re.search(rf"\|\s*(\d+)/{done + 4} \[", log)[1]) == done
    steps = [one["step"] for one in api.get(f"/training/jobs/{job['id']}/checkpoints")["items"]]
    assert sorted(steps) == [done, done + 4]


@pytest.mark.full
def test_the_same_photos_and_seed_train_the_same_weights(trained):
    server, api, found = trained
    first, weights = compare.read_tensors(found.lora), []
    for seed in (REAL_TRAINING["overrides"]["seed"], 43):
        wanted = {**REAL_TRAINING, "overrides": {**REAL_TRAINING["overrides"], "seed": seed}}
        job = api.post("/training/jobs", {"character_id": found.character["id"], **wanted})
        assert api.wait_for(f"/training/jobs/{job['id']}", 120)["state"] == "completed"
        version = api.get(f"/characters/{found.character['id']}/versions")["items"][-1]
        weights.append(compare.read_tensors(server.data / "models" / version["file"]))
    assert weights[0] == first and compare.apart(first, weights[1]) > 0.1


def run_prompt(server, graph) -> dict:
    body = json.dumps({"prompt": graph}).encode()
    request = urllib.request.Request(
        f"{server.url}/prompt", data=body, headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        prompt_id = json.loads(response.read())["prompt_id"]
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        history = server.get(f"/history/{prompt_id}")
        if prompt_id in history:
            return history[prompt_id]
        time.sleep(0.2)
    raise AssertionError("the prompt did not end")
