"""The GPUs of this machine that may be used, whoever made them: NVIDIA's, else AMD's (Linux), else Apple's."""

from __future__ import annotations

import os
import time

from ...core.records.worker import Gpu
from . import amd_smi, apple_gpu, nvidia_smi, visible_gpus
from .gpu_process import GpuProcess

_SENSE_S = 5.0


def gpus() -> list[Gpu]:
    """List the GPUs of one maker: a trainer is set up for one."""
    return [card for _, card in numbered()]


def numbered() -> list[visible_gpus.Numbered]:
    """List them with the numbers by which a program is given one of them (visible_gpus.given)."""
    return (
        visible_gpus.of_nvidia(nvidia_smi.gpus(), os.environ)
        or visible_gpus.of_amd(amd_smi.gpus(), os.environ)
        or [*enumerate(apple_gpu.gpus())]
    )


def gpu_processes(gpu: Gpu) -> list[GpuProcess]:
    """List who computes on the GPU, the largest first. Inside a container, and on a Mac, there is nobody to see."""
    if gpu.maker == amd_smi.MAKER:
        return amd_smi.gpu_processes(gpu.uuid)
    return [] if gpu.maker == apple_gpu.MAKER else nvidia_smi.gpu_processes(gpu.uuid)


class GpuSensor:
    """Used memory and temperature of one GPU, asked at most every few seconds; nothing without a GPU, and of one that does not tell."""

    def __init__(self, uuid: str) -> None:
        self._uuid = uuid
        self._next = 0.0
        self._last: dict[str, int] = {}

    def read(self) -> dict[str, int]:
        """Fields of a job's progress."""
        if self._uuid and time.monotonic() >= self._next:
            self._next = time.monotonic() + _SENSE_S
            self._last = self._sense()
        return self._last

    def _sense(self) -> dict[str, int]:
        maker = self._uuid.partition("-")[0]
        if maker == amd_smi.MAKER:
            return amd_smi.sensed(self._uuid)
        return {} if maker == apple_gpu.MAKER else nvidia_smi.sensed(self._uuid)
