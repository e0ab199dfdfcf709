"""Facts about a computer that need no library, of this one or of the one whose worker will train."""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

from ..core.records.worker import Gpu, Worker
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
    def here(cls, root: Path) -> Machine:
        return cls(platform.system(), str(root), memory_bytes(), swap_bytes(), disk_free(root), gpus())

    @classmethod
    def of(cls, worker: Worker | None, root: Path) -> Machine:
        """As the worker described itself when it started; without one, nothing is known but the folder they share."""
        if worker is None:
            return cls("", str(root), 0, 0, disk_free(root))
        return cls(
            worker.system,
            str(root),
            worker.memory_bytes,
            worker.swap_bytes,
            disk_free(root),
            list(worker.gpus),
        )


def memory_bytes() -> int:
    """Physical memory."""
    if sys.platform == "win32":
        return _windows_memory()
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return 0


def swap_bytes() -> int:
    """What the system may put on disk: Linux's swap, Windows' page file; others do not tell."""
    if sys.platform == "win32":
        return _windows_page_file()
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("SwapTotal:"))


def disk_free(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0


class _MemoryStatus(ctypes.Structure):
    """Windows' MEMORYSTATUSEX; its "page file" is the limit of physical memory and page file together."""

    _fields_ = (
        ("length", ctypes.c_uint32),
        ("load", ctypes.c_uint32),
        *((name, ctypes.c_ulonglong) for name in ("physical", "physical_free", "commit", "commit_free")),
        *((name, ctypes.c_ulonglong) for name in ("virtual", "virtual_free", "virtual_extended_free")),
    )


def _windows_page_file() -> int:
    status = _MemoryStatus(length=ctypes.sizeof(_MemoryStatus))
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - exists on Windows only
    if not kernel.GlobalMemoryStatusEx(ctypes.byref(status)):
        return 0
    return max(0, int(status.commit) - int(status.physical))


def _windows_memory() -> int:
    kilobytes = ctypes.c_ulonglong(0)
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - exists on Windows only
    if not kernel.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes)):
        return 0
    return kilobytes.value * 1024
