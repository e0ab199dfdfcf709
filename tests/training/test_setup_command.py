"""`python boot.py setup` does what the panel's button does, in a terminal, also where the panel may not."""

# ruff: noqa: F811 - fixtures are imported by name

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from isengard.core.errors import ConflictError, NotReadyError
from isengard.core.faces.tools import find_tools
from isengard.core.settings import Settings
from isengard.training.face_tools import FaceToolsSetup
from isengard.training.machine.os_locks import worker_lock
from isengard.training.worker.setup_command import set_up
from support.face_fixtures import face_tools  # noqa: F401 - fixture
from support.face_packages import offered
from support.registry_rules import ROOT

pytestmark = pytest.mark.slow


def test_it_sets_up_where_the_panel_may_not(face_tools, tmp_path):
    """The whole command, with the real packages from files: the lock's hashes are checked by pip."""
    pack, data = tmp_path / "pack", tmp_path / "data"
    shutil.copytree(
        ROOT, pack, ignore=shutil.ignore_patterns(".git", "tests", "docs", "node_modules", "__pycache__")
    )
    environment = offered(face_tools, tmp_path / "index", pack / "training" / "face_tools" / "locks")
    done = subprocess.run(
        [sys.executable, "-I", str(pack / "boot.py"), "setup", "faces"],
        input="y\n",
        capture_output=True,
        text=True,
        env={**environment, "DATA_DIR": str(data), "ISENGARD_ALLOW_SETUP": "0"},
    )
    assert done.returncode == 0, done.stderr
    assert "Boost, CC0" in done.stderr and "Go on? [y/N]" in done.stderr and "checking" in done.stderr
    assert (data / "backends" / "faces" / "library").is_dir() and not list((data / "tmp").glob("setup-*"))


def test_it_never_works_beside_a_worker(paths):
    lock = worker_lock(paths)
    assert lock.acquire()
    with pytest.raises(ConflictError) as refused:
        set_up(FaceToolsSetup(paths, Settings()), paths)
    assert refused.value.code == "worker_at_work"
    lock.release()


def test_a_failure_is_raised_and_the_next_try_is_free(paths, tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    for _ in range(2):
        with pytest.raises(NotReadyError) as failed:
            set_up(FaceToolsSetup(paths, Settings()), paths)
        assert failed.value.code == "packages_failed" and find_tools(paths) is None
