"""compose.yaml: the shape both profiles need, always; and what Compose itself says of it, where it is installed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from isengard.core.families.families import Families
from isengard.core.settings import IN_FILES, KEYS
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
        files = {f"{name}_FILE": f"/run/secrets/{name.lower()}" for name in IN_FILES}
        assert files.items() <= one["environment"].items()
        assert set(one["environment"]) <= {key.variable for key in KEYS.values()} | {"DATA_DIR", *files}
        assert ("deploy" in one) == (profile == "production")
    assert comfyui["hostname"] == worker["hostname"], "the server starts no second worker of its own"
    assert worker["environment"]["COMFYUI_URL"] == f"http://{COMFYUIS[profile]}:8188"
    assert comfyui["ports"] == ["127.0.0.1:8188:8188"], "never beyond this machine by itself"
    for command in _composes():  # its own verdict as well, where it is installed
        done = _config(command, profile)
        assert done.returncode == 0 and PROFILES[profile] <= set(yaml.safe_load(done.stdout)["services"])


def test_secrets_are_files_that_no_variable_argument_or_image_holds(compose):
    """`docker inspect` shows variables and commands to everybody who may talk to Docker."""
    wanted = {name.lower() for name in IN_FILES}
    assert {name: one["file"] for name, one in compose["secrets"].items()} == {
        name: f"./secrets/{name}" for name in wanted
    }
    for name, one in compose["services"].items():
        assert set(one["secrets"]) <= wanted and "redis_password" in one["secrets"], name
        held = {*one.get("environment", {})} & {*IN_FILES, "REDIS_PASSWORD"}
        assert not held and "@" not in one.get("environment", {}).get("REDIS_URL", ""), name
        assert "${" not in json.dumps([one.get("command"), one["healthcheck"]]), name
    for ignored in (".gitignore", ".dockerignore", ".comfyignore"):
        assert "secrets" in (ROOT / ignored).read_text().replace("/", "").splitlines()


def test_nobody_is_root_and_nobody_becomes_it(compose):
    """Redis' image leaves root only where the command begins with redis-server, which ours does not."""
    assert compose["services"]["redis"]["user"] == "redis"
    for name, one in compose["services"].items():
        assert one["cap_drop"] == ["ALL"] and one["security_opt"] == ["no-new-privileges:true"], name


def test_practice_fetches_no_cuda(compose):
    services = compose["services"]
    for profile in PROFILES:
        built = [services[of[profile]] for of in (COMFYUIS, WORKERS)]
        assert built[0]["build"] == built[1]["build"] and built[0]["image"] == built[1]["image"]
    cpu, gpu = services["worker-fast-test"], services["worker"]
    assert cpu["build"]["args"]["TORCH_INDEX"].endswith("/cpu") and cpu["image"] != gpu["image"]
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert "args" not in gpu["build"] and re.search(r"^ARG TORCH_INDEX=\S+/cu130$", text, re.M)


def test_everything_is_watched_pinned_and_kept(compose):
    for name, one in compose["services"].items():
        assert one["healthcheck"]["test"], name
        tag = one["image"].partition(":")[2]
        assert tag and tag != "latest" and "/" not in one["image"], name
        assert "build" in one or re.fullmatch(r"[\d.]+-alpine@sha256:[0-9a-f]{64}", tag), name
        kept = {volume.partition(":")[0] for volume in one["volumes"]}
        assert kept <= set(compose["volumes"]), name
        assert set(one.get("depends_on", ())) <= set(compose["services"])
    images = {compose["services"][name]["image"] for name in (*COMFYUIS.values(), *WORKERS.values())}
    assert images == {f"isengard:{VERSION}", f"isengard:{VERSION}-cpu"}


def test_the_dockerfile_is_pinned_and_leaves_the_rights_of_root():
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r"^FROM python:3\.\d+\.\d+-slim-bookworm@sha256:[0-9a-f]{64}$", text, re.M)
    assert "latest" not in text and re.search(r"^ARG COMFYUI_COMMIT=[0-9a-f]{40}$", text, re.M)
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


def _composes() -> list[list[str]]:
    found = [["docker-compose"]] if shutil.which("docker-compose") else []
    if (
        shutil.which("docker")
        and not subprocess.run(["docker", "compose", "version"], capture_output=True).returncode
    ):
        found.append(["docker", "compose"])
    return found


def _config(command, profile):
    return subprocess.run(
        [*command, "-f", "compose.yaml", "--profile", profile, "config"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
