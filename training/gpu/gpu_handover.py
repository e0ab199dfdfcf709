"""Before something of ours uses the GPU: ComfyUI is asked to let go, and what is really free is measured, not assumed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import Field

from ...core.paths import DataPaths
from ...core.records.base import Record
from ...core.records.worker import Gpu
from ...core.said import Memory, Said, Value, joined, listed, said
from ..machine.gpus import gpu_processes, gpus
from .comfyui_memory import SERVER_FILE, free_comfyui

#: ComfyUI lets go between two pictures; it is given this long.
WAIT_S = 20.0
_LOOK_S = 0.5
#: How long it may look as if ComfyUI held nothing before that is believed.
_SEEN_S = 2.0
_STEADY_S = 4.0
#: What a process keeps for as long as it has used the GPU at all (its context): no model is held any more.
_CONTEXT_BYTES = 700 * 1024**2
_SHOWN = 4


@dataclass(frozen=True)
class Patience:
    """Seconds: the longest wait for ComfyUI, and between two measurements."""

    wait: float = WAIT_S
    look: float = _LOOK_S


class Holder(Record):
    """A program that holds video memory; `bytes` null where the system does not tell."""

    pid: int
    name: str
    bytes: int | None = None
    comfyui: bool = False


class GpuUse(Record):
    """A GPU as it was measured. `needed_bytes` 0: nobody has said how much is wanted."""

    gpu: Gpu
    holders: list[Holder] = Field(default_factory=list)
    needed_bytes: int = 0
    asked: bool = False
    waited_s: float = 0.0

    @property
    def enough(self) -> bool:
        return self.gpu.free_bytes >= min(self.needed_bytes, int(self.gpu.total_bytes * 0.97))

    @property
    def comfyui_holds(self) -> bool | None:
        """Tell whether ComfyUI has a model on the GPU; None where that cannot be seen (Windows tells no sizes, a container nobody)."""
        if not self.holders:
            return None
        sizes = [holder.bytes for holder in self.holders if holder.comfyui]
        if any(size is not None and size > _CONTEXT_BYTES for size in sizes):
            return True
        return None if None in sizes else False

    def who(self) -> str:
        """`ComfyUI 9.0 GB, blender.exe 1.2 GB`; '' where nobody is seen."""
        programs = self.holders[:_SHOWN]
        return said("{programs}", programs=listed(map(_named, programs))) if programs else ""

    def words(self) -> str:
        """Say what a person should know and can do; '' when there is enough."""
        if self.enough:
            return ""
        shortage = said(
            "{gpu} has {free} of {total} free, but training needs about {needed}.",
            gpu=self.gpu.name,
            free=Memory(self.gpu.free_bytes),
            total=Memory(self.gpu.total_bytes),
            needed=Memory(self.needed_bytes),
        )
        programs = self.who()
        holding = said("In use by: {programs}.", programs=programs) if programs else ""
        return joined(shortage, holding, self._advice())

    def _advice(self) -> Said:
        if self.comfyui_holds is False:
            return said("Close other programs that use the GPU.")
        if not self.asked:
            return said("Free ComfyUI's memory, and close other programs that use the GPU.")
        if self.comfyui_holds:
            return said("Isengard asked ComfyUI to free its memory, but it didn't: restart ComfyUI.")
        return said(
            "Isengard asked ComfyUI to free its memory. If it still holds some, restart it, and close other programs that use the GPU."
        )


def _named(holder: Holder) -> Value:
    name = "ComfyUI" if holder.comfyui else holder.name
    return (
        name
        if holder.bytes is None
        else said("{program} {memory}", program=name, memory=Memory(holder.bytes))
    )


def measure(paths: DataPaths, uuid: str = "", needed: int = 0) -> GpuUse | None:
    """The GPU (the first one without `uuid`) and who holds its memory; None where there is none."""
    gpu = next((candidate for candidate in gpus() if uuid in ("", candidate.uuid)), None)
    return None if gpu is None else holders_of(paths, gpu, needed)


def holders_of(paths: DataPaths, gpu: Gpu, needed: int = 0) -> GpuUse:
    """List who holds memory of a GPU that was just measured."""
    comfyui = _comfyui_pid(paths)
    holders = [
        Holder(pid=process.pid, name=process.name, bytes=process.bytes, comfyui=process.pid == comfyui)
        for process in gpu_processes(gpu)
    ]
    return GpuUse(gpu=gpu, holders=holders, needed_bytes=needed)


def hand_over(
    paths: DataPaths,
    uuid: str = "",
    needed: int = 0,
    *,
    patience: Patience | None = None,
    meanwhile: Callable[[], object] = lambda: None,
) -> GpuUse | None:
    """Ask ComfyUI to free its memory, then measure until there is enough, ComfyUI has let go, or patience ends.

    `meanwhile` is called between measurements; what it raises ends the wait.
    """
    pace, began = patience or Patience(), time.monotonic()
    asked, free, changed = free_comfyui(paths), -1, began
    while True:
        meanwhile()
        use = measure(paths, uuid, needed)
        now = time.monotonic()
        if use is not None and use.gpu.free_bytes != free:
            free, changed = use.gpu.free_bytes, now
        waited = now - began
        if (
            use is None
            or use.enough
            or not asked
            or waited >= pace.wait
            or _settled(use, waited, now - changed)
        ):
            return use and use.model_copy(update={"asked": asked, "waited_s": round(waited, 2)})
        time.sleep(pace.look)


def _settled(use: GpuUse, waited: float, steady: float) -> bool:
    """Waiting longer frees nothing: ComfyUI was seen to hold nothing, or cannot be seen and nothing has changed for a while."""
    if use.comfyui_holds is False:
        return waited >= _SEEN_S
    return use.comfyui_holds is None and steady >= _STEADY_S


def _comfyui_pid(paths: DataPaths) -> int | None:
    try:
        return int(json.loads((paths.run / SERVER_FILE).read_text(encoding="utf-8"))["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
