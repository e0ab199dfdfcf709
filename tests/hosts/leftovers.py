"""Processes that a demo, a benchmark or a test run has left: those whose command, working folder or data folder lies below a folder
of it. Run as `python leftovers.py FOLDER SECONDS` by the host environment (it has psutil); one line each, none when all is well.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

#: A worker looks, sees that nothing waits, and ends: with ISENGARD_IDLE_S of a few seconds that takes about so long.
WAIT_S = float(os.environ.get("ISENGARD_LEFT_WAIT_S") or 30.0)
VARIABLES = ("DATA_DIR", "LOG_DIR")


def left_below(folder: Path, wait_s: float = WAIT_S) -> list[str]:
    """`pid name: command` of each process that is still there after `wait_s`."""
    deadline = time.monotonic() + wait_s
    while (found := _below(folder)) and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


def asked_of_the_host(folder: Path, wait_s: float = WAIT_S) -> list[str]:
    """The same for a Python that has no psutil."""
    from .environments import HOST

    command = [str(HOST.ensure()), str(Path(__file__).resolve()), str(folder), str(wait_s)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def _below(folder: Path) -> list[str]:
    import psutil

    own = {os.getpid(), *(process.pid for process in psutil.Process().parents())}
    found = []
    for process in psutil.process_iter():
        if process.pid in own:
            continue
        try:
            if process.status() != psutil.STATUS_ZOMBIE and _belongs(process, f"{folder}{os.sep}"):
                found.append(f"{process.pid} {process.name()}: {' '.join(process.cmdline())[:200]}")
        except psutil.Error:
            continue  # it has just ended, or is another user's
    return found


def _belongs(process: object, begin: str) -> bool:
    environment = process.environ()
    places = [*process.cmdline(), process.cwd(), *(environment.get(name, "") for name in VARIABLES)]
    return any(f"{place}{os.sep}".startswith(begin) for place in places)


if __name__ == "__main__":
    sys.stdout.write("".join(f"{line}\n" for line in left_below(Path(sys.argv[1]), float(sys.argv[2]))))
