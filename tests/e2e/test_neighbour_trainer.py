"""A trainer that a pack beside ours brings: in the panel with its own presets, training, and no file of ours changed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hosts import comfyui
from hosts.journey import Api
from hosts.panel_steps import create_character
from playwright.sync_api import expect
from support.registry_rules import unpacked

pytestmark = [pytest.mark.full, pytest.mark.e2e, pytest.mark.slow]
PENCIL = Path(__file__).resolve().parents[1] / "fakes" / "pencil_pack"


@pytest.fixture(params=comfyui.frontends(comfyui.OLD))
def server(tmp_path, request):
    base = comfyui.make_base(tmp_path / "host", pack_names=())
    unpacked(base / "custom_nodes" / "isengard")
    clone(PENCIL, base / "custom_nodes" / "pencil-trainer", tmp_path / "origin")
    server = comfyui.start(base, environment={"ISENGARD_IDLE_S": "3"}, frontend=request.param)
    yield server
    server.stop()


def clone(source: Path, target: Path, origin: Path) -> None:
    """As ComfyUI-Manager gets a pack from its address: by git, never by pip."""
    shutil.copytree(source, origin, ignore=shutil.ignore_patterns("__pycache__"))
    author = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for command in (("init", "-q"), ("add", "."), (*author, "commit", "-qm", "Pencil")):
        subprocess.run(["git", *command], cwd=origin, check=True)
    subprocess.run(["git", "clone", "-q", str(origin), str(target)], check=True)


def test_it_is_chosen_and_trains(server, open_page, photos):
    api = Api(server.url)
    api.wait_until_ready()
    page = open_page(server.url)
    page.open_tab()
    create_character(page, "Ann Example")
    page.get("isen-file-input").set_input_files([str(photo) for photo in photos[:3]])
    expect(page.get("isen-photos").locator("figure")).to_have_count(3, timeout=30_000)
    page.get("isen-train").click()
    page.get("isen-trainer").select_option("pencil")
    expect(page.get("isen-preset-sketch")).to_be_checked(timeout=10_000)
    assert page.get("isen-preset-balanced").count() == 0
    assert page.get("isen-family").locator("input").count() == 1
    expect(page.get("isen-start-training")).to_be_enabled(timeout=15_000)
    page.get("isen-start-training").click()
    expect(page.get("isen-job-state")).to_have_text(re.compile("done|failed"), timeout=40_000)
    (job,) = api.get("/training/jobs?kind=training")["items"]
    assert (job["state"], job["backend"], job["request"]["preset"]) == ("completed", "pencil", "sketch"), job[
        "error"
    ]
    (version,) = api.get(f"/characters/{job['character_id']}/versions")["items"]
    assert (server.data / "models" / version["file"]).is_file() and not version["placeholder"]
    assert page.errors == []
