"""What ComfyUI's own trainer trains besides the usual LoRA of the tiny model, each for real and proven by a picture: a LoKr, a base in 8 bits,
SDXL and Z-Image cut in depth."""

from __future__ import annotations

import subprocess

import pytest
from hosts import comfyui, fixtures, lora_proof
from hosts.demo import REAL_PICTURE, REAL_TRAINING
from hosts.depth_cut import drive
from hosts.environments import HOST, say
from hosts.fixtures import HOSTS
from hosts.journey import Api, travel, wait_for_proof
from isengard.core.loras.safetensors_file import method_of, read_header

pytestmark = [pytest.mark.full, pytest.mark.slow, pytest.mark.real]
PATIENCE_S = 900
ENVIRONMENT = {"ISENGARD_MODE": "production", "ISENGARD_ALLOW_CPU": "1", "ISENGARD_IDLE_S": "3"}
NATIVE = {"backend": "comfyui_native"}
USUAL = {name: value for name, value in REAL_TRAINING["overrides"].items() if name not in ("rank", "alpha")}
LOKR = {"method": "lokr", "overrides": {**USUAL, "lokr_factor": 4, "learning_rate": 0.01}}


def put_quantised(base):
    """The only checkpoint of this ComfyUI, under the usual name."""
    folder = base / "models" / "checkpoints"
    folder.mkdir(parents=True, exist_ok=True)
    source, target = fixtures.tiny_models() / fixtures.CHECKPOINT, folder / fixtures.USUAL_NAME
    subprocess.run(
        [str(HOST.ensure()), str(HOSTS / "quantised_tiny.py"), str(source), str(target)], check=True
    )


@pytest.mark.parametrize(
    ("put", "asked", "method"),
    [(fixtures.put_checkpoint, LOKR, "lokr"), (put_quantised, {}, "lora"), (put_quantised, LOKR, "lokr")],
    ids=["lokr", "in 8 bits", "lokr in 8 bits"],
)
def test_what_it_trains_fits_and_changes_the_picture(tmp_path, put, asked, method):
    base = comfyui.make_base(tmp_path / "ComfyUI")
    put(base)
    photos = fixtures.portraits(base / "photos")
    running = comfyui.start(base, environment=ENVIRONMENT)
    try:
        api = Api(running.url)
        api.wait_until_ready()
        training = {**REAL_TRAINING, **NATIVE, **asked}
        found = travel(
            api, running.data, photos, training=training, picture=REAL_PICTURE, timeout_s=PATIENCE_S
        )
        version = wait_for_proof(api, found.character["id"], PATIENCE_S)
        lora_proof.demand(api, running, found, version, REAL_PICTURE)
        file = running.data / "models" / version["file"]
        assert method_of(file) == method
        metadata = read_header(file).metadata
        assert metadata["isengard_backend"] == "comfyui_native"
        assert metadata.get("isengard_lokr_factor") == ("4" if method == "lokr" else None)
    finally:
        running.stop()


@pytest.mark.parametrize("family", ["sdxl", "z_image"])
def test_families_of_full_width_and_little_depth_are_trained_and_drawn(tmp_path, family):
    """Two steps, which leave a LoRA for every layer of the family."""
    photos = fixtures.portraits(tmp_path / "photos", 6)
    found = drive.run(
        family, tmp_path / "host", trainer={"ISENGARD_ALLOW_CPU": "1"}, photos=photos, asked=NATIVE
    )
    say(found.row())
    assert found.holds, found.row()
