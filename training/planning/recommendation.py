"""Which model suits a machine, and what is said of each: a pure function of the machine and the records of the families."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from ...core.families.families import Family
from ...core.records.worker import Gpu
from ...core.said import Memory, joined, listed, said
from ...core.version import numbers
from ..interface import OwnFigures
from ..machine.machine_facts import Machine
from .estimates import estimate
from .memory_choice import saving_words
from .memory_ladder import Rung, able_on, first_that_fits, ladder
from .presets import resolve

#: What the cards' times are for: a person with so many photos that are trained on, by the preset that suits most.
PHOTOS, PRESET, SAMPLES = 20, "balanced", 2
#: A model is recommended where a step takes no longer than this against its usual numbers.
_PATIENCE = 1.1

#: How ComfyUI names the devices of other makers.
_MAKERS = (("amd", "AMD"), ("radeon", "AMD"), ("mps", "Apple"), ("intel", "Intel"), ("xpu", "Intel"))

#: Why one of theirs that ComfyUI draws on is not among the GPUs that were found.
_WHY_NOT = {
    "AMD": said("Training on it takes Linux with ROCm, whose amd-smi or rocm-smi was not found."),
    "Apple": said("Its memory could not be read."),
}

#: `none`: nothing can be trained on this machine; `practice`: nothing is really trained here.
Fit = Literal["recommended", "fits", "too_big", "none", "practice"]


@dataclass(frozen=True)
class TrainingMachine:
    """The machine that would train, and `device`, what ComfyUI draws on in its own words. `paces` as `learned_paces` gives them, `able`
    what the trainer can do to save memory; `on_cpu`: somebody has allowed to train without a GPU; without `real` nothing is really
    trained. `others`: who else can train here without a GPU that is looked for, by family; `stand_in`: which of them does unless somebody chooses, with
    its own `estimates`."""

    machine: Machine
    comfyui_version: str
    able: Collection[str]
    paces: Mapping[str, float] = field(default_factory=dict)
    device: str = ""
    on_cpu: bool = False
    real: bool = True
    others: Mapping[str, str] = field(default_factory=dict)
    stand_in: str = ""
    estimates: Mapping[str, OwnFigures] = field(default_factory=dict)


@dataclass(frozen=True)
class ModelFit:
    """A family on a machine. `why` says what keeps it from being recommended, or what it gives up, '' for nothing; bytes and seconds
    are of a training as it would be run there, 0 and None where nobody knows."""

    family: Family
    fit: Fit
    why: str
    vram_bytes: int
    seconds: float | None


def fits_of(families: Sequence[Family], where: TrainingMachine) -> list[ModelFit]:
    """Every family, the recommended one first, then those that fit, in the order of their records' places and of their size."""
    found = [_fit(family, where) for family in families]
    suited = [
        one for one in found if one.fit == "fits" and where.machine.gpus and _is_easy(one.family, where)
    ]
    best = min(suited, key=lambda one: one.family.card.recommend, default=None)
    marked = [replace(one, fit="recommended") if one is best else one for one in found]
    order = ["recommended", "fits", "practice", "too_big", "none"]
    return sorted(
        marked, key=lambda one: (order.index(one.fit), one.family.card.recommend or 99, one.vram_bytes)
    )


def said_of(fits: Sequence[ModelFit], where: TrainingMachine) -> str:
    """Say above the models which one is recommended for this machine, or why nothing can be trained on it."""
    if not where.real:
        return said("Practice mode: nothing is really trained, so any model will do.")
    if not where.machine.gpus:
        return "" if where.on_cpu else _unseen(where)
    gpu = where.machine.gpus[0]
    card = said("{gpu} ({memory})", gpu=short_name(gpu), memory=Memory(gpu.total_bytes))
    if fits and fits[0].fit == "recommended":
        told = said("Recommended for your {card}: {model}.", card=card, model=fits[0].family.label)
        return joined(told, _untested(gpu))
    if any(one.fit == "fits" for one in fits):
        told = said("Your {card} can train the models below, each with a drawback.", card=card)
        return joined(told, _untested(gpu))
    return said(
        "No model fits your {card}. Train on another computer, or look around in practice mode.", card=card
    )


def short_name(gpu: Gpu) -> str:
    """A GPU's name as people say it: `RTX 3090`."""
    return gpu.name.removeprefix("NVIDIA ").removeprefix("GeForce ").removeprefix("AMD ")


def _untested(gpu: Gpu) -> str:
    """What is to know of a GPU that AI-Toolkit supports and nobody has tried with us."""
    if gpu.maker == "NVIDIA":
        return ""
    return said(
        "Training on {maker} GPUs is experimental: AI-Toolkit supports it, and Isengard has not been tested on one.",
        maker=gpu.maker,
    )


def _unseen(where: TrainingMachine) -> str:
    """ComfyUI draws on GPUs that were not found: who trains on them all the same, or why nobody does."""
    maker = next((maker for mark, maker in _MAKERS if mark in where.device.lower()), "")
    if where.others:
        trainers = listed(sorted(set(where.others.values())))
        known = [said("ComfyUI draws on your {maker} GPU.", maker=maker)] if maker else []
        if where.stand_in:
            able = said(
                "{trainer} trains on this computer, since AI-Toolkit cannot. We haven't run it on a GPU yet.",
                trainer=where.stand_in,
            )
        else:
            able = said(
                "{trainer} can train on this computer: choose it under Trained by. We haven't run it on a GPU yet, and how much memory it "
                "takes isn't known.",
                trainer=trainers,
            )
        return joined(*known, able)
    if not maker:
        return said(
            "No GPU was found that can train: that takes NVIDIA, or as an experiment AMD on Linux or Apple silicon. "
            "Practice mode shows every step without one."
        )
    why = _WHY_NOT.get(maker, said("AI-Toolkit cannot train on {maker} GPUs.", maker=maker))
    drawn = said("ComfyUI draws on your {maker} GPU.", maker=maker)
    return joined(
        drawn, why, said("Train on another computer and use the LoRA here, or look around in practice mode.")
    )


def _fit(family: Family, where: TrainingMachine) -> ModelFit:
    rung = _rung(family, where)
    fit, why = _judged(family, rung, where)
    if where.others and fit == "fits":
        return _by_the_stand_in(family, why, where)
    seconds = estimate(family, rung.numbers, SAMPLES, dict(where.paces)).seconds
    return ModelFit(family, fit, why, rung.need.vram_bytes, seconds if fit in ("fits", "too_big") else None)


def _by_the_stand_in(family: Family, why: str, where: TrainingMachine) -> ModelFit:
    """What it takes by that trainer's own estimates; 0 and None where it has none."""
    own = where.estimates.get(family.key)
    if own is None:
        return ModelFit(family, "fits", why, 0, None)
    held = own.laid_over(family)
    rung = _rung(held, where)
    seconds = estimate(held, rung.numbers, SAMPLES, dict(where.paces)).seconds
    return ModelFit(family, "fits", why, rung.need.vram_bytes, seconds)


def _judged(family: Family, rung: Rung, where: TrainingMachine) -> tuple[Fit, str]:
    """How it fits, and what is to know of that; '' where it fits as it is."""
    if not where.real:
        return "practice", ""
    if not where.machine.gpus:
        return _without_gpu(family, where)
    needs, gpu = Memory(rung.need.vram_bytes), where.machine.gpus[0]
    if rung.need.vram_bytes > gpu.total_bytes:
        has = Memory(gpu.total_bytes)
        return (
            "too_big",
            said(
                "It needs about {needs} of video memory even with all memory savings; this GPU has {has}.",
                needs=needs,
                has=has,
            ),
        )
    short = _short_of_memory(family, rung, where.machine)
    if short:
        has = Memory(where.machine.memory_bytes)
        return (
            "too_big",
            said(
                "It needs about {needs} of the computer's memory; this one has {has}.",
                needs=Memory(short),
                has=has,
            ),
        )
    if _is_too_new(family, where):
        return "fits", said(
            "Pictures with it need ComfyUI {needed}; this is {version}.",
            needed=family.min_comfyui,
            version=where.comfyui_version,
        )
    return "fits", said("It fits with {savings}.", savings=saving_words(rung)) if rung.saves else ""


def _without_gpu(family: Family, where: TrainingMachine) -> tuple[Fit, str]:
    trainer = where.others.get(family.key, "")
    if where.on_cpu or not trainer:
        return ("fits" if where.on_cpu else "none"), ""
    if family.key in where.estimates:
        return "fits", said("Only with {trainer}; memory and time are estimates.", trainer=trainer)
    return "fits", said("Only with {trainer}; how much memory that takes isn't known.", trainer=trainer)


def _is_easy(family: Family, where: TrainingMachine) -> bool:
    """Whether one that fits can be recommended: without a licence to accept first, without long steps, with pictures right away."""
    rung = _rung(family, where)
    return (
        family.card.recommend > 0
        and not family.gated
        and rung.pace <= _PATIENCE
        and not {"offload", "rank"} & set(rung.saves)
        and not _is_too_new(family, where)
    )


def _rung(family: Family, where: TrainingMachine) -> Rung:
    able = able_on(where.machine, where.able)
    return first_that_fits(ladder(family, resolve(family, PRESET, PHOTOS), able), where.machine)


def _is_too_new(family: Family, where: TrainingMachine) -> bool:
    have = numbers(where.comfyui_version)
    return bool(have) and have < numbers(family.min_comfyui)


def _short_of_memory(family: Family, rung: Rung, machine: Machine) -> int:
    """Bytes of the computer's memory that it would take, where there are fewer; 0 where there are enough, or nobody knows."""
    loading = int(family.needs.ram_gb * 1e9)
    if machine.memory_bytes and machine.memory_bytes + machine.swap_bytes < loading:
        return loading
    return 0 if rung.fits(machine) else rung.need.pinned_bytes
