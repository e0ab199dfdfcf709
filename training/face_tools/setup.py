"""Installing the face tools below backends/faces/: a library that nobody else imports, and two model files.

Nothing goes into ComfyUI's Python: only the child process that reads faces imports the library from there.
"""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from ...core.errors import ConflictError, ForbiddenError
from ...core.faces.reader import FaceReader
from ...core.faces.tools import NAME, find_tools
from ...core.paths import DataPaths
from ...core.records.worker import BackendState
from ...core.said import said
from ...core.settings import Settings
from ...core.storage.file_moves import deleting
from ..downloads.http_fetch import folder_size, need_room
from ..tasks.installable import SetupOffer
from ..tasks.task import Task
from . import packages

LOCKS = Path(__file__).resolve().parent / "locks"
VERSION = "20.0.1"
DOWNLOAD_BYTES = 98_000_000
#: While it is installed; 137 MB of it stay.
DISK_BYTES = 360_000_000
#: Seconds between measurements of what has come.
_MEASURE_S = 0.5


@dataclass
class FaceToolsSetup:
    """A plugin of the seam `tools`. `locks`: ours, unless a test brings its own."""

    paths: DataPaths
    settings: Settings
    locks: Path = LOCKS
    name: str = NAME
    _next_measure: float = 0.0

    @property
    def _home(self) -> Path:
        return self.paths.backends / NAME

    def state(self) -> BackendState:
        if find_tools(self.paths) is not None:
            return BackendState(name=NAME, version=VERSION)
        return BackendState(name=NAME, state="not_installed", detail="Isengard can't measure likeness yet.")

    def setup_offer(self) -> SetupOffer:
        installed, why_not = find_tools(self.paths), packages.why_not(self.settings)
        return SetupOffer(
            possible=not why_not,
            why_not=why_not,
            version=VERSION,
            licence="Boost, CC0",
            source="dlib-bin, face_recognition_models",
            download_bytes=DOWNLOAD_BYTES,
            disk_bytes=DISK_BYTES,
            installed=installed is not None and installed.ours,
            unfinished=installed is None and self._home.is_dir(),
        )

    def set_up(self, task: Task) -> None:
        """Fetch what is missing, then start it once; {"action": "check"} only starts it."""
        if task.request.get("action") != "check":
            self._install(task)
        self._check(task)

    def uninstall(self, task: Task) -> None:
        if not self._home.is_dir():
            raise ConflictError(
                "nothing_installed",
                "Isengard has not installed face tools here.",
                "Nothing needs to be done.",
            )
        task.tell("removing")
        with deleting(self._home):
            shutil.rmtree(self._home)

    def _install(self, task: Task) -> None:
        if reason := packages.why_not(self.settings):
            raise ForbiddenError(
                "setup_switched_off", reason, "Install dlib-bin and face_recognition_models by hand."
            )
        need_room(self._home, DISK_BYTES, why=said("Measuring likeness"))
        task.tell("downloading", done=0, of=DOWNLOAD_BYTES)
        before = folder_size(self._home)
        packages.install_library(
            task,
            self.locks / "faces.txt",
            self._home / "library",
            failed=said("The tools that measure likeness could not be downloaded."),
            meanwhile=lambda: self._tell_bytes(task, before),
        )

    def _tell_bytes(self, task: Task, before: int) -> None:
        if time.monotonic() < self._next_measure:
            return
        self._next_measure = time.monotonic() + _MEASURE_S
        came = max(0, folder_size(self._home) - before)
        task.tell("downloading", done=min(came, DOWNLOAD_BYTES), of=DOWNLOAD_BYTES)

    def _check(self, task: Task) -> None:
        """A drawn picture is read without a complaint."""
        packages.look_at_drawn(task, FaceReader(self.paths))
