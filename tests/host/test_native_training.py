"""The main job with ComfyUI's own training nodes, through the HTTP API: nothing of AI-Toolkit is there. In slices, proven, paused, its worker
killed, the user's ComfyUI killed meanwhile, cancelled."""

from __future__ import annotations

import os
import signal
import time

import pytest
from hosts import comfyui, fixtures, lora_proof
from hosts.demo import REAL_PICTURE, REAL_TRAINING
from hosts.journey import Api, travel, wait_for_proof
from hosts.leftovers import left_below
from isengard.core.loras.safetensors_file import read_header

pytestmark = [pytest.mark.full, pytest.mark.slow, pytest.mark.real]
PATIENCE_S = 900
ENVIRONMENT = {"ISENGARD_MODE": "production", "ISENGARD_ALLOW_CPU": "1", "ISENGARD_IDLE_S": "3"}
STEPS, SAVE_EVERY = 60, 20
OVERRIDES = {
    **REAL_TRAINING["overrides"],
    "steps": STEPS,
    "save_every": SAVE_EVERY,
    "sample_prompts": ["{trigger}"],
}
TRAINING = {**REAL_TRAINING, "backend": "comfyui_native", "overrides": OVERRIDES}
LONG = {**TRAINING, "overrides": {**OVERRIDES, "steps": 3000, "sample_prompts": []}}


class Host:
    """One ComfyUI after the other at one address."""

    def __init__(self, base) -> None:
        self.base = comfyui.make_base(base)
        fixtures.put_checkpoint(self.base)
        self.photos = fixtures.portraits(self.base / "photos")
        self.running = comfyui.start(self.base, environment=ENVIRONMENT)
        self.api = Api(self.running.url)
        self.api.wait_until_ready()

    def kill_and_start(self) -> None:
        """`kill -9` of the user's ComfyUI, our server in it."""
        port = int(self.running.url.rsplit(":", 1)[1])
        self.running.kill()
        self.running = comfyui.start(self.base, environment=ENVIRONMENT, port=port)
        self.api.wait_until_ready()

    def job(self, job_id):
        return self.api.get(f"/training/jobs/{job_id}")

    def log(self, job_id):
        return (self.running.data / "jobs" / job_id / "trainer.log").read_text(errors="replace")

    def until_saved(self, job_id, count):
        """The steps of at least `count` saves."""
        deadline = time.monotonic() + PATIENCE_S
        while len(saved := self.api.get(f"/training/jobs/{job_id}/checkpoints")["items"]) < count:
            now = self.job(job_id)
            assert now["state"] not in ("failed", "completed", "cancelled"), now["error"]
            assert time.monotonic() < deadline, now
            time.sleep(0.2)
        return sorted(one["step"] for one in saved)

    def begin(self, character_id, training):
        return self.api.post("/training/jobs", {"character_id": character_id, **training})["id"]


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    host = Host(tmp_path_factory.mktemp("native") / "ComfyUI [1] 100% #a")
    yield host
    host.running.stop()
    assert left_below(host.base) == []


@pytest.fixture(scope="module")
def found(host):
    """The whole way of one person."""
    return travel(
        host.api,
        host.running.data,
        host.photos,
        training=TRAINING,
        picture=REAL_PICTURE,
        timeout_s=PATIENCE_S,
    )


def test_the_lora_of_three_slices_is_proven_and_changes_the_picture(host, found):
    version = wait_for_proof(host.api, found.character["id"], PATIENCE_S)
    lora_proof.demand(host.api, host.running, found, version, REAL_PICTURE)
    job_id = found.job["id"]
    assert [one["step"] for one in found.job["checkpoints"]] == [20, 40, 60]
    losses = host.api.get(f"/training/jobs/{job_id}/loss")["items"]
    # ComfyUI's progress is drawn ten times a second: on a quick machine it leaves steps out, and never tells one twice
    steps = [point["step"] for point in losses]
    assert steps == sorted({*steps}) and steps[0] <= 3 and steps[-1] > STEPS - 3 and len(steps) >= STEPS // 3
    assert all(point["loss"] > 0 for point in losses)
    assert host.log(job_id).count(f"/{SAVE_EVERY} [") >= 3
    metadata = read_header(host.running.data / "models" / version["file"]).metadata
    assert metadata["isengard_backend"] == "comfyui_native"
    samples = sorted(file.name for file in (host.running.data / "jobs" / job_id / "samples").glob("*.png"))
    assert samples == ["000020_0.png", "000040_0.png", "000060_0.png"]


def test_it_goes_on_after_a_pause_a_killed_worker_and_a_killed_comfyui_and_can_be_cancelled(host, found):
    job_id = host.begin(found.character["id"], LONG)
    last = host.until_saved(job_id, 2)[-1]
    host.api.post(f"/training/jobs/{job_id}/pause")
    paused = host.api.wait_for(f"/training/jobs/{job_id}", PATIENCE_S, ("paused", "completed", "failed"))
    assert paused["state"] == "paused", paused["error"]
    saved = host.until_saved(job_id, 2)
    assert saved[-1] >= last and left_below(host.running.data / "jobs" / job_id, 20) == []
    host.api.post(f"/training/jobs/{job_id}/resume")
    more = host.until_saved(job_id, len(saved) + 1)
    (worker,) = host.api.get("/training/workers")["items"]
    os.kill(worker["pid"], signal.SIGKILL)
    more = host.until_saved(job_id, len(more) + 2)
    assert host.job(job_id)["attempt"] >= 3
    host.kill_and_start()
    more = host.until_saved(job_id, len(more) + 1)
    steps = [point["step"] for point in host.api.get(f"/training/jobs/{job_id}/loss")["items"]]
    assert steps == sorted({*steps}), "no step is told twice"
    host.api.post(f"/training/jobs/{job_id}/cancel")
    assert host.api.wait_for(f"/training/jobs/{job_id}", PATIENCE_S)["state"] == "cancelled"
    left = {file.name for file in (host.running.data / "jobs" / job_id).iterdir()}
    assert "comfyui" not in left, left
