"""What the registry shows of the pack is there, in the sizes that it asks for, and ComfyUI reads our words for its own pages."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
import toml
from packaging.specifiers import SpecifierSet
from PIL import Image
from support.registry_rules import ROOT, unpacked

DESCRIBED = toml.load(ROOT / "pyproject.toml")
PROJECT, COMFY = DESCRIBED["project"], DESCRIBED["tool"]["comfy"]
FLOOR = "comfyui-frontend-package"


def picture(field: str) -> Image.Image:
    """The file behind an address in our own repository."""
    raw = PROJECT["urls"]["Repository"].replace("github.com", "raw.githubusercontent.com") + "/main/"
    assert COMFY[field].startswith(raw)
    return Image.open(ROOT / COMFY[field].removeprefix(raw))


def test_the_icon_is_a_square_of_at_most_400_pixels():
    with picture("Icon") as icon:
        assert icon.width == icon.height <= 400 and icon.format == "PNG"


def test_the_banner_is_21_to_9():
    with picture("Banner") as banner:
        assert banner.width * 9 == banner.height * 21 and banner.format == "JPEG"


def test_every_field_that_the_registry_knows_is_given():
    assert {"Repository", "Documentation", "Bug Tracker"} <= set(PROJECT["urls"])
    assert {"PublisherId", "DisplayName", "requires-comfyui"} <= set(COMFY)
    assert len(PROJECT["description"]) < 200 and {"face", "person", "lora"} <= set(PROJECT["keywords"])


def test_the_floor_of_the_frontend_moves_nobodys_frontend():
    """Only the registry reads it: requirements.txt, which is what is installed, has no such line. And whoever installs this
    folder with pip has a newer one already: the oldest ComfyUI that we run with brings it."""
    (line,) = [line for line in PROJECT["dependencies"] if line.startswith(FLOOR)]
    floor = SpecifierSet(line.removeprefix(FLOOR))
    assert [one.operator for one in floor] == [">="]
    oldest = re.search(rf"{FLOOR}==([\d.]+)", (ROOT / "tests/hosts/comfyui-requirements.txt").read_text())
    assert oldest and oldest[1] in floor
    assert FLOOR not in (ROOT / "requirements.txt").read_text()


@pytest.mark.slow
def test_pip_moves_nothing_where_comfyui_runs(tmp_path):
    """These tests run in ComfyUI's own Python: whoever installs this folder there gets this pack and nothing else."""
    unpacked(tmp_path / "pack")
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--dry-run", "./pack"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"Would install {PROJECT['name']}-{PROJECT['version']}"


@pytest.mark.parametrize("language", sorted(folder.name for folder in (ROOT / "locales").iterdir()))
def test_each_setting_on_comfyuis_page_has_its_words_in_every_language(language):
    """ComfyUI reads `locales/<language>/settings.json`; a dot of a setting's name is an underscore there."""
    source = (ROOT / "js" / "comfy.js").read_text(encoding="utf-8")
    ours = {name.replace(".", "_") for name in re.findall(r'"(Isengard\.[A-Z]\w+)"', source)}
    words = json.loads((ROOT / "locales" / language / "settings.json").read_text(encoding="utf-8"))
    assert words and set(words) <= ours
    assert all(set(said) == {"name", "tooltip"} and all(said.values()) for said in words.values())


def test_the_english_words_are_the_panels():
    words = json.loads((ROOT / "locales/en/settings.json").read_text(encoding="utf-8"))
    catalogue = (ROOT / "js/locales/en.js").read_text(encoding="utf-8")
    assert all(f'"{text}"' in catalogue for said in words.values() for text in said.values())
