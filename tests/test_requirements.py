"""Installing what the pack needs moves nothing that ComfyUI has: beside the oldest packages it runs with, and the newest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import toml
from support.registry_rules import ROOT

REQUIREMENTS = ROOT / "requirements.txt"
EXTRAS = toml.load(ROOT / "pyproject.toml")["project"]["optional-dependencies"]
#: Those of ComfyUI's own packages that anything of ours could ask for, in versions of ComfyUI 0.3.75's time and as of today.
AGES = {
    "oldest": ("Pillow==10.4.0", "psutil==5.9.8", "numpy==1.26.4", "aiohttp==3.11.8", "pydantic==2.7.4"),
    "newest": ("Pillow", "psutil", "numpy", "aiohttp", "pydantic"),
}
INSTALL = ("install", "-q", "--no-compile")
#: Writes a HEIC picture and reads it, as an iPhone's photo is read.
HEIC = """
import io, pillow_heif, PIL.Image
pillow_heif.register_heif_opener()
stream = io.BytesIO()
PIL.Image.new("RGB", (64, 64), (200, 40, 40)).save(stream, "HEIF")
print(PIL.Image.open(stream).convert("RGB").getpixel((32, 32))[0])
"""


@pytest.fixture(params=[pytest.param("newest", marks=pytest.mark.full), "oldest"])
def python(request, tmp_path) -> Path:
    """An environment with ComfyUI's packages of that age."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "env")], check=True)
    python = tmp_path / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip(python, *INSTALL, *AGES[request.param])
    return python


def pip(python: Path, *arguments: str) -> str:
    """Our own pip on that environment: installing one into each takes longer than what is asked of it."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "--disable-pip-version-check",
        *arguments,
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def installed(python: Path) -> dict[str, str]:
    return {one["name"].lower(): one["version"] for one in json.loads(pip(python, "list", "--format=json"))}


@pytest.mark.slow
@pytest.mark.full
def test_what_comfyui_has_stays_as_it_is(python):
    before = installed(python)
    pip(python, *INSTALL, "-r", str(REQUIREMENTS))
    pip(python, *INSTALL, *EXTRAS["redis"], *EXTRAS["identity"])
    after = installed(python)
    assert {name: after.get(name) for name in before} == before
    ours = set(after) - set(before)
    assert {"huey", "toml", "tomlkit", "anyascii", "pillow_heif", "redis"} <= {
        name.replace("-", "_") for name in ours
    }
    assert not ours & {"torch", "torchvision", "transformers", "tokenizers", "safetensors", "scipy"}
    read = subprocess.run([str(python), "-c", HEIC], capture_output=True, text=True)
    assert read.returncode == 0 and 190 <= int(read.stdout) <= 210, read.stderr
