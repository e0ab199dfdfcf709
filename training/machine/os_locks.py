"""Locks of workers and of GPUs: they vanish with the last process that holds them, however it ended."""

from __future__ import annotations

import os
import platform
import re
import stat
import tempfile
from pathlib import Path

from ...core.errors import NotReadyError
from ...core.paths import DataPaths
from ...core.said import said
from ...core.storage.file_lock import FileLock


def machine_name() -> str:
    """Name of this machine as part of a file name; workers of several machines may share DATA_DIR."""
    return re.sub(r"[^A-Za-z0-9-]+", "-", platform.node())[:60] or "localhost"


def worker_lock(paths: DataPaths, name: str = "") -> FileLock:
    """Lock for one worker per machine and DATA_DIR (and `name`, for several on purpose)."""
    return FileLock(worker_lock_path(paths, name))


def worker_lock_path(paths: DataPaths, name: str = "") -> Path:
    suffix = f"-{re.sub(r'[^A-Za-z0-9-]+', '-', name)[:30]}" if name else ""
    return paths.run / f"worker-{machine_name()}{suffix}.lock"


class GpuLock(FileLock):
    """Lock for one trainer per GPU of this machine, whatever DATA_DIR or user it belongs to. It lies in the temporary folder itself,
    where nobody can take away or swap another user's file; a folder of ours would be its first user's."""

    def __init__(self, uuid: str) -> None:
        name = f"isengard-gpu-{re.sub(r'[^A-Za-z0-9-]+', '-', uuid)}.lock"
        super().__init__(Path(tempfile.gettempdir()) / name, everybody=True)

    def _open(self) -> int:
        """NotReadyError `gpu_lock_refused` for anything but a plain file that we may use."""
        try:
            fd = super()._open()
        except OSError as fault:
            raise self._refused() from fault
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise self._refused()
        return fd

    def _refused(self) -> NotReadyError:
        return NotReadyError(
            "gpu_lock_refused",
            said(
                "Isengard can't use the GPU's lock: {file} belongs to another user of this computer, or isn't a plain file.",
                file=str(self._path),
            ),
            "Ask that user or an administrator to remove it, then press Retry.",
        )


def gpu_lock(uuid: str) -> FileLock:
    """The lock of the GPU with this UUID."""
    return GpuLock(uuid)
