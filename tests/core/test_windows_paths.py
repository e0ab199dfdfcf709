"""What becomes a path, read with Windows' own rules (PureWindowsPath), which this machine does not have."""

from __future__ import annotations

from pathlib import PureWindowsPath

import pytest
from isengard.core.characters.slugs import slug_of
from isengard.core.errors import InvalidError
from isengard.core.ids import new_id
from isengard.core.paths import FOLDERS, contained
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
