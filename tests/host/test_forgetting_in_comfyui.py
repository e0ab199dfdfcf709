"""Forgetting somebody after a whole journey in a real ComfyUI: no byte of them is left in any folder or log."""

from __future__ import annotations

import hashlib
import json
import time
import urllib.request
from pathlib import Path

import pytest
from hosts import comfyui
from hosts.demo import drawings
from hosts.journey import Api, travel
from support.comfyui_prompts import picture_of

pytestmark = [pytest.mark.slow, pytest.mark.e2e]
NAME, KEPT = "Quentina Vexwood", "Bob Kept"
TRAINING = {"family": "sd15", "preset": "quick", "overrides": {"steps": 30}}
PICTURE = {"recipe": "fast-test", "seed": 7}


@pytest.fixture
def server(tmp_path):
    base = comfyui.make_base(tmp_path / "host")
    server = comfyui.start(base, environment={"ISENGARD_MODE": "fast-test", "ISENGARD_IDLE_S": "3"})
    Api(server.url).wait_until_ready()
    yield server
    server.stop()


#: Of nobody.
BLANK = {
    "1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 7}},
    "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}},
}


def run_on_canvas(server, graph: dict) -> list[str]:
    """The nodes whose results ComfyUI still had."""
    request = urllib.request.Request(
        f"{server.url}/prompt",
        json.dumps({"prompt": graph}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        prompt_id = json.loads(answer.read())["prompt_id"]
    deadline = time.monotonic() + 30
    while prompt_id not in (history := server.get("/history")):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    status = history[prompt_id]["status"]
    assert status["status_str"] == "success", history[prompt_id]
    return sorted(next(said["nodes"] for kind, said in status["messages"] if kind == "execution_cached"))


def live(server, api, photos) -> tuple[dict, list[bytes]]:
    """Somebody's whole life with us; who they are and what must be found nowhere afterwards."""
    found = travel(api, server.data, photos[:4], training=TRAINING, picture=PICTURE, name=NAME)
    person = found.character
    kept = api.get(f"/characters/{person['id']}/photos")["items"]
    for photo in kept[:2]:
        api.patch(f"/characters/{person['id']}/photos/{photo['id']}", {"caption": f"{NAME} in a garden"})
    api.delete(f"/characters/{person['id']}/photos/{kept[0]['id']}")
    api.delete(f"/generations/{found.generation['id']}")
    second = api.post(
        "/generations", {**PICTURE, "characters": [{"id": person["id"]}], "prompt": "{trigger}"}
    )
    api.wait_for(f"/generations/{second['id']}", 30)
    run_on_canvas(server, picture_of(person["slug"]))
    api.post("/logs", {"lines": [{"level": "INFO", "message": f"opened {NAME}", "correlation_id": "ui-1"}]})
    api.post("/training/jobs", {"character_id": person["id"], **TRAINING, "overrides": {"steps": 4000}})
    # their id alone stays in one event, by which other open pages learn that they are gone
    words = [NAME, person["trigger_word"], person["slug"]]
    words += [photo[key] for photo in kept for key in ("sha256", "pixel_hash", "id")]
    words += [hashlib.sha256(photo.read_bytes()).hexdigest() for photo in photos[:4]]
    return person, [word.encode() for word in words]


def files_with(base: Path, needles: list[bytes]) -> list[str]:
    found = []
    for file in sorted(base.rglob("*")):
        if file.is_symlink() or not file.is_file():
            continue
        content = file.read_bytes()
        hits = [needle for needle in needles if needle in content or needle.decode() in file.name]
        found += [f"{file.relative_to(base)}: {needle.decode()}" for needle in hits]
    return found


def test_nothing_of_a_forgotten_person_is_left_in_any_folder_or_log(server, tmp_path):
    photos = drawings(tmp_path / "photos", 6)
    api = Api(server.url)
    kept = travel(api, server.data, photos[4:], training=TRAINING, picture=PICTURE, name=KEPT)
    person, needles = live(server, api, photos)
    own = server.base / "output" / "mine.png"
    assert run_on_canvas(server, BLANK) == [] and run_on_canvas(server, BLANK) == ["1", "2"]
    own.write_bytes(b"\x89PNG\r\n\x1a\n tEXtprompt " + person["trigger_word"].encode())
    assert len(files_with(server.base, needles)) > 20
    asked = api.get(f"/characters/{person['id']}/forget")["report"]
    report = api.post(f"/characters/{person['id']}/forget")["report"]
    growing = {"logs": 0, "bytes": 0, "samples": 0}  # a training was going on
    assert {**report, **growing} == {**asked, **growing}
    assert report["photos"] == 4 and report["captions"] >= 2 and report["jobs"] == 2
    assert (
        report["versions"] == 1 and report["images"] >= 3 and report["logs"] > 5 and report["bytes"] > 100_000
    )
    assert report["elsewhere"] == ["output/mine.png"], "told and left alone: Isengard did not make it"
    own.unlink()
    time.sleep(1)  # the worker's last line about the training it stopped
    assert files_with(server.base, needles) == []
    assert [entry["prompt"][2] for entry in server.get("/history").values()] == [BLANK, BLANK], (
        "the panel's pictures are never left there, the canvas's were taken out"
    )
    assert run_on_canvas(server, BLANK) == [], "nothing that nodes gave out is left in ComfyUI's memory"
    assert [one["name"] for one in api.get("/characters")["items"]] == [KEPT]
    assert kept.lora.is_file() and all(image.is_file() for image in kept.images)
