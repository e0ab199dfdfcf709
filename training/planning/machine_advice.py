"""What is said of the machine before a training starts, in plain words, each with what mends it: memory, disk, downloads, ComfyUI
and the model's terms. Pure functions over facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from ...core.families.families import Family
from ...core.records.training import Finding
from ...core.records.worker import Gpu
from ...core.said import Bytes, Listed, Memory, Said, joined, listed, said
from ...core.version import numbers
from ..downloads.hub_cache import Lacking
from ..gpu.gpu_handover import GpuUse
from ..interface import BackendCapabilities
from ..machine.machine_facts import Machine
from .estimates import Estimate
from .memory_choice import MemoryChoice, pace_words, saving_words

#: Windows refuses paths of so many characters in many programs. A job's files add this much to the data folder's, and twice
#: the person's short name (a test counts).
WINDOWS_PATH, OUR_PATHS = 260, 82


@dataclass(frozen=True)
class Situation:
    """Everything the checks look at. `lacking`: what is fetched of the hub before the start, of another machine what may be."""

    machine: Machine
    family: Family
    estimate: Estimate
    lacking: Sequence[Lacking]
    has_token: bool
    comfyui_version: str
    on_cpu: bool
    #: how the GPU was measured just now, where it is this machine's
    use: GpuUse | None = None
    #: the host of the worker that trains, where it is another machine: its disk for models cannot be seen from here
    away: str = ""
    slug: str = ""
    #: whether the owner lets models be fetched here; another machine's worker has an environment of its own
    may_fetch: bool = True
    #: a hub id that the trainer fetches by itself, since no record says what it reads of it
    by_itself: str = ""
    #: free for the hub's cache, where that is on another disk than the data folder
    cache_free_bytes: int | None = None
    #: what is installed and fetched before it begins
    coming_bytes: int = 0
    #: what it could be made to take
    memory: MemoryChoice | None = None


def machine_findings(situation: Situation) -> list[Finding]:
    """In the order in which they matter."""
    return [finding for check in CHECKS for finding in check(situation)]


def gpu_memory(s: Situation) -> Sequence[Finding]:
    if s.on_cpu or not s.machine.gpus:
        return []
    gpu, needed = s.machine.gpus[0], s.estimate.vram_bytes
    if gpu.total_bytes < needed:
        return [_too_small(s, gpu)]
    held = _held(gpu, needed, s.use) if gpu.free_bytes < needed else []
    return [*_saved(s, gpu), *held]


def _too_small(s: Situation, gpu: Gpu) -> Finding:
    smaller = s.memory is not None and s.memory.any_fits
    template = (
        "{model} needs about {needed} of video memory with these options; {gpu} has {has}. It will most likely run out, or become very slow."
        if smaller
        else "{model} needs about {needed} of video memory even with all memory savings; {gpu} has {has}. It will most likely run out, or become very slow."
    )
    message = said(
        template,
        model=s.family.label,
        needed=Memory(s.estimate.vram_bytes),
        gpu=gpu.name,
        has=Memory(gpu.total_bytes),
    )
    fix = "choose_memory" if smaller else "choose_family"
    return Finding(severity="warning", code="gpu_too_small", message=message, fix=fix)


def _saved(s: Situation, gpu: Gpu) -> Sequence[Finding]:
    """What was given up so that it fits, and what that costs."""
    rung = s.memory.taken() if s.memory is not None else None
    if s.memory is None or rung is None or not rung.saves or s.memory.usual.fits(s.machine):
        return []
    basis = said("as measured on this GPU") if s.estimate.learned else said("estimated from published times")
    message = said(
        "{model} usually takes about {usual} of video memory; {gpu} has {has}. It fits with {savings}: about {needed}, and a step takes {pace} ({basis}).",
        model=s.family.label,
        usual=Memory(s.memory.usual.need.vram_bytes),
        gpu=gpu.name,
        has=Memory(gpu.total_bytes),
        savings=saving_words(rung),
        needed=Memory(s.estimate.vram_bytes),
        pace=pace_words(rung),
        basis=basis,
    )
    return [Finding(severity="info", code="memory_saved", message=message, fix="choose_memory")]


def _held(gpu: Gpu, needed: int, use: GpuUse | None) -> Sequence[Finding]:
    """ComfyUI lets go when it is asked; other programs do not."""
    taken, total = Memory(gpu.total_bytes - gpu.free_bytes), Memory(gpu.total_bytes)
    holders = use.who() if use is not None else ""
    in_use = (
        said(
            "{taken} of {total} video memory are in use ({programs}).",
            taken=taken,
            total=total,
            programs=holders,
        )
        if holders
        else said("{taken} of {total} video memory are in use.", taken=taken, total=total)
    )
    others = sum(holder.bytes or 0 for holder in use.holders if not holder.comfyui) if use is not None else 0
    if gpu.total_bytes - others < needed:
        wanted = said("Training needs about {needed}: close the other programs.", needed=Memory(needed))
        message = joined(in_use, wanted)
        return [Finding(severity="warning", code="gpu_held", message=message, fix="check_again")]
    message = joined(in_use, said("Isengard asks ComfyUI to free it before the training starts."))
    return [Finding(severity="info", code="gpu_in_use", message=message, fix="free_gpu")]


def memory(s: Situation) -> Sequence[Finding]:
    needed, have = s.estimate.ram_bytes, s.machine.memory_bytes
    if not have or have + s.machine.swap_bytes >= needed:
        return []
    message = said(
        "Loading {model} takes about {needed} of memory; {computer} has {has} and {swap} of page file. The system may stop it midway.",
        model=s.family.label,
        needed=Memory(needed),
        computer=s.away or said("this computer"),
        has=Memory(have),
        swap=Memory(s.machine.swap_bytes),
    )
    return [Finding(severity="warning", code="memory_small", message=message, fix="choose_family")]


def disk(s: Situation) -> Sequence[Finding]:
    fetched = 0 if s.away else sum(one.size for one in s.lacking)
    if fetched and s.cache_free_bytes is not None and s.cache_free_bytes <= fetched * 1.05:
        message = said(
            "This downloads about {needed} into the hub's cache, but only {free} are free on its disk.",
            needed=Bytes(fetched),
            free=Bytes(s.cache_free_bytes),
        )
        return [Finding(severity="error", code="disk_full", message=message, fix="free_disk")]
    needed = s.estimate.disk_bytes + s.coming_bytes + (fetched if s.cache_free_bytes is None else 0)
    if not s.machine.disk_free_bytes or s.machine.disk_free_bytes > needed * 1.05:
        return []
    message = said(
        "This needs about {needed} of disk space, but only {free} are free.",
        needed=Bytes(needed),
        free=Bytes(s.machine.disk_free_bytes),
    )
    return [Finding(severity="error", code="disk_full", message=message, fix="free_disk")]


def download(s: Situation) -> Sequence[Finding]:
    if s.by_itself:
        message = said(
            "The trainer downloads {hub} from the hub itself; its size isn't known.",
            hub=s.by_itself,
        )
        return [Finding(severity="info", code="model_download", message=message)]
    if not s.lacking:
        return []
    what = listed(said("{part} {size}", part=said(one.part.label), size=Bytes(one.size)) for one in s.lacking)
    if not s.may_fetch and not s.away:
        message = said(
            "{model} needs files that are not on this computer ({files}), and whoever set it up has switched downloads off. "
            "Choose a model that is here, or put them into the hub's cache.",
            model=s.family.label,
            files=what,
        )
        return [Finding(severity="error", code="setup_switched_off", message=message, fix="choose_family")]
    if s.family.gated and not s.has_token and any(one.part.hub == s.family.training_hub for one in s.lacking):
        return [_gated(s)]
    return [Finding(severity="info", code="model_download", message=_fetches(s, what))]


def _gated(s: Situation) -> Finding:
    message: str = said(
        "{model} is available after you accept its licence. Accept it on its page ({page}), then enter your token.",
        model=s.family.label,
        page=f"huggingface.co/{s.family.training_base.hub}",
    )
    if s.away:
        lacks = said(
            "The worker on {machine} has none: whoever set it up has to give it one.", machine=s.away
        )
        message = joined(message, lacks)
    # who is away may have the files already
    severity: Literal["warning", "error"] = "warning" if s.away else "error"
    return Finding(severity=severity, code="token_missing", message=message, fix="enter_token")


def _fetches(s: Situation, files: Listed) -> Said:
    total = Bytes(sum(one.size for one in s.lacking))
    if not s.away:
        return said(
            "Before it starts, it downloads {total} from huggingface.co, once: {files}.",
            total=total,
            files=files,
        )
    return said(
        "The worker on {machine} downloads what it is missing from huggingface.co, at most {total}: {files}.",
        machine=s.away,
        total=total,
        files=files,
    )


def path(s: Situation) -> Sequence[Finding]:
    root = s.machine.root
    if s.machine.system != "Windows" or s.away:
        return []
    if len(root) + OUR_PATHS + 2 * len(s.slug) >= WINDOWS_PATH:
        message = said(
            "The data folder's path has {length} characters: too long for some of the trainer's files. "
            "Move it to a shorter one: Isengard's documentation (Settings) says how.",
            length=len(root),
        )
        return [Finding(severity="error", code="path_too_long", message=message, fix="move_data")]
    if not root.isascii():
        letters = (
            "The data folder's path holds letters that some of the trainer's libraries cannot read on Windows. "
            "Move it to a path of plain letters: Isengard's documentation (Settings) says how."
        )
        return [Finding(severity="warning", code="path_letters", message=letters, fix="move_data")]
    return []


def comfyui(s: Situation) -> Sequence[Finding]:
    have, needed = numbers(s.comfyui_version), numbers(s.family.min_comfyui)
    if not have or have >= needed:
        return []
    message = said(
        "Pictures with {model} need ComfyUI {needed}; this is {version}. You can train it now and use it after an update.",
        model=s.family.label,
        needed=s.family.min_comfyui,
        version=s.comfyui_version,
    )
    return [Finding(severity="warning", code="comfyui_old", message=message, fix="choose_family")]


def terms(s: Situation) -> Sequence[Finding]:
    """Say what the model's licence asks of those who train it."""
    return [Finding(severity="info", code="licence_terms", message=s.family.terms)] if s.family.terms else []


def untried(s: Situation) -> Sequence[Finding]:
    if s.family.status == "proven":
        return []
    message = said(
        "We haven't tried {model} on a GPU yet: times and memory are estimates.", model=s.family.label
    )
    return [Finding(severity="info", code="family_experimental", message=message)]


def guesses(trainer: BackendCapabilities, family: str, *, learned: bool) -> list[Finding]:
    """Say of a trainer that its figures are estimates, or another one's; what this machine has run is known."""
    if trainer.figures:
        return []
    if family in trainer.estimates:
        message = (
            said(
                "How much memory {trainer} takes is worked out from the sizes of the model's parts. Nobody has measured it on a GPU yet.",
                trainer=trainer.label,
            )
            if learned
            else said(
                "How much memory and time {trainer} takes is an estimate, which nobody has measured on a GPU yet. After the first training "
                "here, times are this computer's own.",
                trainer=trainer.label,
            )
        )
        return [Finding(severity="info", code="figures_estimated", message=message)]
    message = (
        said(
            "How much memory {trainer} takes hasn't been measured: what is said of it here is AI-Toolkit's.",
            trainer=trainer.label,
        )
        if learned
        else said(
            "How much memory and time {trainer} takes hasn't been measured: what is said of them here is AI-Toolkit's.",
            trainer=trainer.label,
        )
    )
    return [Finding(severity="info", code="figures_of_another", message=message)]


CHECKS: tuple[Callable[[Situation], Sequence[Finding]], ...] = (
    gpu_memory,
    memory,
    disk,
    download,
    path,
    comfyui,
    terms,
    untried,
)
