"""Which ComfyUI `dev.py` runs and in which environment: the bundled one, any folder, or a folder with the Python that runs it."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hosts import environments
from hosts.environments import BUNDLED, COMFYUI_PATH, TEST_PYTHON, Environment, host_environment

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = """# what ComfyUI asks for
comfyui-frontend-package==1.42.15
comfyui-workflow-templates==0.9.63
torch
torchsde
torchvision
torchaudio>=2
SQLAlchemy>=2.0   # its database

#non essential dependencies:
kornia>=0.7.1
"""


@pytest.fixture
def chosen(tmp_path, monkeypatch):
    """A folder as ComfyUI's is, and nothing said of it yet."""
    folder = tmp_path / "ComfyUI"
    folder.mkdir()
    (folder / "main.py").touch()
    (folder / "requirements.txt").write_text(REQUIREMENTS)
    for name in (COMFYUI_PATH, TEST_PYTHON):
        monkeypatch.setenv(name, "x")  # so that what `choose` sets is taken back
        monkeypatch.delenv(name)
    return folder


@pytest.fixture
def dev():
    spec = importlib.util.spec_from_file_location("isengard_dev", ROOT / "dev.py")
    dev = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(dev)
    return dev


@pytest.fixture
def choose(dev):
    return dev.choose


def test_nothing_said_is_the_bundled_comfyui(chosen, choose):
    choose(None, None)
    assert host_environment() is BUNDLED


def test_a_folder_gets_an_environment_of_its_own_requirements(chosen, choose, monkeypatch):
    choose(str(chosen), None)
    made = host_environment()
    needed = ("comfyui-frontend-package==1.42.15", "torchsde", "SQLAlchemy>=2.0", "kornia>=0.7.1")
    assert needed in made.steps and made.folder.name != BUNDLED.folder.name
    (chosen / "requirements.txt").write_text(REQUIREMENTS.replace("1.42.15", "1.49.6"))
    assert host_environment().key != made.key
    (chosen / "requirements.txt").unlink()
    with pytest.raises(SystemExit, match=r"no requirements\.txt.*--python"):
        host_environment()


@pytest.mark.parametrize(
    ("comfyui", "python", "said"),
    [
        ("nowhere", None, r"main\.py is not there"),
        ("ComfyUI", "nowhere/python", "is not a program"),
        (None, sys.executable, "name the ComfyUI"),
    ],
)
def test_what_is_not_there_is_said(chosen, choose, tmp_path, comfyui, python, said):
    with pytest.raises(SystemExit, match=said):
        choose(comfyui and str(tmp_path / comfyui), python)
    assert COMFYUI_PATH not in os.environ and TEST_PYTHON not in os.environ


def test_families_are_told_how_to_train(dev):
    """Fewer bits and a fetch before are of no use without a trainer."""
    trainer = ["--trainer", "AITK", "--trainer-python", "P"]
    asked = dev.parser().parse_args(["families", "qwen_image", *trainer, "--bits", "3", "--offline"])
    assert dev.families_words(asked) == ["qwen_image", *trainer, "--bits", "3", "--offline"]
    for more in (["--bits", "3"], ["--offline"], ["--trainer", "AITK"]):
        with pytest.raises(SystemExit, match="--trainer FOLDER and --trainer-python P"):
            dev.families_words(dev.parser().parse_args(["families", "qwen_image", *more]))


@pytest.mark.slow
@pytest.mark.full
def test_somebodys_python_shows_through_and_is_left_as_it_is(chosen, choose, tmp_path, monkeypatch):
    """What it has is used from where it is, what it lacks lies on top of it."""
    monkeypatch.setenv("ISENGARD_DEV_CACHE", str(tmp_path / "cache"))
    theirs = tmp_path / "theirs"
    subprocess.run([sys.executable, "-m", "venv", str(theirs)], check=True)
    python = theirs / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    packages = Path(subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], check=True, capture_output=True, text=True,
    ).stdout.strip())  # fmt: skip
    (packages / "their_module.py").write_text("HERE = __file__")
    before = sorted(packages.rglob("*.py"))
    choose(str(chosen), str(python))
    assert host_environment().over == str(python) and host_environment().steps == environments.OURS
    over = Environment("over", (("huey>=3.3",),), over=str(python))
    told = "import huey, their_module; print(huey.__file__); print(their_module.HERE)"
    done = subprocess.run([over.ensure(), "-c", told], check=True, capture_output=True, text=True)
    mine, found = map(Path, done.stdout.splitlines())
    assert mine.is_relative_to(over.folder) and found == packages / "their_module.py"
    assert sorted(packages.rglob("*.py")) == before
    assert Environment("over", (("huey>=3.3",),), over=str(python)).folder == over.folder
