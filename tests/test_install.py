"""install.py as ComfyUI-Manager calls it: the pack's folder, ComfyUI's interpreter, no arguments, before and after pip."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.registry_rules import ROOT, unpacked

NEEDED = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line]


@pytest.fixture
def comfyui(tmp_path):
    """A ComfyUI with the archive unpacked in it, and an interpreter that has nothing installed."""
    home = tmp_path / "ComfyUI"
    unpacked(home / "custom_nodes" / "isengard")
    (home / "main.py").write_text("")
    (home / "comfyui_version.py").write_text('__version__ = "0.3.75"\n')
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home / "venv")], check=True)
    return home


def python_of(home: Path) -> Path:
    return home / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def run_by_the_manager(home: Path) -> subprocess.CompletedProcess:
    """manager_core.py: `[sys.executable, "install.py"]`, cwd = the pack's folder."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATA_DIR", "RUNPOD_POD_ID", "PYTHONPATH")
    }
    command = [str(python_of(home)), "install.py"]
    return subprocess.run(
        command, cwd=home / "custom_nodes" / "isengard", env=kept, capture_output=True, text=True, timeout=60
    )


def contents(home: Path) -> set[Path]:
    return {file for file in home.rglob("*") if "__pycache__" not in file.parts}


def lend_packages(home: Path) -> None:
    """The test environment's packages, as if pip had put them there."""
    (site,) = (home / "venv").rglob("site-packages")
    (site / "lent.pth").write_text(sysconfig.get_paths()["purelib"])


def test_before_the_requirements_it_says_what_to_install_and_changes_nothing(comfyui):
    before = contents(comfyui)
    done = run_by_the_manager(comfyui)
    assert (done.returncode, done.stderr) == (0, "")
    wanted = [line for line in NEEDED if '>= "3.14"' not in line]  # this Python is an older one
    assert f"Still to be installed: {', '.join(wanted)}" in done.stdout
    assert "-m pip install -r" in done.stdout and str(python_of(comfyui)) in done.stdout
    assert str(comfyui / "user" / "__isengard") in done.stdout
    assert contents(comfyui) == before


def test_after_the_requirements_it_is_content(comfyui):
    lend_packages(comfyui)
    before = contents(comfyui)
    done = run_by_the_manager(comfyui)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Still to be installed" not in done.stdout and "Restart ComfyUI" in done.stdout
    assert contents(comfyui) == before


def test_a_package_or_a_comfyui_that_is_too_old_is_told(comfyui):
    lend_packages(comfyui)
    pack = comfyui / "custom_nodes" / "isengard"
    (pack / "requirements.txt").write_text("# ours\nhuey>=99.1\ntoml>=0.10.2\n")
    (comfyui / "comfyui_version.py").write_text('__version__ = "0.3.64"\n')
    done = run_by_the_manager(comfyui)
    assert done.returncode == 0 and "Still to be installed: huey>=99.1\n" in done.stdout
    assert "This ComfyUI is 0.3.64" in done.stdout


def test_a_folder_with_letters_that_the_code_page_lacks_fails_no_install(comfyui):
    """The Manager reads what it prints, in Windows' code page."""
    lend_packages(comfyui)
    home = comfyui.rename(comfyui.with_name("ComfyUI \u7f8e"))
    command = [str(python_of(home)), "install.py"]
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    environment.pop("DATA_DIR", None)
    done = subprocess.run(
        command, cwd=home / "custom_nodes" / "isengard", env=environment, capture_output=True
    )
    assert (done.returncode, done.stderr) == (0, b"") and b"ComfyUI \\u7f8e" in done.stdout


def test_a_data_folder_on_a_drive_that_is_gone_fails_no_install(tmp_path):
    from isengard.install import free_bytes

    assert free_bytes(tmp_path / "new" / "folder") > 0
    assert free_bytes(SimpleNamespace(parents=[], exists=lambda: False)) is None


@pytest.mark.slow
def test_between_them_the_manager_installs_line_by_line(comfyui):
    """Each line of requirements.txt is given to pip by itself; a full run installs all."""
    subprocess.run([str(python_of(comfyui)), "-m", "ensurepip"], check=True, capture_output=True)
    for line in NEEDED if os.environ.get("ISENGARD_TEST_FULL") else ["toml>=0.10.2"]:
        command = [str(python_of(comfyui)), "-m", "pip", "install", "-q", line]
        subprocess.run(command, check=True, capture_output=True)
        assert line not in run_by_the_manager(comfyui).stdout
