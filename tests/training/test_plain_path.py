"""The way to a job's folder that is given to AI-Toolkit: without signs of a pattern, private, and never somebody else's."""

from __future__ import annotations

import glob
import tempfile

import pytest
from isengard.core.errors import NotReadyError
from isengard.training.backends.ai_toolkit.plain_path import plain_path


@pytest.fixture
def home(tmp_path, monkeypatch):
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    return home


@pytest.fixture
def job(tmp_path):
    folder = tmp_path / "ComfyUI [1] Zoe's 100%" / "jobs" / "job_x"
    folder.mkdir(parents=True)
    (folder / "ann_000000005.safetensors").write_bytes(b"x")
    return folder


def test_a_folder_without_signs_is_given_as_it_is(tmp_path, home):
    folder = tmp_path / "jobs" / "job_x"
    assert plain_path(folder) == folder and not home.exists()


def test_a_glob_finds_what_lies_there_and_the_same_link_serves_every_job(home, job):
    assert glob.glob(f"{job}/ann*") == []
    seen = plain_path(job)
    assert glob.glob(f"{seen}/ann*") == [f"{seen}/ann_000000005.safetensors"]
    (seen / "new").write_bytes(b"y")
    assert (job / "new").read_bytes() == b"y"
    assert plain_path(job.with_name("job_y")).parent == seen.parent == plain_path(job).parent
    place = seen.parent.parent
    assert place.stat().st_mode & 0o077 == 0 and len(list(place.iterdir())) == 1


@pytest.mark.parametrize("word", ["_LoRA", "_refiner", "_t2i", "_cn"])
def test_words_that_hide_a_checkpoint_from_ai_toolkit_are_not_in_the_path_it_is_given(home, tmp_path, word):
    folder = tmp_path / f"ComfyUI{word}" / "jobs" / "job_x"
    folder.mkdir(parents=True)
    seen = plain_path(folder)
    assert word not in str(seen) and seen.samefile(folder)


def test_a_link_that_leads_elsewhere_is_made_anew(home, job, tmp_path):
    link = plain_path(job).parent
    link.unlink()
    link.symlink_to(tmp_path)
    assert plain_path(job).samefile(job)


@pytest.mark.parametrize("how", ["link", "open"])
def test_a_place_that_another_user_could_change_is_not_used(home, job, tmp_path, how, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (home / ".cache").mkdir(parents=True)
    place, trap = home / ".cache" / "isengard-jobs", tmp_path / "trap"
    trap.mkdir()
    if how == "link":
        place.symlink_to(trap)
    else:
        place.mkdir()
        place.chmod(0o777)
    seen = plain_path(job)
    assert seen.is_relative_to(tmp_path / "tmp") and seen.samefile(job)
    assert not list(trap.iterdir()) and not list(place.iterdir())


def test_where_every_place_has_signs_it_is_said(job, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home [2]"))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "t*"))
    with pytest.raises(NotReadyError) as refused:
        plain_path(job)
    assert refused.value.code == "path_signs" and "[" in refused.value.message and refused.value.hint
