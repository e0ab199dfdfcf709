"""Facts about a computer, of this one or of the one whose worker will train."""

from __future__ import annotations

import os
import platform
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from ...core.records.worker import Gpu, Worker
from .gpus import gpus


@dataclass(frozen=True)
class Machine:
    """Bytes are 0 where they cannot be told; `root` is the data folder."""

    system: str
    root: str
    memory_bytes: int
    swap_bytes: int
    disk_free_bytes: int
    gpus: list[Gpu] = field(default_factory=list)

    @classmethod
    def here(cls, root: Path, *, with_gpus: bool = True) -> Machine:
        """Describe this machine as it is now; without GPUs where nobody needs to know of them: asking nvidia-smi takes a while."""
        cards = gpus() if with_gpus else []
        return cls(platform.system(), str(root), memory_bytes(), swap_bytes(), disk_free(root), cards)

    @classmethod
    def of(cls, worker: Worker | None, here: Machine) -> Machine:
        """Describe a machine as the worker did when it started; without one, nothing is known but the folder it shares with us."""
        if worker is None:
            return cls("", here.root, 0, 0, here.disk_free_bytes)
        return cls(
            worker.system,
            here.root,
            worker.memory_bytes,
            worker.swap_bytes,
            here.disk_free_bytes,
            list(worker.gpus),
        )


def memory_bytes() -> int:
    """Physical memory."""
    try:
        return int(psutil.virtual_memory().total)
    except (OSError, RuntimeError):
        return 0


def swap_bytes() -> int:
    """Memory that the system may put on disk, in bytes: Linux's swap, Windows' page file."""
    try:
        return int(psutil.swap_memory().total)
    except (OSError, RuntimeError):
        return 0


def disk_free(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


def free_apart(folder: Path, root: Path) -> int | None:
    """Bytes free where `folder` is or will be; None where that is the disk of `root`, or a drive that is not there."""
    there = nearest_there(folder)
    if there is None or there.stat().st_dev == root.stat().st_dev:
        return None
    return shutil.disk_usage(there).free


def nearest_there(folder: Path) -> Path | None:
    """The folder, or the nearest one above it that is there; None on a drive that is not (Windows)."""
    return next((place for place in (folder, *folder.parents) if os.path.exists(place)), None)  # noqa: PTH110 - never raises
