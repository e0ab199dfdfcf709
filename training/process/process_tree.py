"""Ending a process with everything it started, on every system. Imports nothing of the package: the shim loads it by path.

psutil is there: the shim runs in the worker's own Python, and a trainer's own Python never loads this file.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
import time
from typing import Any, Protocol

import psutil

#: Where psutil is, for the shim: it is started without what the worker may have found it by.
LIBRARIES = os.path.dirname(os.path.dirname(os.path.abspath(psutil.__file__)))  # noqa: PTH100, PTH120
#: How long we look for survivors before giving up.
KILL_WAIT_S = 5.0
_PROC = "/proc"


class _Started(Protocol):
    @property
    def pid(self) -> int: ...
    def wait(self) -> int: ...


def end_of(process: _Started) -> threading.Event:
    """Set as soon as `process` has ended."""
    ended = threading.Event()

    def wait() -> None:
        process.wait()
        ended.set()

    threading.Thread(target=wait, name=f"isengard-end-of-{process.pid}", daemon=True).start()
    return ended


def start_time(pid: int) -> str:
    """Tell when process `pid` began, in the system's own unit, so that a re-used number is told apart; '' when it is gone."""
    fields = _stat(pid)
    if fields is not None:
        return fields[19]  # ticks since boot: a clock that is set moves what psutil makes of them
    try:
        return repr(psutil.Process(pid).create_time())
    except psutil.Error:
        return ""


def alive(pid: int, started: str = "") -> bool:
    """Tell whether `pid` runs (zombies do not) and, when `started` is given, is still that same process."""
    try:
        if psutil.Process(pid).status() in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD):
            return False
    except psutil.AccessDenied:
        return not started  # somebody else's: none that we have started
    except psutil.NoSuchProcess:
        return False
    return not started or start_time(pid) == started


class Tree:
    """Processes that one process has started, remembered: on Windows and macOS nobody adopts the children of one that has ended, so
    that only who has seen them before still finds them."""

    def __init__(self, pid: int) -> None:
        self._root = _process(pid)
        self._seen: dict[int, Any] = {}

    def look(self) -> None:
        """Call from time to time while it runs."""
        running = {below.pid: below for below in _below(self._root)} if self._root is not None else {}
        for orphan in [seen for pid, seen in self._seen.items() if pid not in running and _runs(seen)]:
            running[orphan.pid] = orphan
            running.update({below.pid: below for below in _below(orphan)})
        self._seen = running

    def kill_below(self) -> None:
        """Kill all that was ever seen below it, never the process itself. Returns when they are gone or after 5 s."""
        deadline = time.monotonic() + KILL_WAIT_S
        while True:
            self.look()
            targets = [seen for seen in self._seen.values() if _runs(seen)]
            for target in targets:
                _end(target)
            if not targets or time.monotonic() > deadline:
                return
            time.sleep(0.02)


def kill_tree(pid: int) -> None:
    """Kill `pid`, its process group and everything below. Returns when they are gone or after 5 s."""
    tree, process = Tree(pid), _process(pid)
    tree.look()
    deadline = time.monotonic() + KILL_WAIT_S
    if process is not None:
        _end(process)
    tree.kill_below()
    while process is not None and _runs(process) and time.monotonic() < deadline:
        time.sleep(0.02)


def kill_recorded(pid_file: str) -> bool:
    """End the process that `pid_file` names if it is still that very process; True when there was one."""
    recorded = read_pid_file(pid_file)
    if recorded is None or not recorded[1] or not alive(*recorded):
        return False
    kill_tree(recorded[0])
    return True


def interrupt(pid: int) -> None:
    """Interrupt a process as Ctrl+C does; on Windows no process can be told so from outside, and nothing happens."""
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)


def terminate(pid: int) -> None:
    """Ask to end; on Windows that ends it."""
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(pid).terminate()


def write_pid_file(pid_file: str, pid: int) -> None:
    """{pid, started} in one atomic step."""
    temporary = f"{pid_file}.{os.getpid()}.isen-tmp"
    with open(temporary, "w", encoding="ascii") as stream:  # noqa: PTH123
        json.dump({"pid": pid, "started": start_time(pid)}, stream)
    os.replace(temporary, pid_file)  # noqa: PTH105


def read_pid_file(pid_file: str) -> tuple[int, str] | None:
    try:
        with open(pid_file, encoding="ascii") as stream:  # noqa: PTH123
            record = json.load(stream)
        return int(record["pid"]), str(record["started"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _process(pid: int) -> Any | None:
    try:
        return psutil.Process(pid)
    except psutil.Error:
        return None


def _below(process: Any) -> list[Any]:
    """psutil looks at start times too: a number that came again is nobody's child here."""
    try:
        return list(process.children(recursive=True))
    except psutil.Error:
        return []


def _runs(process: Any) -> bool:
    """It itself: a number that came again is somebody else's process."""
    try:
        return process.is_running() and process.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    except psutil.AccessDenied:
        return True
    except psutil.Error:
        return False


def _end(process: Any) -> None:
    """It and, where there are groups, the group that it leads: never our own."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError):  # it is gone, or not ours to end
            if os.getpgid(process.pid) == process.pid != os.getpgid(0) and process.is_running():
                os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(psutil.Error):
        process.kill()


def _stat(pid: int) -> list[str] | None:
    """Fields of /proc/<pid>/stat from the state on (Linux): [19] start time."""
    try:
        with open(f"{_PROC}/{pid}/stat", encoding="ascii", errors="replace") as stream:  # noqa: PTH123
            return stream.read().rpartition(")")[2].split()
    except OSError:
        return None
