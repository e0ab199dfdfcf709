"""The GPUs of this machine, asked of nvidia-smi; no torch is loaded for it."""

from __future__ import annotations

import shutil
import subprocess
import time

from ..core.records.worker import Gpu

_ASK_S = 10.0
_SENSE_S = 5.0
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


class GpuSensor:
    """Used memory and temperature of one GPU, asked at most every few seconds; nothing without a GPU."""

    def __init__(self, uuid: str) -> None:
        self._uuid = uuid
        self._next = 0.0
        self._last: dict[str, int] = {}

    def read(self) -> dict[str, int]:
        """Fields of a job's progress."""
        if self._uuid and time.monotonic() >= self._next:
            self._next = time.monotonic() + _SENSE_S
            self._last = self._ask()
        return self._last

    def _ask(self) -> dict[str, int]:
        program = shutil.which("nvidia-smi")
        if program is None:
            return {}
        query = "--query-gpu=memory.used,temperature.gpu"
        command = [program, query, "--format=csv,noheader,nounits", f"--id={self._uuid}"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_ASK_S, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return {}
        fields = [field.strip() for field in done.stdout.split(",")]
        if len(fields) != 2 or not all(field.isdecimal() for field in fields):
            return {}
        return {"vram_used_bytes": int(fields[0]) * _MIB, "temperature_c": int(fields[1])}


def _parse(line: str) -> Gpu | None:
    fields = [field.strip() for field in line.split(",")]
    if len(fields) != 4 or not (fields[2].isdecimal() and fields[3].isdecimal()):
        return None
    return Gpu(
        uuid=fields[0], name=fields[1], total_bytes=int(fields[2]) * _MIB, free_bytes=int(fields[3]) * _MIB
    )
