"""Pictures of which no value is a number, in a real ComfyUI: whose fault it is, and that nobody calls them pictures."""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path

import pytest
from hosts import comfyui, fixtures
from hosts.demo import drawings
from hosts.journey import Api, wait_for_proof

pytestmark = [pytest.mark.full, pytest.mark.slow, pytest.mark.e2e]
STANDIN = Path(__file__).resolve().parents[1] / "fakes" / "aitk_standin"
TRAINING = {
    "family": "sd15",
    "preset": "quick",
    "overrides": {"steps": 6, "save_every": 3, "sample_prompts": []},
}
PICTURE = {
    "recipe": "sd15-identity",
    "prompt": "x {trigger}",
    "width": 64,
    "height": 64,
    "steps": 2,
    "seed": 3,
}


def standin(folder: Path, fault: str) -> Path:
    """A trainer that saves what `fault` says."""
    folder.mkdir()
    for file in STANDIN.glob("*.py"):
        (folder / file.name).symlink_to(file)
    (folder / "fault").write_text(fault)
    return folder


def break_checkpoint(base: Path) -> None:
    """One weight of the base's last layer is no number."""
    file = base / "models" / "checkpoints" / fixtures.CHECKPOINT
    content = bytearray(file.read_bytes())
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    name = next(
        key for key in header if key.startswith("model.diffusion_model") and key.endswith("out.2.weight")
    )
    nan = {"F32": b"\x00\x00\xc0\x7f", "F16": b"\x00\x7e", "BF16": b"\xc0\x7f"}[header[name]["dtype"]]
    at = 8 + length + header[name]["data_offsets"][0]
    content[at : at + len(nan)] = nan
    file.unlink()  # a link to the model that all tests share
    file.write_bytes(content)


@pytest.fixture(params=["lora", "base"])
def trained(request, tmp_path):
    """(what is broken, the API, a person whose training has ended)."""
    base = comfyui.make_base(tmp_path / "host")
    fixtures.put_checkpoint(base)
    if request.param == "base":
        break_checkpoint(base)
    trainer = standin(tmp_path / "trainer", "overflow" if request.param == "lora" else "")
    environment = {
        "ISENGARD_MODE": "production",
        "ISENGARD_ALLOW_CPU": "1",
        "AI_TOOLKIT_DIR": str(trainer),
        "AI_TOOLKIT_PYTHON": sys.executable,
        "HF_HUB_OFFLINE": "1",
        "ISENGARD_IDLE_S": "3",
    }
    server = comfyui.start(base, environment=environment)
    try:
        api = Api(server.url)
        api.wait_until_ready()
        ann = api.person(drawings(tmp_path / "photos", 3), "Ann")
        job = api.post("/training/jobs", {"character_id": ann["id"], **TRAINING})
        assert api.wait_for(f"/training/jobs/{job['id']}", 90)["state"] == "completed"
        yield request.param, api, ann, job
    finally:
        server.stop()


def test_black_pictures_are_told_and_blamed_on_what_made_them(trained):
    broken, api, ann, job = trained
    version = wait_for_proof(api, ann["id"], 180)
    assert version["proof"]["image"] == ("broken" if broken == "lora" else "base_broken")
    assert api.get(f"/training/jobs/{job['id']}")["checkpoints"][-1]["proof"] == version["proof"]
    asked = api.post("/generations", {**PICTURE, "characters": [{"id": ann["id"]}]})
    made = api.wait_for(f"/generations/{asked['id']}", 60)
    assert (made["state"], made["images"], made["error"]["code"]) == ("failed", [], "picture_not_finite")
    blamed = "this LoRA's numbers" if broken == "lora" else "the base model is at fault"
    assert blamed in made["error"]["message"] and made["error"]["hint"]
    without = {**PICTURE, "characters": [{"id": ann["id"], "strength": 0.0}]}
    asked = api.post("/generations", without)
    alone = api.wait_for(f"/generations/{asked['id']}", 60)
    assert alone["state"] == ("completed" if broken == "lora" else "failed")
