"""What becomes a path, read with Windows' own rules (PureWindowsPath), which this machine does not have."""

from __future__ import annotations

import os
import sys
from pathlib import Path, PureWindowsPath

import pytest
from isengard.core.characters.slugs import slug_of
from isengard.core.errors import InvalidError
from isengard.core.ids import new_id
from isengard.core.paths import FOLDERS, contained, resolve_paths
from isengard.core.storage import database
from isengard.training.backends.ai_toolkit import config
from isengard.training.planning.machine_advice import OUR_PATHS

ROOT = PureWindowsPath("C:/data")
LEADS_AWAY = [
    "..\\x", "C:x", "C:\\x", "\\\\host\\share", "\\\\?\\C:\\x", "a:stream", "a\\b", "a/b", "\\x", "/x", "..", ".", "", "x\x00",
]  # fmt: skip
PEOPLE = [
    "Con",
    "NUL",
    "Aux",
    "com1",
    "LPT9",
    "Ann.",
    "Ann ",
    "a:b",
    "?*<>|",
    "..",
    "C:\\Ann",
    "CON.txt",
    "...",
    "Ångström",
]


@pytest.mark.parametrize("name", LEADS_AWAY)
def test_no_name_leads_out_of_its_folder_by_windows_rules(tmp_path, name):
    with pytest.raises(InvalidError, match=r"file name|outside"):
        contained(tmp_path, name)


@pytest.mark.parametrize("name", PEOPLE)
def test_every_person_has_a_folder_that_windows_can_make(name):
    slug = slug_of(name, set())
    path = ROOT / "models" / slug
    assert path.parent == ROOT / "models" and path.name == slug == slug.rstrip(". ").lower()
    assert not path.is_reserved() and not set(slug) & set('<>:"/\\|?*')


def test_the_longest_file_of_a_training_is_counted_by_preflight():
    """The longest name a person can have, and AI-Toolkit's own file names below it."""

    class Training:
        slug = slug_of("x" * 200, set())
        job_id = new_id("job")

    name = config.run_name(Training)
    assert "jobs" in FOLDERS and len(Training.slug) == 40
    file = ROOT / "jobs" / Training.job_id / "out" / name / f"{name}_{5:09d}.safetensors"
    sample = file.parent / "samples" / ".thumbs" / f"{1_764_000_000_000}__{5:09d}_11.jpg"
    longest = max(len(str(path)) for path in (file, sample)) - len(str(ROOT))
    assert longest == OUR_PATHS + 2 * len(Training.slug)


@pytest.mark.parametrize("inside", ["Output", "INPUT", "Custom_Nodes/x", "User/Default"])
@pytest.mark.parametrize(("system", "served"), [("win32", True), ("darwin", True), ("linux", False)])
def test_a_folder_that_comfyui_serves_is_refused_by_whatever_spelling(
    tmp_path, inside, system, served, monkeypatch
):
    """`Output` is the folder `output` where a disk does not tell them apart, and ComfyUI gives its files to every browser."""
    comfyui = tmp_path / "ComfyUI"
    (comfyui / "comfy").mkdir(parents=True)
    (comfyui / "main.py").touch()
    monkeypatch.setattr(sys, "platform", system)
    named = {"DATA_DIR": str(comfyui / inside / "data")}
    if served:
        with pytest.raises(InvalidError) as caught:
            resolve_paths(named, None)
        assert caught.value.code == "data_dir_public"
    else:
        assert resolve_paths(named, None).root == comfyui / inside / "data"


#: What Windows says of a path: a shared folder by its name, one behind a drive's letter, and a disk.
SHARED = {"//nas/photos": r"\\nas\photos", "/z/photos": r"\\nas\photos", "/c/photos": r"C:\photos"}


@pytest.mark.parametrize(
    ("folder", "shared"), [("//nas/photos", True), ("/z/photos", True), ("/c/photos", False)]
)
def test_a_shared_folder_behind_a_drives_letter_is_one_of_the_network(folder, shared, monkeypatch):
    """A journal of SQLite that several machines map into memory damages its database."""
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(os.path, "realpath", lambda path: SHARED[str(path)])
    assert database.on_network_filesystem(Path(folder) / "isengard.db") is shared
