"""Ending a tree: the same code on every system, here with real processes and, for what only Windows does, with a psutil of ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from isengard.training.interface import LaunchPlan
from isengard.training.process import process_tree, shim
from isengard.training.process.trainer_process import SHIM, TrainerProcess
from support.soon import until

#: Runs the shim with Windows' branches on this machine: no groups, no adoption, no signals, Windows' constants.
AS_ON_WINDOWS = """
import os, psutil, runpy, subprocess, sys
for name in ("CREATE_NEW_PROCESS_GROUP", "CREATE_NO_WINDOW", "BELOW_NORMAL_PRIORITY_CLASS"):
    setattr(subprocess, name, 0)
for name in ("killpg", "getpgid", "setsid"):
    delattr(os, name)
sys.platform = "win32"
runpy.run_path(sys.argv[1], run_name="__main__")
"""
#: A trainer that starts somebody, notes who, ends a second later and leaves them running.
LEAVES_SOMEBODY = """
import subprocess, sys, time
left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"], start_new_session=True)
open("left", "w").write(str(left.pid))
time.sleep(1.5)
raise SystemExit(7)
"""


def run_shim(tmp_path: Path, code: str, *, windows: bool, worker_stays: bool = True) -> int:
    order = {
        "argv": [sys.executable, "-c", code],
        "cwd": str(tmp_path),
        "env": {},
        "log": str(tmp_path / "log"),
        "pid_file": str(tmp_path / "pid"),
        "silence_s": 60,
        "keep_fds": [],
        "libraries": str(Path(psutil.__file__).parents[1]),
    }
    command = [sys.executable, "-I", *(["-c", AS_ON_WINDOWS] if windows else []), str(SHIM)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as running:
        running.stdin.write(json.dumps(order).encode() + b"\n")
        running.stdin.flush()
        if not worker_stays:
            until(lambda: (tmp_path / "left").exists() and (tmp_path / "left").read_text())
            time.sleep(0.5)
            running.stdin.close()
            running.stdin = None
        return running.wait(60)


@pytest.mark.parametrize("windows", [False, True])
def test_the_shim_ends_with_the_trainers_code_and_leaves_nobody_behind(tmp_path, windows):
    assert run_shim(tmp_path, LEAVES_SOMEBODY, windows=windows) == 7, (tmp_path / "log").read_text()
    assert not process_tree.alive(int((tmp_path / "left").read_text()))


@pytest.mark.parametrize("windows", [False, True])
def test_without_its_worker_the_shim_ends_the_trainer_and_what_it_started(tmp_path, windows):
    code = LEAVES_SOMEBODY.replace("1.5", "120")
    assert run_shim(tmp_path, code, windows=windows, worker_stays=False) == shim.WORKER_GONE
    assert not process_tree.alive(int((tmp_path / "left").read_text()))
    assert not process_tree.alive(process_tree.read_pid_file(str(tmp_path / "pid"))[0])


def test_a_killed_shim_leaves_no_trainer_where_no_system_ends_it(tmp_path):
    """As on Windows and macOS: nothing but the worker ends a trainer whose shim was killed."""
    code = "import ctypes, time; ctypes.CDLL(None).prctl(1, 0, 0, 0, 0); open('up', 'w'); time.sleep(120)"
    trainer = TrainerProcess(LaunchPlan([sys.executable, "-c", code], tmp_path, {}), tmp_path)
    until(lambda: (tmp_path / "up").exists())
    recorded = process_tree.read_pid_file(str(tmp_path / "trainer.pid.json"))
    psutil.Process(recorded[0]).parent().kill()
    until(lambda: trainer.poll() is not None)
    assert process_tree.alive(*recorded)
    trainer.kill()
    assert not process_tree.alive(*recorded)


class Fake:
    """A process table as Windows keeps it: a parent's number stays where the parent has gone, and numbers come again."""

    NoSuchProcess, AccessDenied, Error = psutil.NoSuchProcess, psutil.AccessDenied, psutil.Error
    STATUS_ZOMBIE, STATUS_DEAD = psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD

    def __init__(self, parents: dict[int, int]) -> None:
        self.parents, self.running, self.killed = dict(parents), set(parents), []
        self.strangers: set[int] = set()

    def Process(self, pid: int) -> FakeProcess:
        if pid not in self.running:
            raise psutil.NoSuchProcess(pid)
        return FakeProcess(self, pid)


class FakeProcess:
    def __init__(self, table: Fake, pid: int) -> None:
        self.table, self.pid = table, pid

    def children(self, recursive: bool) -> list[FakeProcess]:
        if self.pid not in self.table.running:
            raise psutil.NoSuchProcess(self.pid)
        found, look = [], [self.pid]
        while look:
            parent = look.pop()
            below = [pid for pid in sorted(self.table.running) if self.table.parents[pid] == parent]
            found += below
            look += below if recursive else []
        return [FakeProcess(self.table, pid) for pid in found]

    def is_running(self) -> bool:
        return self.pid in self.table.running and self.pid not in self.table.strangers

    def status(self) -> str:
        if self.pid not in self.table.running:
            raise psutil.NoSuchProcess(self.pid)
        return psutil.STATUS_RUNNING

    def kill(self) -> None:
        if not self.is_running():
            raise psutil.NoSuchProcess(self.pid)
        self.table.running.discard(self.pid)
        self.table.killed.append(self.pid)


@pytest.fixture
def windows(monkeypatch):
    def table(parents: dict[int, int]) -> Fake:
        fake = Fake(parents)
        monkeypatch.setattr(process_tree, "psutil", fake)
        monkeypatch.setattr(process_tree.sys, "platform", "win32")
        return fake

    return table


def test_on_windows_only_what_is_below_is_killed(windows):
    """10 is the shim, 11 its trainer with 12 and 13 below; 20 is a stranger's, 9 the worker."""
    table = windows({9: 1, 10: 9, 11: 10, 12: 11, 13: 12, 20: 1})
    process_tree.Tree(10).kill_below()
    assert sorted(table.killed) == [11, 12, 13] and table.running == {9, 10, 20}


def test_on_windows_the_children_of_an_ended_trainer_are_remembered(windows):
    table = windows({10: 9, 11: 10, 12: 11})
    tree = process_tree.Tree(10)
    tree.look()
    table.running.discard(11)
    table.parents[14] = 12
    table.running.add(14)
    tree.kill_below()
    assert sorted(table.killed) == [12, 14] and table.running == {10}


def test_on_windows_a_whole_tree_goes_with_its_first_process(windows):
    table = windows({10: 9, 11: 10, 12: 11, 20: 1})
    process_tree.kill_tree(10)
    assert sorted(table.killed) == [10, 11, 12] and table.running == {20}


@pytest.mark.parametrize(
    ("code", "windows", "status"),
    [
        (0, False, 0),
        (7, False, 7),
        (-9, False, 137),
        (-2, False, 130),
        (0xC0000005, True, -1073741819),
        (1, True, 1),
    ],
)
def test_an_exit_code_of_any_system_can_be_handed_on(code, windows, status, monkeypatch):
    """Windows' codes have 32 bits without a sign, and os._exit takes none above 2**31."""
    monkeypatch.setattr(shim.sys, "platform", "win32" if windows else "linux")
    assert shim.handed_on(code) == status
    assert -(2**31) <= status < 2**31


def test_a_start_that_is_not_the_recorded_one_is_somebody_else(tmp_path):
    process_tree.write_pid_file(str(tmp_path / "pid"), os.getpid())
    pid, started = process_tree.read_pid_file(str(tmp_path / "pid"))
    assert process_tree.alive(pid, started) and not process_tree.alive(pid, started + "0")


def test_a_number_that_came_again_is_not_ours(windows, monkeypatch):
    """psutil asks for a state by the number alone; five seconds were spent on a process of somebody else."""
    table = windows({10: 9, 11: 10, 12: 11})
    tree = process_tree.Tree(10)
    tree.look()
    table.strangers.add(12)
    table.parents[12] = 1
    monkeypatch.setattr(process_tree, "KILL_WAIT_S", 300.0)
    began = time.monotonic()
    tree.kill_below()
    assert table.killed == [11] and table.running == {10, 12} and time.monotonic() - began < 120


if sys.platform != "win32":

    def test_the_group_of_a_number_that_came_again_is_left_alone(monkeypatch):
        table, killed = Fake({10: 1}), []
        monkeypatch.setattr(process_tree, "psutil", table)
        monkeypatch.setattr(process_tree.os, "getpgid", lambda pid: pid)
        monkeypatch.setattr(process_tree.os, "killpg", lambda group, signal: killed.append(group))
        stranger = table.Process(10)
        process_tree._end(stranger)
        table.running.add(10)
        table.strangers.add(10)
        process_tree._end(stranger)
        assert killed == [10] and table.killed == [10]
