"""NVIDIA's GPUs of this machine and who uses them, asked of nvidia-smi; no torch is loaded for it."""

from __future__ import annotations

import shutil
from pathlib import PureWindowsPath

from ...core.processes.start import answer
from ...core.records.worker import Gpu
from .gpu_process import GpuProcess

_ASK_S = 10.0
_MIB = 1024**2
_FACTS = "uuid,name,memory.total,memory.free"


def gpus() -> list[Gpu]:
    """List GPUs in PCI order; empty without an NVIDIA GPU or when nvidia-smi does not answer. Drivers before 2022 do not tell `compute`."""
    lines = _ask(f"--query-gpu={_FACTS},compute_cap") or _ask(f"--query-gpu={_FACTS}")
    return [gpu for line in lines if (gpu := _parse(line)) is not None]


def gpu_processes(uuid: str) -> list[GpuProcess]:
    """List who computes on the GPU, the largest first. Inside a container there may be nobody to see."""
    lines = _ask("--query-compute-apps=pid,process_name,used_gpu_memory", f"--id={uuid}")
    processes = [process for line in lines if (process := _parse_process(line)) is not None]
    return sorted(processes, key=lambda process: process.bytes or 0, reverse=True)


def sensed(uuid: str) -> dict[str, int]:
    """Used memory and temperature, as fields of a job's progress."""
    lines = _ask("--query-gpu=memory.used,temperature.gpu", f"--id={uuid}")
    fields = [field.strip() for field in lines[0].split(",")] if lines else []
    if len(fields) != 2 or not all(field.isdecimal() for field in fields):
        return {}
    return {"vram_used_bytes": int(fields[0]) * _MIB, "temperature_c": int(fields[1])}


def _ask(query: str, *more: str) -> list[str]:
    """nvidia-smi's lines; none where it is missing, does not answer or does not know the question."""
    program = shutil.which("nvidia-smi")
    if program is None:
        return []
    said = answer([program, query, "--format=csv,noheader,nounits", *more], seconds=_ASK_S)
    return [line for line in said.splitlines() if line.strip()]


def _parse(line: str) -> Gpu | None:
    fields = [field.strip() for field in line.split(",")]
    if len(fields) not in (4, 5) or not (fields[2].isdecimal() and fields[3].isdecimal()):
        return None
    return Gpu(
        uuid=fields[0],
        name=fields[1],
        total_bytes=int(fields[2]) * _MIB,
        free_bytes=int(fields[3]) * _MIB,
        compute=fields[4] if len(fields) == 5 else "",
    )


def _parse_process(line: str) -> GpuProcess | None:
    """`pid, path, MiB`; the path may hold commas, the memory may be `[N/A]`."""
    pid, _, rest = line.partition(",")
    path, _, used = rest.rpartition(",")
    if not pid.strip().isdecimal() or not path.strip():
        return None
    memory = int(used) * _MIB if used.strip().isdecimal() else None
    return GpuProcess(int(pid), PureWindowsPath(path.strip()).name, memory)
