"""A machine with a GPU that is not there: NVIDIA's program on PATH answers from a file that the test writes."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).resolve().parents[1] / "fakes" / "nvidia_smi.py"
UUID = "GPU-00000000-0000-0000-0000-00000000000f"
TOTAL_MIB = 24_000


@dataclass
class FakeGpu:
    """`path` goes in front of PATH."""

    path: Path

    @classmethod
    def make(cls, folder: Path) -> FakeGpu:
        folder.mkdir(parents=True, exist_ok=True)
        program = folder / "nvidia-smi"
        program.write_text(f"#!{sys.executable} -IS\n" + PROGRAM.read_text())
        program.chmod(0o755)
        gpu = cls(folder)
        gpu.set()
        return gpu

    def set(
        self, free: int = TOTAL_MIB - 500, processes: tuple[tuple[int, str, object], ...] = (), **more: Any
    ) -> None:
        """`free` in MiB; processes as (pid, path, MiB). Written whole: it may be read at any time."""
        unknown = more.pop("unknown", [])
        gpu = {
            "uuid": UUID, "name": "RTX 4090", "memory.total": TOTAL_MIB, "memory.free": free,
            "memory.used": TOTAL_MIB - free, "temperature.gpu": 61, "compute_cap": "8.9", "driver_version": "590.10",
            **more,
        }  # fmt: skip
        names = ("pid", "process_name", "used_gpu_memory")
        rows = [{"uuid": UUID, **dict(zip(names, process, strict=True))} for process in processes]
        scratch = self.path / "state.tmp"
        scratch.write_text(json.dumps({"gpus": [gpu], "processes": rows, "unknown": unknown}))
        scratch.replace(self.path / "state.json")

    @property
    def search_path(self) -> str:
        return f"{self.path}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture
def gpu(tmp_path, monkeypatch):
    """An RTX 4090 with nearly all of its memory free."""
    gpu = FakeGpu.make(tmp_path / "nvidia")
    monkeypatch.setenv("PATH", gpu.search_path)
    return gpu
