"""Locks in a folder that all users of the machine share: held by any of them, and no way into another's files."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from isengard.core.errors import NotReadyError
from isengard.core.storage.file_lock import FileLock, held
from isengard.training.gpu.gpu_lock import GpuHold, GpuSlot
from isengard.training.machine.os_locks import gpu_lock


@pytest.fixture
def shared(tmp_path, monkeypatch):
    """The machine's temporary folder as it is: everybody's, and each takes away only what is theirs."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o1777)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    before = os.umask(0o022)
    yield folder
    os.umask(before)
    shutil.rmtree(folder)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_second_user_can_open_the_lock_that_a_first_one_made(shared):
    lock = gpu_lock("GPU-1")
    assert lock.acquire()
    (file,) = shared.iterdir()
    assert mode(file) == 0o666 and mode(shared) == 0o1777
    assert not gpu_lock("GPU-1").acquire() and gpu_lock("GPU-2").acquire()
    lock.release()
    assert gpu_lock("GPU-1").acquire()


def test_another_users_lock_keeps_this_user_out_while_it_is_held(shared):
    """Where root runs the tests the other one is nobody; elsewhere there is no second user to be."""
    first = gpu_lock("GPU-1")
    assert first.acquire()
    assert run_as_another(shared) == "False"
    first.release()
    assert run_as_another(shared) == "True"


HOLD = """
import fcntl, os, sys
if os.getuid() == 0:
    os.setuid(65534)
fd = os.open(sys.argv[1] + "/isengard-gpu-GPU-1.lock", os.O_RDWR)
try:
    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    print(True)
except OSError:
    print(False)
"""


def run_as_another(folder: Path) -> str:
    command = [sys.executable, "-c", HOLD, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def link(file: Path, target: Path) -> None:
    file.symlink_to(target)


def folder(file: Path, target: Path) -> None:
    file.mkdir()


def pipe(file: Path, target: Path) -> None:
    os.mkfifo(file)


@pytest.mark.parametrize("prepare", [link, folder, pipe])
def test_what_somebody_has_put_in_the_locks_place_is_refused_and_left_as_it_is(shared, tmp_path, prepare):
    victim = tmp_path / "private.txt"
    victim.write_text("mine")
    victim.chmod(0o600)
    prepare(shared / "isengard-gpu-GPU-1.lock", victim)
    with pytest.raises(NotReadyError) as caught:
        GpuHold.take(GpuSlot("GPU-1"), 0, lambda: None)
    assert caught.value.code == "gpu_lock_refused"
    assert "isengard-gpu-GPU-1.lock" in caught.value.message and caught.value.hint
    assert (mode(victim), victim.read_text()) == (0o600, "mine")


def test_a_link_to_nowhere_makes_nothing(shared, tmp_path):
    (shared / "isengard-gpu-GPU-1.lock").symlink_to(tmp_path / "made")
    with pytest.raises(NotReadyError):
        gpu_lock("GPU-1").acquire()
    assert not (tmp_path / "made").exists()


def test_a_file_that_is_there_keeps_its_mode(shared):
    file = shared / "isengard-gpu-GPU-1.lock"
    file.touch()
    file.chmod(0o640)
    assert gpu_lock("GPU-1").acquire() and mode(file) == 0o640


def test_a_folder_of_an_earlier_version_is_neither_used_nor_changed(shared, tmp_path):
    """It was made readable and writable for everybody, wherever a link led."""
    victim = tmp_path / "victim"
    victim.mkdir(mode=0o700)
    (shared / "isengard-locks").symlink_to(victim)
    assert gpu_lock("GPU-1").acquire()
    assert mode(victim) == 0o700 and not list(victim.iterdir())


def test_a_lock_of_our_own_is_for_us_alone(shared, tmp_path):
    lock = FileLock(tmp_path / "own.lock")
    assert lock.acquire() and mode(tmp_path / "own.lock") == 0o600 and held(tmp_path / "own.lock")
    lock.release()
    assert not held(tmp_path / "own.lock")
