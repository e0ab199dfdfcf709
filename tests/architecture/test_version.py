from __future__ import annotations

import re
from pathlib import Path

import toml
from isengard.core.settings import KEYS
from isengard.core.version import VERSION
from isengard.web.route_table import PREFIX, ROUTES

ROOT = Path(__file__).resolve().parents[2]


def test_the_version_is_said_once():
    assert toml.load(ROOT / "pyproject.toml")["project"]["version"] == VERSION
    images = re.findall(r"image: isengard:(\S+)", (ROOT / "compose.yaml").read_text(encoding="utf-8"))
    assert {image.removesuffix("-cpu") for image in images} == {VERSION}


def test_requirements_are_the_same_for_pip_and_for_the_manager():
    listed = [
        line for line in (ROOT / "requirements.txt").read_text().splitlines() if line and line[0] != "#"
    ]
    dependencies = toml.load(ROOT / "pyproject.toml")["project"]["dependencies"]
    assert listed == [line for line in dependencies if not line.startswith("comfyui-frontend-package")]


def test_the_panel_can_name_every_package_that_is_missing():
    from isengard.web.services.missing_packages import PACKAGES

    listed = [line.split(">")[0] for line in (ROOT / "requirements.txt").read_text().splitlines() if line]
    assert sorted(PACKAGES.values()) == sorted(set(listed))


def test_the_settings_page_names_every_variable_and_dependency():
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    dependencies = [
        line.split(">")[0] for line in (ROOT / "requirements.txt").read_text().splitlines() if line
    ]
    wanted = [key.variable for key in KEYS.values()] + ["DATA_DIR", "LOG_DIR", "API_PORT", *dependencies]
    assert not [name for name in wanted if name not in page]


def test_no_two_routes_are_the_same():
    """aiohttp would refuse to start ComfyUI over two adjacent ones."""
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)
    assert PREFIX == "/isengard" and not any(route.path.startswith("/api") for route in ROUTES)


def test_pip_installs_every_package():
    listed = set(toml.load(ROOT / "pyproject.toml")["tool"]["setuptools"]["packages"])
    layers = ("core", "generation", "nodes", "training", "web")
    folders = {file.parent.relative_to(ROOT) for layer in layers for file in (ROOT / layer).rglob("*.py")}
    assert listed == {"isengard", *(".".join(("isengard", *folder.parts)) for folder in folders)}
