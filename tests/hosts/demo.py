"""`dev.py demo`: a real ComfyUI with this pack, for looking (`serve`) and for proving (`check`)."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from . import comfyui, fixtures, leftovers, lora_proof
from .environments import HOST, cache_root, say
from .journey import Api, Journey, travel, wait_for_proof

#: Sizes at which the tiny model learns something in seconds on a CPU (facts: lora-roundtrip section 2).
REAL_TRAINING: dict[str, Any] = {
    "family": "sd15",
    "preset": "quick",
    "overrides": {
        "steps": 24,
        "rank": 4,
        "alpha": 4,
        "learning_rate": 0.002,
        "resolution": [64],
        "save_every": 12,
        "sample_prompts": [],
        "seed": 42,
    },
}
REAL_PICTURE = {
    "recipe": "sd15-identity",
    "width": 128,
    "height": 128,
    "steps": 4,
    "guidance": 1.0,
    "seed": 7,
}
FAST_TRAINING: dict[str, Any] = {"family": "sd15", "preset": "quick", "overrides": {"steps": 40}}
FAST_PICTURE = {"recipe": "fast-test", "seed": 7}
DRAWINGS = Path(__file__).resolve().parent / "drawings.py"


def serve(port: int) -> int:
    """Fast-test mode with a sample character, in a folder that is kept between runs; Ctrl+C ends it."""
    base = comfyui.make_base(cache_root() / "demo")
    server = comfyui.start(base, environment={"ISENGARD_MODE": "fast-test"}, port=port)
    try:
        api = Api(server.url, "demo")
        api.wait_until_ready()
        if not api.get("/characters?limit=1")["items"]:
            _sample_character(api, base)
        say(f"open {server.url} and click the Isengard tab in the sidebar (Ctrl+C ends this)")
        return server.process.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        server.stop()


def check(*, real: bool) -> int:
    """Photos -> training -> LoRA -> picture in a fresh folder; 0 when every promise holds."""
    began = time.monotonic()
    base = Path(tempfile.mkdtemp(prefix="isengard-check-"))
    try:
        comfyui.make_base(base)
        if real:
            fixtures.put_checkpoint(base)
            photos, environment = (
                fixtures.portraits(base / "photos"),
                fixtures.real_environment(base / "ai-toolkit"),
            )
        else:
            photos, environment = drawings(base / "photos"), {"ISENGARD_MODE": "fast-test"}
        say(f"set up after {time.monotonic() - began:.0f} s")
        return _check(base, photos, environment, real=real) or _leaves_nothing(base)
    finally:
        if not os.environ.get("ISENGARD_KEEP"):
            shutil.rmtree(base, ignore_errors=True)


def _leaves_nothing(base: Path) -> int:
    """The last promise: what was started has ended. 1, with their names, where something has not."""
    left = leftovers.asked_of_the_host(base)
    say(f"processes left behind: {len(left)}")
    for line in left:
        say(f"still running: {line}")
    return 1 if left else 0


def _check(base: Path, photos: list[Path], environment: dict[str, str], *, real: bool) -> int:
    began = time.monotonic()
    server = comfyui.start(base, environment={**environment, "ISENGARD_IDLE_S": "3"})
    try:
        api = Api(server.url, "check")
        api.wait_until_ready()
        training, picture = (REAL_TRAINING, REAL_PICTURE) if real else (FAST_TRAINING, FAST_PICTURE)
        found = travel(api, server.data, photos, training=training, picture=picture)
        version = wait_for_proof(api, found.character["id"])
        _print(found, version)
        if real:
            lora_proof.demand(api, server, found, version, REAL_PICTURE)
    finally:
        server.stop()
    say(f"the main job took {time.monotonic() - began:.0f} s from starting ComfyUI")
    return 0


def _print(found: Journey, version: dict[str, Any]) -> None:
    proof = ", ".join(f"{name} {value}" for name, value in version["proof"].items())
    say(f"trained: {found.job['progress']['step']} steps, loss {found.job['progress']['loss']}")
    say(f"LoRA:    {found.lora} ({found.lora.stat().st_size} bytes)")
    say(f"proof:   {proof}")
    for image in found.images:
        say(f"image:   {image} ({image.stat().st_size} bytes)")


def _sample_character(api: Api, base: Path) -> None:
    character = api.post(
        "/characters",
        {"name": "Sample Sam", "class_word": "person", "notes": "Drawn, not real.", "consent": True},
    )
    for photo in drawings(base / "sample-photos"):
        api.upload(character["id"], photo)


def drawings(folder: Path, count: int = 12) -> list[Path]:
    """Drawn stand-ins for photos: ours, so nobody's face."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([str(HOST.ensure()), str(DRAWINGS), str(folder), str(count)], check=True)
    return sorted(folder.glob("*.jpg"))
