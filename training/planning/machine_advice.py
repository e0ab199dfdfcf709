"""What could stop a training on the machine that will do it, in plain words, each with what mends it.

Pure functions over facts: nothing is asked of the system here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from ...core.families.families import Family
from ...core.records.training import Finding
from ...core.records.worker import Gpu
from ..gpu.gpu_handover import GpuUse
from ..machine.machine_facts import Machine
from ..machine.nvidia_smi import memory_words
from .estimates import Estimate

_GB = 1e9
#: Windows refuses paths of so many characters in many programs. A job's files add this much to the data folder's, and twice
#: the person's short name (a test counts).
WINDOWS_PATH, OUR_PATHS = 260, 82


@dataclass(frozen=True)
class Situation:
    """Everything the checks look at. `base_is_here`: nothing has to be downloaded for the training."""

    machine: Machine
    family: Family
    estimate: Estimate
    base_is_here: bool
    has_token: bool
    comfyui_version: str
    on_cpu: bool
    #: how the GPU was measured just now, where it is this machine's
    use: GpuUse | None = None
    #: the host of the worker that trains, where it is another machine: its disk for models cannot be seen from here
    away: str = ""
    slug: str = ""


def machine_findings(situation: Situation) -> list[Finding]:
    """In the order in which they matter."""
    return [finding for check in CHECKS for finding in check(situation)]


def gpu_memory(s: Situation) -> Sequence[Finding]:
    if s.on_cpu or not s.machine.gpus:
        return []
    gpu, needed = s.machine.gpus[0], s.estimate.vram_bytes
    if gpu.total_bytes < needed * 0.97:
        message = (
            f"{s.family.label} needs about {memory_words(needed)} of video memory and {gpu.name} has {memory_words(gpu.total_bytes)}. "
            "It will most likely run out, or become very slow."
        )
        return [Finding(severity="warning", code="gpu_too_small", message=message, fix="choose_family")]
    return _held(gpu, needed, s.use) if gpu.free_bytes < needed else []


def _held(gpu: Gpu, needed: int, use: GpuUse | None) -> Sequence[Finding]:
    """ComfyUI lets go when it is asked; other programs do not."""
    who = f" ({use.who()})" if use is not None and use.who() else ""
    in_use = f"{memory_words(gpu.total_bytes - gpu.free_bytes)} of {memory_words(gpu.total_bytes)} video memory are in use{who}. "
    others = sum(holder.bytes or 0 for holder in use.holders if not holder.comfyui) if use is not None else 0
    if gpu.total_bytes - others < needed:
        message = f"{in_use}About {memory_words(needed)} are needed: close the other programs."
        return [Finding(severity="warning", code="gpu_held", message=message, fix="check_again")]
    message = f"{in_use}ComfyUI is asked to free it before the training starts."
    return [Finding(severity="info", code="gpu_in_use", message=message, fix="free_gpu")]


def memory(s: Situation) -> Sequence[Finding]:
    needed, have = s.estimate.ram_bytes, s.machine.memory_bytes
    if not have or have + s.machine.swap_bytes >= needed:
        return []
    message = (
        f"Loading {s.family.label} takes about {memory_words(needed)} of memory and {s.away or 'this computer'} has {memory_words(have)}"
        f" and {memory_words(s.machine.swap_bytes)} of page file. It may be ended in the middle."
    )
    return [Finding(severity="warning", code="memory_small", message=message, fix="choose_family")]


def disk(s: Situation) -> Sequence[Finding]:
    fetched = 0 if s.base_is_here or s.away else int(s.family.needs.download_gb * _GB)
    needed = s.estimate.disk_bytes + fetched
    if not s.machine.disk_free_bytes or s.machine.disk_free_bytes > needed * 1.05:
        return []
    message = f"About {_gb(needed)} of disk are needed and {_gb(s.machine.disk_free_bytes)} are free."
    return [Finding(severity="error", code="disk_full", message=message, fix="free_disk")]


def download(s: Situation) -> Sequence[Finding]:
    if s.base_is_here or s.family.trains_from != "hub":
        return []
    if s.family.gated and not s.has_token:
        message = (
            f"{s.family.label} is given only to those who have accepted its licence. Accept it on its page "
            f"(huggingface.co/{s.family.training_base.hub}), then enter your token."
            + (f" The worker on {s.away} has none: give it HF_TOKEN." if s.away else "")
        )
        # who is away may have the files already
        severity: Literal["warning", "error"] = "warning" if s.away else "error"
        return [Finding(severity=severity, code="token_missing", message=message, fix="enter_token")]
    who = (
        f"The worker on {s.away} fetches the model unless it has it"
        if s.away
        else "The first training fetches the model"
    )
    message = f"{who}: about {s.family.needs.download_gb:.0f} GB."
    return [Finding(severity="info", code="model_download", message=message)]


def path(s: Situation) -> Sequence[Finding]:
    root = s.machine.root
    if s.machine.system != "Windows" or s.away:
        return []
    if len(root) + OUR_PATHS + 2 * len(s.slug) >= WINDOWS_PATH:
        message = (
            f"The data folder's path has {len(root)} characters: too long for some of the trainer's files."
        )
        return [Finding(severity="error", code="path_too_long", message=message, fix="move_data")]
    if not root.isascii():
        message = "The data folder's path holds letters that some of the trainer's libraries cannot read on Windows."
        return [Finding(severity="warning", code="path_letters", message=message, fix="move_data")]
    return []


def comfyui(s: Situation) -> Sequence[Finding]:
    have, needed = _numbers(s.comfyui_version), _numbers(s.family.min_comfyui)
    if not have or have >= needed:
        return []
    message = (
        f"Pictures with {s.family.label} need ComfyUI {s.family.min_comfyui}; this is {s.comfyui_version}. "
        "It can be trained now, and used after an update."
    )
    return [Finding(severity="warning", code="comfyui_old", message=message, fix="choose_family")]


def untried(s: Situation) -> Sequence[Finding]:
    if s.family.status == "proven":
        return []
    message = f"{s.family.label} has not been tried on a GPU by us yet: times and memory are guesses."
    return [Finding(severity="info", code="family_experimental", message=message)]


CHECKS: tuple[Callable[[Situation], Sequence[Finding]], ...] = (
    gpu_memory,
    memory,
    disk,
    download,
    path,
    comfyui,
    untried,
)


def _gb(count: int) -> str:
    return f"{count / _GB:.1f} GB"


def _numbers(version: str) -> tuple[int, ...]:
    parts = version.lstrip("v").split(".")
    return tuple(int(part) for part in parts[:3]) if all(part.isdecimal() for part in parts[:3]) else ()
