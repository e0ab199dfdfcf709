"""One GPU, one runner: its lock, kept by whatever runs on it, and ComfyUI asked to make room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...core.paths import DataPaths
from ...core.storage.file_lock import FileLock
from ..machine import visible_gpus
from ..machine.os_locks import gpu_lock, machine_name
from .gpu_handover import GpuUse, Patience, hand_over

#: What a job tells while ComfyUI is asked for the GPU's memory.
PHASE = "freeing_gpu"


@dataclass(frozen=True)
class GpuSlot:
    """The GPU that a runner may use; `uuid` '' for none."""

    uuid: str = ""
    index: int = 0
    name: str = ""
    total_bytes: int = 0

    @property
    def device(self) -> str:
        """Name of what a job tells that it runs on."""
        return self.name or f"cpu {machine_name()}"


@dataclass
class GpuHold:
    """A GPU that is ours until `release`; `use` is how it was found, None before ComfyUI was asked."""

    slot: GpuSlot
    lock: FileLock
    use: GpuUse | None = None

    @classmethod
    def take(cls, slot: GpuSlot, wait_s: float, meanwhile: Callable[[], object]) -> GpuHold:
        """Waits for another holder for as long as it takes; what `meanwhile` raises ends that."""
        lock = gpu_lock(slot.uuid)
        while not lock.acquire(wait_s):
            meanwhile()
        return cls(slot, lock)

    def make_room(
        self, paths: DataPaths, needed: int, patience: Patience, meanwhile: Callable[[], object]
    ) -> None:
        self.use = hand_over(paths, self.slot.uuid, needed, patience=patience, meanwhile=meanwhile)

    @property
    def environment(self) -> dict[str, str]:
        """Variables that make a program see this GPU alone."""
        return visible_gpus.given(self.slot.index)

    @property
    def words(self) -> str:
        """Say what a person should know of the GPU before it is used; '' when there was enough room."""
        return self.use.words() if self.use is not None else ""

    def release(self) -> None:
        self.lock.release()
