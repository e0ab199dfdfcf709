"""compose.yaml: the shape both profiles need, always; and what Compose itself says of it, where it is installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from isengard.core.families.families import Families
from isengard.core.settings import KEYS
from isengard.core.version import VERSION
from isengard.generation.image.recipe_info import numbers
from isengard.training.backends.ai_toolkit.setup import pins
from support.registry_rules import archive

ROOT = Path(__file__).resolve().parents[2]
PROFILES = {
    "fast-test": {"redis", "comfyui-fast-test", "worker-fast-test"},
    "production": {"redis", "comfyui", "worker"},
}
COMFYUIS = {"fast-test": "comfyui-fast-test", "production": "comfyui"}
WORKERS = {"fast-test": "worker-fast-test", "production": "worker"}


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("profile", PROFILES)
def test_each_profile_is_a_whole(compose, profile):
    services = compose["services"]
    assert {name for name, one in services.items() if profile in one["profiles"]} == PROFILES[profile]
    comfyui, worker = services[COMFYUIS[profile]], services[WORKERS[profile]]
    for one in (comfyui, worker):
        assert one["environment"]["ISENGARD_MODE"] == profile
        assert one["environment"]["DATA_DIR"] == "/data" and "data:/data" in one["volumes"]
        assert ":${REDIS_PASSWORD:?" in one["environment"]["REDIS_URL"]
        assert set(one["environment"]) <= {key.variable for key in KEYS.values()} | {"DATA_DIR"}
        assert ("deploy" in one) == (profile == "production")
    assert comfyui["hostname"] == worker["hostname"], "the server starts no second worker of its own"
    assert worker["environment"]["COMFYUI_URL"] == f"http://{COMFYUIS[profile]}:8188"
    assert comfyui["ports"] == ["127.0.0.1:8188:8188"], "never beyond this machine by itself"
    for command in _composes():  # its own verdict as well, where it is installed
        _assert_accepted(command, profile)


def test_everything_is_watched_pinned_and_kept(compose):
    for name, one in compose["services"].items():
        assert one["healthcheck"]["test"], name
        tag = one["image"].partition(":")[2]
        assert tag and tag != "latest" and "/" not in one["image"], name
        kept = {volume.partition(":")[0] for volume in one["volumes"]}
        assert kept <= set(compose["volumes"]), name
        assert set(one.get("depends_on", ())) <= set(compose["services"])
    assert compose["services"]["worker"]["image"] == f"isengard:{VERSION}"


def test_the_dockerfile_is_pinned_and_leaves_the_rights_of_root(compose):
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^FROM python:3\.\d+\.\d+-slim", text, re.M) and "latest" not in text
    tag = re.search(r"^ARG COMFYUI_TAG=(\S+)$", text, re.M)[1]
    assert compose["services"]["worker"]["build"]["args"]["COMFYUI_TAG"] == f"${{COMFYUI_TAG:-{tag}}}"
    assert text.index("USER isengard") < text.index("CMD")


def test_the_containers_comfyui_loads_every_family_that_is_offered():
    """The floor of the pack, 0.3.75, cannot load FLUX.2 Klein, which is chosen where it fits."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    pinned = numbers(re.search(r"^ARG COMFYUI_TAG=v(\S+)$", text, re.M)[1])
    needed = {family.key: numbers(family.min_comfyui) for family in Families().all()}
    assert {key: version for key, version in needed.items() if version > pinned} == {}


def test_the_containers_pytorch_is_the_one_that_the_trainer_is_locked_to():
    """One CUDA generation in the whole image, and versions that are known to go together."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    pinned = re.search(r'^ARG TORCH="(.+)"$', text, re.M)[1].split()
    lock = (pins.LOCKS / "linux-cu130.txt").read_text(encoding="utf-8")
    assert {pin.split("==")[0] for pin in pinned} == {"torch", "torchvision", "torchaudio"}
    assert all(re.search(rf"^{re.escape(pin)} ", lock, re.M) for pin in pinned)


def test_none_of_it_goes_to_the_registry():
    assert not {"compose.yaml", "Dockerfile", ".dockerignore"} & {file.name for file in archive()}


def _assert_accepted(command, profile):
    done = _config(command, profile, REDIS_PASSWORD="abc")
    assert done.returncode == 0, done.stderr
    shown = yaml.safe_load(done.stdout)["services"]
    assert PROFILES[profile] <= set(shown)
    assert shown[WORKERS[profile]]["environment"]["REDIS_URL"] == "redis://:abc@redis:6379/0"
    assert "set a password" in _config(command, profile, REDIS_PASSWORD="").stderr


def _composes() -> list[list[str]]:
    found = [["docker-compose"]] if shutil.which("docker-compose") else []
    if (
        shutil.which("docker")
        and not subprocess.run(["docker", "compose", "version"], capture_output=True).returncode
    ):
        found.append(["docker", "compose"])
    return found


def _config(command, profile, **environment):
    return subprocess.run(
        [*command, "-f", "compose.yaml", "--profile", profile, "config"],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
