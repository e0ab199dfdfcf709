"""A real ComfyUI with the tiny SD1.5 and people whose LoRAs are random numbers: asking for pictures and comparing them."""

from __future__ import annotations

import json
import statistics
import time
import urllib.request
from pathlib import Path

import pytest
from hosts import comfyui, fixtures
from hosts.journey import Api
from PIL import Image, ImageChops, ImageStat
from support.loras import publish, versions_in

SMALL = {"recipe": "sd15-identity", "width": 64, "height": 64, "steps": 4, "guidance": 1.0, "seed": 11}
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    base = comfyui.make_base(tmp_path_factory.mktemp("host"))
    fixtures.put_checkpoint(base)
    for pack in ("history_keeper", "packed_loader"):
        (base / "custom_nodes" / pack).symlink_to(Path(comfyui.__file__).parent / pack)
    server = comfyui.start(base, environment={"ISENGARD_MODE": "production"})
    Api(server.url).wait_until_ready()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def api(server):
    return Api(server.url)


@pytest.fixture(scope="module")
def versions(server):
    return versions_in(server.data)


@pytest.fixture(scope="module")
def ann(api, versions):
    ann = api.post("/characters", {"name": "Ann", "trigger_word": "annqvx", "class_word": "woman"})
    for step in (10, 20):
        publish(versions, ann, step, base=fixtures.CHECKPOINT)
    return ann


@pytest.fixture(scope="module")
def bob(api, versions):
    bob = api.post("/characters", {"name": "Bob", "trigger_word": "bobzwk", "class_word": "man"})
    publish(versions, bob, 50, base=fixtures.CHECKPOINT)
    return bob


def made(api, ann, *, strength=1.0, checkpoint="best", **changes):
    """One person's pictures, done."""
    use = {"id": ann["id"], "strength": strength, "checkpoint": checkpoint}
    return asked(api, {**SMALL, "characters": [use], "prompt": "photo of {trigger}", **changes})


def asked(api, body):
    done = api.wait_for(f"/generations/{api.post('/generations', body)['id']}", 60)
    assert done["state"] == "completed", done["error"]
    return done


def file_of(server, done, n=0):
    return server.data / "outputs" / done["id"] / done["images"][n]["file"]


def free(server):
    """Empty ComfyUI's caches and wait until its worker has done so."""
    body = b'{"unload_models": true, "free_memory": true}'
    urllib.request.urlopen(urllib.request.Request(f"{server.url}/free", body, JSON)).close()
    time.sleep(1.2)


def entry_of(server, done):
    """What ComfyUI said of its prompt, before Isengard took it out of the history."""
    (prompt_id,) = done["prompt_ids"]
    return server.get(f"/kept_history/{prompt_id}")[prompt_id]


def computed(server, done):
    """The classes of the nodes ComfyUI did not take from its cache."""
    entry = entry_of(server, done)
    cached = next(message[1]["nodes"] for message in entry["status"]["messages"] if "cached" in message[0])
    return {node["class_type"] for key, node in entry["prompt"][2].items() if key not in cached}


def seconds(server, done):
    """How long ComfyUI worked on it."""
    at = {name: said["timestamp"] for name, said in entry_of(server, done)["status"]["messages"]}
    return (at["execution_success"] - at["execution_start"]) / 1000


def median_seconds(server, ask, times=3):
    return statistics.median(seconds(server, ask(seed)) for seed in range(100, 100 + times))


def change(one, other, left=0.0, right=1.0):
    """Mean absolute difference of 8-bit RGB between two shares of the width."""
    with Image.open(one) as first, Image.open(other) as second:
        box = (round(left * first.width), 0, round(right * first.width), first.height)
        gap = ImageChops.difference(first.convert("RGB").crop(box), second.convert("RGB").crop(box))
    return sum(ImageStat.Stat(gap).mean) / 3


def on_canvas(server, graph, seconds=60):
    """The file that a graph of ComfyUI's own canvas saved."""
    entry = run_on_canvas(server, graph, seconds)
    assert entry["status"]["status_str"] == "success", entry["status"]
    (saved,) = [saved for output in entry["outputs"].values() for saved in output.get("isengard", [])]
    return server.data / "outputs" / saved["generation_id"] / saved["file"]


def run_on_canvas(server, graph, seconds=60):
    """What the history says of a graph of ComfyUI's own canvas once it has ended."""
    body = json.dumps({"prompt": graph}).encode()
    with urllib.request.urlopen(urllib.request.Request(f"{server.url}/prompt", body, JSON)) as answer:
        prompt_id = json.loads(answer.read())["prompt_id"]
    deadline = time.monotonic() + seconds
    while not (history := server.get(f"/history/{prompt_id}")) and time.monotonic() < deadline:
        time.sleep(0.1)
    return history[prompt_id]
