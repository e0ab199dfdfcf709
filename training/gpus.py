"""The GPUs of this machine, asked of nvidia-smi; no torch is loaded for it."""

from __future__ import annotations

import shutil
import subprocess

from ..core.records.worker import Gpu

_ASK_S = 10.0
_MIB = 1024**2


def gpus() -> list[Gpu]:
    """In PCI order; empty without an NVIDIA GPU or when nvidia-smi does not answer."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    command = [program, "--query-gpu=uuid,name,memory.total,memory.free", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_ASK_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [gpu for line in done.stdout.splitlines() if (gpu := _parse(line)) is not None]


def _parse(line: str) -> Gpu | None:
    fields = [field.strip() for field in line.split(",")]
    if len(fields) != 4 or not (fields[2].isdecimal() and fields[3].isdecimal()):
        return None
    return Gpu(
        uuid=fields[0], name=fields[1], total_bytes=int(fields[2]) * _MIB, free_bytes=int(fields[3]) * _MIB
    )
