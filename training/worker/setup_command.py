"""`python boot.py setup`: what the panel's button sets up, started in a terminal by the computer's owner.

It works where ISENGARD_ALLOW_SETUP=0 forbids the panel to install anything: whoever starts it has the computer.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from ...core.clock import SystemClock, iso
from ...core.errors import ConflictError
from ...core.ids import new_id
from ...core.jobs.ledger import Lease, RunnerLedger
from ...core.paths import DataPaths
from ...core.records.job import Job, Order, Progress
from ...core.settings import load_settings
from ..machine.os_locks import worker_lock
from ..tasks.installable import InstallableBackend, SetupOffer
from ..tasks.task import Task, TaskFailed
from .main import data_folder, make_registry
from .task_kinds import installable

#: Seconds between two lines about the same step.
TELL_S = 10.0
_GB = 1e9


def main(argv: list[str]) -> int:
    """Set up a trainer or a tool; 1 where it cannot be or the person does not want it. Raises an IsengardError for what goes wrong."""
    parser = argparse.ArgumentParser(
        prog="isengard setup",
        description="Sets up the trainer, or the tools that read faces, in a folder and a Python of their own, as the panel does. "
        "Works with ISENGARD_ALLOW_SETUP=0 too.",
    )
    parser.add_argument(
        "what",
        nargs="?",
        default="ai_toolkit",
        help="ai_toolkit (the default), faces, or another pack's trainer",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask first")
    asked = parser.parse_args(argv)
    paths = data_folder()
    settings = replace(load_settings(os.environ, paths), allow_setup=True)
    backend = installable(make_registry(settings, paths), asked.what)
    offer = backend.setup_offer()
    if not offer.possible:
        _say(offer.why_not)
        return 1
    if not asked.yes and not _agreed(asked.what, offer, paths):
        _say("Nothing was set up.")
        return 1
    try:
        set_up(backend, paths)
    except KeyboardInterrupt:
        _say("Stopped. What has been downloaded is kept: run this again to go on.")
        return 1
    except TaskFailed as failed:
        _say(f"{failed.error.message} What has been downloaded is kept: run this again to go on.")
        return 1
    _say(f"{asked.what} is set up below {paths.backends}.")
    return 0


def set_up(backend: InstallableBackend, paths: DataPaths) -> None:
    """Do the work of the panel's job here and now. ConflictError `worker_at_work`; what `set_up` of the backend raises."""
    lock = worker_lock(paths)
    if not lock.acquire():
        raise ConflictError(
            "worker_at_work",
            "A worker of ComfyUI uses this data folder now.",
            "Wait until nothing is being trained and it has ended (a minute later), or close ComfyUI and the worker, then run this again.",
        )
    try:
        with tempfile.TemporaryDirectory(dir=paths.tmp, prefix="setup-") as folder:
            backend.set_up(_task(backend.name, paths, Path(folder)))
    finally:
        lock.release()


def _task(name: str, paths: DataPaths, folder: Path) -> Task:
    now = iso(SystemClock().now())
    job = Job(
        id=new_id("job"),
        kind="backend_setup",
        needs="cpu",
        request={"action": "install"},
        backend=name,
        correlation_id="setup-by-hand",
        created_at=now,
        updated_at=now,
    )
    ledger = cast(RunnerLedger, Terminal())
    return Task(job, folder, paths, ledger, Lease(job.id, 1, "setup-by-hand"))


class Terminal:
    """Lines for somebody who reads along, where a task else tells its ledger. Nobody orders anything here: Ctrl+C ends it."""

    def __init__(self) -> None:
        self._phase = ""
        self._next = 0.0

    def beat(self, lease: Lease) -> Order:
        return ""

    def progress(self, lease: Lease, progress: Progress) -> None:
        if progress.phase == self._phase and time.monotonic() < self._next:
            return
        self._phase, self._next = progress.phase, time.monotonic() + TELL_S
        done, of = progress.bytes_done, progress.bytes_total
        size = f": {done / _GB:.1f} of {of / _GB:.1f} GB" if done is not None and of else ""
        _say(f"{progress.phase.replace('_', ' ')}{size}")

    def emit(self, type: str, subject: object, data: Mapping[str, Any], **_: Any) -> None:
        for line in data.get("lines", ()):
            _say(f"  {line}")


def _agreed(what: str, offer: SetupOffer, paths: DataPaths) -> bool:
    _say(
        f"{what} {offer.version} ({offer.licence}) from {offer.source}: downloads about {offer.download_bytes / _GB:.1f} GB "
        f"and takes {offer.disk_bytes / _GB:.1f} GB below {paths.backends}. ComfyUI's own packages stay as they are."
    )
    sys.stderr.write("Go on? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
