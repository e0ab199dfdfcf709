"""The GPU of a Mac with Apple silicon, which shares the computer's memory."""

from __future__ import annotations

import platform
import shutil

import psutil

from ...core.processes.start import answer
from ...core.records.worker import Gpu

MAKER = "Apple"
_ASK_S = 5.0
#: macOS lets a GPU hold about two thirds of the memory, and three quarters of more than 36 GB.
_LARGE_BYTES = 36 * 1024**3
_SHARE, _LARGE_SHARE = 2 / 3, 3 / 4


def gpus() -> list[Gpu]:
    """List the one GPU; empty on any other computer, and for a Python that runs translated on such a Mac."""
    if (platform.system(), platform.machine()) != ("Darwin", "arm64"):
        return []
    program = shutil.which("sysctl") or "/usr/sbin/sysctl"
    said = answer([program, "-n", "hw.memsize", "machdep.cpu.brand_string"], seconds=_ASK_S).splitlines()
    if len(said) < 2 or not said[0].strip().isdecimal():
        return []
    memory = int(said[0])
    total = int(memory * (_LARGE_SHARE if memory > _LARGE_BYTES else _SHARE))
    free = min(total, int(psutil.virtual_memory().available))
    return [Gpu(uuid=f"{MAKER}-GPU", name=said[1].strip(), total_bytes=total, free_bytes=free, maker=MAKER)]
