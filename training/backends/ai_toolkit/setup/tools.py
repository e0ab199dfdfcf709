"""uv, which makes the trainer's Python and environment: found on this machine, or fetched as a wheel beside the trainer."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from .....core.errors import NotReadyError
from .....core.said import joined, said
from ....downloads.pip_fetch import has_pip, pip
from ....process.environment import minimal_environment
from ....tasks.task import Task
from .pins import LOCKS

#: The owner's own package index is respected; every file of the lock is checked by its hash all the same.
PASSED = (
    "UV_DEFAULT_INDEX",
    "UV_INDEX_URL",
    "UV_INDEX",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_PYTHON_INSTALL_MIRROR",
)
_PROGRAM = "uv.exe" if os.name == "nt" else "uv"


def environment(home: Path) -> dict[str, str]:
    """Environment for uv: everything it keeps stays below `home`."""
    passed = {name: os.environ[name] for name in PASSED if name in os.environ}
    return {
        **minimal_environment(),
        **passed,
        "UV_CACHE_DIR": str(home / "cache"),
        "UV_PYTHON_INSTALL_DIR": str(home / "python"),
        "UV_PYTHON_BIN_DIR": str(home / "python" / "bin"),
        "UV_NO_PROGRESS": "1",
    }


def uv(task: Task, home: Path) -> Path:
    """The program. NotReadyError `uv_missing` when it is not here and cannot be fetched."""
    fetched = home / "tools" / "bin" / _PROGRAM
    for candidate in (shutil.which("uv"), str(fetched)):
        if candidate and Path(candidate).is_file():
            return Path(candidate)
    if not has_pip():
        raise _missing("ComfyUI's Python has no pip to download it with.")
    task.tell("fetching_uv")
    options = ["--target", str(home / "tools"), "--only-binary", ":all:"]
    came = pip(task, "install", LOCKS / "uv.txt", options, home=home)
    if not came or not fetched.is_file():
        raise _missing("It could not be downloaded from the package index.")
    return fetched


def _missing(why: str) -> NotReadyError:
    return NotReadyError(
        "uv_missing",
        joined(said("The program uv is needed to make the trainer's own Python."), said(why)),
        "Check the internet connection and press Retry, or install uv yourself.",
    )
