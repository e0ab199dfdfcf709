"""Setting up one model beside dlib: its files from the hub, pinned by size and hash, and the library that runs it where it needs one."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from ...core.errors import ConflictError, ForbiddenError, NotReadyError
from ...core.faces.models.choice import ONNXRUNTIME, TORCH, folder_of, has_runtime, is_here, onnx_folder
from ...core.faces.models.records import ModelFile, ModelRecord, records
from ...core.faces.reader import FaceReader
from ...core.faces.tools import NAME, find_tools
from ...core.paths import DataPaths
from ...core.records.worker import BackendState
from ...core.said import said
from ...core.settings import Settings, current_token
from ...core.storage.file_moves import deleting
from ..downloads.http_fetch import Wanted, fetch, is_wanted, need_room
from ..downloads.hub_site import file_url
from ..tasks.installable import SetupOffer
from ..tasks.task import Task
from . import packages

LOCKS = Path(__file__).resolve().parent / "locks"
#: Of the library; so much of it stays.
RUNTIME_BYTES, RUNTIME_DISK_BYTES = 24_000_000, 75_000_000


def tool_name(key: str) -> str:
    """Name a model among tools, in jobs and events."""
    return f"{NAME}_{key}"


@dataclass
class FaceModelSetup:
    """A plugin of the seam `tools`, one for each record that has files. `locks`: ours, unless a test brings its own."""

    paths: DataPaths
    settings: Settings
    record: ModelRecord
    locks: Path = LOCKS

    @property
    def name(self) -> str:
        return tool_name(self.record.key)

    @property
    def _home(self) -> Path:
        return folder_of(self.paths, self.record)

    def state(self) -> BackendState:
        if is_here(self.paths, self.record):
            return BackendState(name=self.name, version=self.record.label)
        return BackendState(
            name=self.name,
            state="not_installed",
            detail=said("{model} isn't installed yet.", model=self.record.label),
        )

    def setup_offer(self) -> SetupOffer:
        reason, here = self._why_not(), is_here(self.paths, self.record)
        library = 0 if self._has_library() else RUNTIME_BYTES
        return SetupOffer(
            possible=not reason,
            why_not=reason,
            version=self.record.label,
            licence=self.record.licence,
            source=", ".join(file.hub or file.url for file in self.record.files),
            download_bytes=self.record.size + library,
            disk_bytes=self.record.size + (RUNTIME_DISK_BYTES if library else 0),
            installed=here,
            unfinished=self._home.is_dir() and not here,
        )

    def set_up(self, task: Task) -> None:
        """Fetch what is missing, then look at a picture with it; {"action": "check"} only looks."""
        if task.request.get("action") != "check":
            self._install(task)
        self._check(task)

    def uninstall(self, task: Task) -> None:
        """Remove its files, and the library with the last model that needs it."""
        if not self._home.is_dir():
            raise ConflictError(
                "nothing_installed",
                said("{model} isn't installed.", model=self.record.label),
                "Nothing needs to be done.",
            )
        task.tell("removing")
        with deleting(self._home):
            shutil.rmtree(self._home)
        others = [record for record in records().values() if ONNXRUNTIME in record.needs]
        if not any(is_here(self.paths, record) for record in others):
            shutil.rmtree(onnx_folder(self.paths), ignore_errors=True)

    def _has_library(self) -> bool:
        return ONNXRUNTIME not in self.record.needs or has_runtime(self.paths, ONNXRUNTIME)

    def _why_not(self) -> str:
        if reason := packages.why_not(self.settings):
            return reason
        if find_tools(self.paths) is None:
            return said("Set up measuring first: this model works alongside it.")
        if TORCH in self.record.needs and not has_runtime(self.paths, TORCH):
            return said("ComfyUI's Python has no torch to run it.")
        return ""

    def _install(self, task: Task) -> None:
        if not self.settings.allow_setup:
            raise ForbiddenError("setup_switched_off", self._why_not(), "Ask them to switch it on.")
        if reason := self._why_not():
            raise NotReadyError("face_tools_missing", reason, "Set that up, then press Retry.")
        need_room(self._home, self.setup_offer().disk_bytes, why=self.record.label)
        before = 0
        for file in self.record.files:
            self._fetch(task, file, before)
            before += file.size
        if not self._has_library():
            task.tell("installing")
            packages.install_library(
                task,
                self.locks / "onnxruntime.txt",
                onnx_folder(self.paths),
                failed=said(
                    "The library that runs {model} could not be downloaded.", model=self.record.label
                ),
            )

    def _fetch(self, task: Task, file: ModelFile, before: int) -> None:
        target = self._home / file.base_name
        url = file.url or file_url(file.hub, file.revision, file.file)
        token = current_token(self.settings, self.paths) if file.hub else ""
        wanted = Wanted(url, file.sha256, file.size, token)
        if not is_wanted(task, wanted, target):
            task.log(f"{file.hub or file.url}: {file.file}")
            fetch(task, wanted, target, before=before, of=self.record.size)

    def _check(self, task: Task) -> None:
        """A drawn picture is looked at by it."""
        reader = FaceReader(self.paths, chosen=lambda: (self.record.key,))
        if packages.look_at_drawn(task, reader).scene is None:
            raise NotReadyError(
                "face_tools_broken",
                said("{model} is installed but couldn't read a picture.", model=self.record.label),
                "Remove it in the settings and set it up again.",
            )
