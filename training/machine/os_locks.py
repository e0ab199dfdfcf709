"""Locks of the operating system: they vanish with the last process that holds them, however it ended."""

from __future__ import annotations

import os
import platform
import re
import stat
import sys
import tempfile
import time
from pathlib import Path

from ...core.errors import NotReadyError
from ...core.paths import DataPaths
from ...core.said import said

_RETRY_S = 0.05
#: The last part of a path is never followed where it is a link (Windows has neither the flag nor such a shared folder).
_OPEN = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0)
#: A file that another user is just making is theirs alone for a moment.
_OPEN_TRIES = 5


class FileLock:
    """An exclusive lock on a file. On POSIX a child given `fileno()` keeps it held after we are gone.

    Never unlocked, only closed: an unlock would free it under a child that still runs. `everybody`: other users of the
    machine may hold it too.
    """

    def __init__(self, path: Path, *, everybody: bool = False) -> None:
        self._path = path
        self._everybody = everybody
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

    def in_place(self) -> bool:
        """Tell whether the path still leads to the file that is held; another one there would be locked by somebody else."""
        try:
            return os.path.samestat(os.fstat(self.fileno()), self._path.stat())
        except FileNotFoundError:
            return False

    def _try(self) -> bool:
        if self._fd is not None:
            return True
        fd = self._open()
        if not _lock(fd):
            os.close(fd)
            return False
        self._fd = fd
        return True

    def _open(self) -> int:
        """The file that is there, as it is, or a new one. OSError where it is a link, or somebody's who does not share it."""
        for attempt in range(_OPEN_TRIES):
            try:
                return os.open(self._path, _OPEN)
            except FileNotFoundError:
                made = self._make()
                if made is not None:
                    return made
            except PermissionError:
                if attempt == _OPEN_TRIES - 1:
                    raise
                time.sleep(_RETRY_S)
        raise FileNotFoundError(f"{self._path.name} comes and goes")

    def _make(self) -> int | None:
        """None where somebody was faster. O_CREAT alone would open what another user has put there."""
        try:
            fd = os.open(self._path, _OPEN | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return None
        if self._everybody and sys.platform != "win32":
            os.fchmod(fd, 0o666)  # whatever the umask says
        return fd


def held(path: Path) -> bool:
    """Tell whether somebody holds the lock on `path`."""
    if not path.exists():
        return False
    probe = FileLock(path)
    if not probe.acquire():
        return True
    probe.release()
    return False


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
