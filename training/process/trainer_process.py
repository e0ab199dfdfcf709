"""A trainer running behind the shim, as the worker holds it."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from pathlib import Path

from ...core.processes.start import PIPE, start, windowless, writer
from ...core.storage.file_lock import FileLock
from ..interface import LOG_FILE, LaunchPlan
from . import process_tree

SHIM = Path(__file__).resolve().parent / "shim.py"
PID_FILE = "trainer.pid.json"
#: The shim ends a trainer whose worker was silent for so long (a stopped process, a suspended machine).
SILENCE_S = 45.0
_END_WAIT_S = 10.0


class TrainerProcess:
    """Started at once; `beat` at least every few seconds keeps it alive."""

    def __init__(
        self,
        plan: LaunchPlan,
        job_dir: Path,
        *,
        gpu_lock: FileLock | None = None,
        silence_s: float = SILENCE_S,
    ) -> None:
        self._pid_file = job_dir / PID_FILE
        keep = (gpu_lock.fileno(),) if gpu_lock is not None and sys.platform != "win32" else ()
        self._shim = start([sys.executable, "-I", str(SHIM)], stdin=PIPE, pass_fds=keep, **windowless())
        order = {
            "argv": plan.argv,
            "cwd": str(plan.cwd),
            "env": plan.env,
            "log": str(job_dir / LOG_FILE),
            "pid_file": str(self._pid_file),
            "silence_s": silence_s,
            "keep_fds": list(keep),
            "libraries": process_tree.LIBRARIES,
        }
        self._write(json.dumps(order))
        self._ended = process_tree.end_of(self._shim)

    @property
    def pid(self) -> int | None:
        """The trainer's own pid (not the shim's), None before it has started."""
        recorded = process_tree.read_pid_file(str(self._pid_file))
        return recorded[0] if recorded is not None and process_tree.alive(*recorded) else None

    def poll(self) -> int | None:
        """The trainer's exit code (128 + n after signal n), None while it runs."""
        return self._shim.poll()

    def wait(self, seconds: float) -> None:
        """Return after `seconds`, or as soon as the trainer has ended."""
        self._ended.wait(seconds)

    def beat(self) -> None:
        self._write("beat")

    def kill(self) -> int:
        """End the whole tree now; returns the exit code."""
        with contextlib.suppress(OSError):
            writer(self._shim).close()
        deadline = time.monotonic() + _END_WAIT_S
        while self._shim.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        if self._shim.poll() is None:
            process_tree.kill_tree(self._shim.pid)
        # a shim that was killed leaves its trainer behind where the system does not end it (Windows, macOS)
        process_tree.kill_recorded(str(self._pid_file))
        return self._shim.wait()

    def _write(self, line: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            writer(self._shim).write(line.encode("utf-8") + b"\n")
            writer(self._shim).flush()


def end_leftover(job_dir: Path) -> bool:
    """End a trainer that an earlier attempt left behind; True when there was one."""
    return process_tree.kill_recorded(str(job_dir / PID_FILE))
