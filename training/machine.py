"""Facts about this computer that need no library."""

from __future__ import annotations

import ctypes
import os
import sys


def memory_bytes() -> int:
    """Physical memory in bytes, 0 where it cannot be told."""
    if sys.platform == "win32":
        return _windows_memory()
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        return 0


def _windows_memory() -> int:
    kilobytes = ctypes.c_ulonglong(0)
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - exists on Windows only
    if not kernel.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes)):
        return 0
    return kilobytes.value * 1024
