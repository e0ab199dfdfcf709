"""Locks of the operating system: they vanish with the last process that holds them, however it ended."""

from __future__ import annotations

import os
import platform
import re
import sys
import tempfile
import time
from pathlib import Path

from ..core.paths import DataPaths

_RETRY_S = 0.05


class FileLock:
    """An exclusive lock on a file. On POSIX a child given `fileno()` keeps it held after we are gone.

    Never unlocked, only closed: an unlock would free it under a child that still runs.
    """

    def __init__(self, path: Path, *, shared_folder: bool = False) -> None:
        self._path = path
        self._mode = 0o666 if shared_folder else 0o600
        self._fd: int | None = None

    def acquire(self, wait_s: float = 0.0) -> bool:
        """True when the lock is ours now; waits up to `wait_s` for another holder."""
        deadline = time.monotonic() + wait_s
        while not self._try():
            if time.monotonic() >= deadline:
                return False
            time.sleep(_RETRY_S)
        return True

    def release(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def fileno(self) -> int:
        if self._fd is None:
            raise ValueError("the lock is not held")
        return self._fd

    def _try(self) -> bool:
        if self._fd is not None:
            return True
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT, self._mode)
        if not _lock(fd):
            os.close(fd)
            return False
        self._fd = fd
        return True


def held(path: Path) -> bool:
    """Whether somebody holds the lock on `path`."""
    if not path.exists():
        return False
    probe = FileLock(path)
    if not probe.acquire():
        return True
    probe.release()
    return False


def machine_name() -> str:
    """This machine's name as part of a file name; workers of several machines may share DATA_DIR."""
    return re.sub(r"[^A-Za-z0-9-]+", "-", platform.node())[:60] or "localhost"


def worker_lock(paths: DataPaths, name: str = "") -> FileLock:
    """One worker per machine and DATA_DIR (and `name`, for several on purpose)."""
    return FileLock(worker_lock_path(paths, name))


def worker_lock_path(paths: DataPaths, name: str = "") -> Path:
    suffix = f"-{re.sub(r'[^A-Za-z0-9-]+', '-', name)[:30]}" if name else ""
    return paths.run / f"worker-{machine_name()}{suffix}.lock"


def gpu_lock(uuid: str) -> FileLock:
    """One trainer per GPU of this machine, whatever DATA_DIR or user it belongs to."""
    folder = Path(tempfile.gettempdir()) / "isengard-locks"
    folder.mkdir(mode=0o777, exist_ok=True)
    if folder.stat().st_mode & 0o777 != 0o777 and _owned(folder):
        folder.chmod(0o1777)
    return FileLock(folder / f"gpu-{re.sub(r'[^A-Za-z0-9-]+', '-', uuid)}.lock", shared_folder=True)


def _owned(folder: Path) -> bool:
    return sys.platform != "win32" and folder.stat().st_uid == os.getuid()


if sys.platform == "win32":
    import msvcrt

    def _lock(fd: int) -> bool:
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(fd: int) -> bool:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
