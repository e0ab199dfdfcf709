"""Files and folders that are their owner's alone, whatever the umask is and whoever makes them for us."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO


def make_private(file: Path) -> None:
    """An empty file, mode 0600, where there is none yet: before a library opens it with the umask's mode. Where none can be
    made, that library says why."""
    with contextlib.suppress(OSError):
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def keep_private(file: Path) -> None:
    """Mode 0600 for a file of ours that is there, whoever made it; on Windows the folder's rights are the file's."""
    file.chmod(0o600)


def append_to(file: Path) -> TextIO:
    """Open for more text; a new file has mode 0600. What UTF-8 cannot hold is escaped."""
    return open(file, "a", encoding="utf-8", errors="backslashreplace", opener=_private)


def own_folder(folder: Path) -> None:
    """Make sure of a folder that is this user's alone. PermissionError for a link, or what is not ours or open to others."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise PermissionError(f"{folder} is not a folder of its own")
    if sys.platform != "win32" and (status.st_uid != os.getuid() or status.st_mode & 0o022):
        raise PermissionError(f"{folder} can be changed by another user")


def close_to_others(folders: Iterable[Path]) -> None:
    """Folders of ours that everybody may enter, as `mkdir` makes them, become 0700. A folder opened to a group alone was
    opened on purpose; a link leads to what we did not make; another user's folder is theirs."""
    if sys.platform == "win32":
        return  # a new folder there has the rights of the one above it
    for folder in folders:
        try:
            status = folder.lstat()
        except FileNotFoundError:
            continue
        own = stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()
        if own and status.st_mode & 0o007:
            folder.chmod(0o700)


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)
