"""A lock of the operating system on a file: it vanishes with the last process that holds it, however that ended."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

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
