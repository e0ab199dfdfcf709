"""Ending a process with everything it started. Stdlib only and free of imports from the package: the shim loads it by path."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

#: How long we look for survivors before giving up.
KILL_WAIT_S = 5.0
_PROC = "/proc"


def end_of(process: subprocess.Popen[Any]) -> threading.Event:
    """Set as soon as `process` has ended."""
    ended = threading.Event()

    def wait() -> None:
        process.wait()
        ended.set()

    threading.Thread(target=wait, name=f"isengard-end-of-{process.pid}", daemon=True).start()
    return ended


def start_time(pid: int) -> str:
    """When process `pid` began, in the system's own unit, so that a re-used number is told apart; '' when it is gone."""
    if sys.platform == "win32":
        return _windows_start(pid)
    fields = _stat(pid)
    if fields is not None:
        return fields[19]
    return _ps_start(pid) if not os.path.isdir(_PROC + "/self") else ""  # noqa: PTH112


def alive(pid: int, started: str = "") -> bool:
    """Whether `pid` runs (zombies do not) and, when `started` is given, is still that same process."""
    if sys.platform != "win32":
        fields = _stat(pid)
        if fields is not None and fields[0] in ("Z", "X"):
            return False
    now = start_time(pid)
    return bool(now) and (not started or now == started)


def descendants(pid: int) -> list[int]:
    """Everything below `pid`, nearest first (Linux; elsewhere the process group does)."""
    children: dict[int, list[int]] = {}
    for name in _pids():
        fields = _stat(name)
        if fields is not None:
            children.setdefault(int(fields[1]), []).append(name)
    found, look = list[int](), [pid]
    while look:
        below = children.get(look.pop(0), [])
        found += below
        look += below
    return found


def kill_tree(pid: int, *, itself: bool = True) -> None:
    """Kill everything below `pid` and its process group; `itself` too. Returns when they are gone or after 5 s."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(pid)], capture_output=True, check=False)
        return
    deadline = time.monotonic() + KILL_WAIT_S
    while True:
        targets = [target for target in descendants(pid) if alive(target)]
        if itself and alive(pid):
            targets.append(pid)
            _kill_group(pid)
        for target in targets:
            _kill_group(target)
            _signal(target, signal.SIGKILL)
        if not targets or time.monotonic() > deadline:
            return
        time.sleep(0.02)


def kill_recorded(pid_file: str) -> bool:
    """End the process that `pid_file` names if it is still that very process; True when there was one."""
    recorded = read_pid_file(pid_file)
    if recorded is None or not recorded[1] or not alive(*recorded):
        return False
    kill_tree(recorded[0])
    return True


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


def _kill_group(pid: int) -> None:
    """Only a group that `pid` leads: never our own."""
    if sys.platform == "win32":
        return
    try:
        if os.getpgid(pid) == pid and pid != os.getpgid(0):
            os.killpg(pid, signal.SIGKILL)
    except OSError:
        return


def _signal(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except OSError:
        return


def _pids() -> list[int]:
    try:
        return [int(name) for name in os.listdir(_PROC) if name.isdigit()]  # noqa: PTH208
    except OSError:
        return []


def _stat(pid: int) -> list[str] | None:
    """Fields of /proc/<pid>/stat from the state on: [0] state, [1] parent, [19] start time."""
    try:
        with open(f"{_PROC}/{pid}/stat", encoding="ascii", errors="replace") as stream:  # noqa: PTH123
            return stream.read().rpartition(")")[2].split()
    except OSError:
        return None


def _ps_start(pid: int) -> str:
    done = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


if sys.platform == "win32":

    def _windows_start(pid: int) -> str:
        """Creation time by the Windows API; '' when the process is gone."""
        import ctypes
        from ctypes import wintypes

        kernel = ctypes.WinDLL("kernel32")
        handle = kernel.OpenProcess(0x1000, False, pid)
        if not handle:
            return ""
        times = [wintypes.FILETIME() for _ in range(4)]
        code = wintypes.DWORD()
        kernel.GetProcessTimes(handle, *(ctypes.byref(moment) for moment in times))
        kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        kernel.CloseHandle(handle)
        still_active = 259
        if code.value != still_active:
            return ""
        return str(times[0].dwHighDateTime * 2**32 + times[0].dwLowDateTime)

else:

    def _windows_start(pid: int) -> str:
        raise OSError(f"no Windows process {pid} here")
