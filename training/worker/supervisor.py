"""Keeps a worker running while there is work. Lives in ComfyUI's process; the worker itself outlives it."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO

from ...core.errors import IsengardError
from ...core.jobs.ledger import JobFilter, Ledger
from ...core.paths import DataPaths
from ...core.processes.start import Process, detached, start
from ...core.records.job_states import JobState
from ...core.settings import Settings
from ...core.storage.file_lock import held
from ..machine.os_locks import worker_lock_path
from .disk_space import resume_where_room
from .doorbell import Doorbell

RECONCILE_EVERY_S = 5.0
#: Of what a worker has said before it ended; the rest of it is not read.
LAST_LINES, LAST_BYTES = 20, 8192
BOOT = Path(__file__).absolute().parents[2] / "boot.py"
_log = logging.getLogger("isengard.supervisor")


class Supervisor:
    """`wake` after a submit; the thread of `watch` does the rest every few seconds."""

    def __init__(self, paths: DataPaths, settings: Settings, ledger: Ledger, doorbell: Doorbell) -> None:
        self._paths = paths
        self._settings = settings
        self._ledger = ledger
        self._doorbell = doorbell
        self._child: Process | None = None
        self._said: IO[bytes] | None = None
        self._told: tuple[int, list[str]] | None = None
        self._wake = threading.Event()
        self._stop = threading.Event()

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()

    def wake(self) -> None:
        """See to what was queued now, without blocking the caller."""
        self._wake.set()

    @property
    def worker_runs(self) -> bool:
        """Tell whether a worker of this machine serves this data folder."""
        return held(worker_lock_path(self._paths))

    def ensure_worker(self) -> bool:
        """Start a worker when jobs wait and none runs; True when one was started now."""
        if self._child is not None and self._child.poll() is None:
            return False
        self._tell_of_its_end()
        if self.worker_runs or not self._ledger.jobs(JobFilter(states=[JobState.QUEUED]), limit=1).items:
            return False
        self._child = self._spawn()
        _log.info("Worker started by the server", extra={"context": {"pid": self._child.pid}})
        return True

    def _tell_of_its_end(self) -> None:
        """In the log, with the last lines it said: of a worker that cannot even load, nothing else tells. Once where each says the same."""
        if self._child is None or self._said is None:
            return
        code, lines = self._child.returncode, _last_lines(self._said)
        self._said.close()
        self._child = self._said = None
        if code and (code, lines) != self._told:
            _log.error("The worker has failed", extra={"context": {"exit_code": code, "said": lines}})
        self._told = (code, lines)

    def _spawn(self) -> Process:
        """Detached: a restart or a crash of ComfyUI does not touch it. What it says goes into a file without a name, which
        it may go on writing to when nobody is left to read it."""
        self._said = tempfile.TemporaryFile(dir=self._paths.tmp)  # noqa: SIM115 - closed when the worker has ended
        env = {**os.environ, "DATA_DIR": str(self._paths.root), "LOG_DIR": str(self._paths.logs)}
        env["ISENGARD_MODE"] = self._settings.mode
        if "PYTHONPATH" in env:  # the worker stands in another folder than we do
            env["PYTHONPATH"] = os.pathsep.join(map(os.path.abspath, env["PYTHONPATH"].split(os.pathsep)))
        return start(
            [sys.executable, *_flags(), str(BOOT), "worker", "--until-idle"],
            cwd=self._paths.root,
            env=env,
            stderr=self._said,
            close_fds=True,
            **detached(),
        )

    def watch(self) -> None:
        """Watch until `stop`; blocks, for a thread of the server."""
        while not self._stop.is_set():
            self._wake.clear()
            try:
                resume_where_room(self._ledger, self._paths)
                self._doorbell.ring_missing(self._ledger.reconcile())
                self.ensure_worker()
            except (IsengardError, OSError) as fault:
                _log.error("Supervision failed and goes on", extra={"context": {"reason": str(fault)}})
            self._wake.wait(RECONCILE_EVERY_S)


def _flags() -> list[str]:
    """Those by which Python looks for packages where it does here: a user's own site-packages and PYTHONPATH count for the
    worker where they count for ComfyUI. The script's own folder, which only -I and newer Pythons' -P leave out, boot.py takes away."""
    if sys.flags.isolated:
        return ["-I"]
    flags = {"-E": sys.flags.ignore_environment, "-s": sys.flags.no_user_site}
    return [flag for flag, given in flags.items() if given]


def _last_lines(said: IO[bytes]) -> list[str]:
    said.seek(max(0, said.seek(0, os.SEEK_END) - LAST_BYTES))
    return said.read().decode("utf-8", errors="replace").splitlines()[-LAST_LINES:]
