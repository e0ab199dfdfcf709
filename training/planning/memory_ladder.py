"""The ladder that fits a training to a machine: each rung gives up one thing more, what costs least first. Pure functions.

Text embeddings made once change nothing and cost no time; 8 bits are what most families use anyway; then smaller pictures,
layers fetched from the computer's memory (slow), and at the end what is learned less well from.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...core.families.families import Family
from ..machine.apple_gpu import MAKER as SHARES_MEMORY
from ..machine.machine_facts import Machine
from .estimates import relative_pace
from .memory_needs import MemoryNeed, memory_need
from .presets import MIN_RANK, Numbers

#: Sides to go down by; people are learned well from 768, and 512 is the last thing but one.
SIDES = (1024, 768, 512)
_ENOUGH_SIDE, _LAST_SIDE = 768, 512
#: How often the rank may be halved; a rung that saves too little is none.
_HALVINGS = 4
#: A rung that saves less than this is no step of its own.
_WORTH_BYTES = 200_000_000
#: The share by which a step's estimate may be wrong; what is loaded is known from its files.
_DOUBT = 0.05
#: The computer's memory beside pinned layers: the system and the trainer.
_SYSTEM_BYTES = 6_000_000_000
#: What a rung decides, by the names of overrides; rank and batch are the person's until a rung gives them up.
DECIDED = ("cache_text", "quantize", "low_vram", "bits", "resolution", "offload")

#: What saves nothing where the GPU shares the computer's memory, or has no form there (AI-Toolkit's own interface hides the first).
_APART_ONLY = ("offload", "low_vram", "bits")

#: What weights are kept in where nothing is said of it.
_EIGHT = 8

_Changes = dict[str, Any]
_Step = Callable[[Family, Numbers], _Changes]


@dataclass(frozen=True)
class Rung:
    """`saves`: what was given up against the first rung, by the names of overrides; `pace`: how long a step takes against it."""

    numbers: Numbers
    saves: tuple[str, ...]
    need: MemoryNeed
    pace: float

    def fits(self, machine: Machine) -> bool:
        """Whether the first GPU has the memory, and the computer enough for what cannot be swapped out. True without a GPU."""
        if not machine.gpus:
            return True
        need, have = self.need, machine.memory_bytes
        has_pinned = not (need.pinned_bytes and have) or have >= need.pinned_bytes + _SYSTEM_BYTES
        needed = max(need.loading_bytes, need.step_bytes * (1 + _DOUBT))
        return machine.gpus[0].total_bytes >= needed and has_pinned

    def overrides(self) -> dict[str, Any]:
        """The advanced options that ask for this very rung."""
        given_up = ["batch_size"] * ("batch_size" in self.saves)
        given_up += ["rank", "alpha"] * ("rank" in self.saves)
        return {name: getattr(self.numbers, name) for name in (*DECIDED, *given_up)}


def ladder(
    family: Family, numbers: Numbers, able: Collection[str], fixed: Collection[str] = ()
) -> list[Rung]:
    """Every rung from `numbers` down. `able`: what the trainer can do to save; `fixed`: what the person has decided."""
    rungs = [Rung(numbers, (), memory_need(family, numbers), 1.0)]
    now, saves = numbers, dict[str, None]()
    for step in _steps(family):
        changes = {name: value for name, value in step(family, now).items() if name in able}
        changes = {name: value for name, value in changes.items() if name not in fixed}
        changed = {name: value for name, value in changes.items() if getattr(now, name) != value}
        if not changed or changed == {"bits": _EIGHT}:
            continue
        now = _changed(now, changed)
        saves.update(dict.fromkeys(changed))
        rung = Rung(now, tuple(saves), memory_need(family, now), relative_pace(family, now, numbers))
        if _is_worth_it(rung.need, rungs[-1].need):
            rungs.append(rung)
    return rungs


def able_on(machine: Machine, able: Collection[str]) -> Collection[str]:
    """List what the trainer can do to save memory on this machine."""
    shared = bool(machine.gpus) and machine.gpus[0].maker == SHARES_MEMORY
    return [name for name in able if name not in _APART_ONLY] if shared else able


def first_that_fits(rungs: Sequence[Rung], machine: Machine) -> Rung:
    """The first rung that the machine has memory for; the last one where none fits, since it is the likeliest to pass."""
    return next((rung for rung in rungs if rung.fits(machine)), rungs[-1])


def _changed(numbers: Numbers, changes: _Changes) -> Numbers:
    """Alpha follows the rank, so that the LoRA keeps its strength."""
    rank = changes.get("rank", numbers.rank)
    return replace(numbers, **changes, alpha=numbers.alpha * rank / numbers.rank)


def _is_worth_it(need: MemoryNeed, before: MemoryNeed) -> bool:
    return (
        need.step_bytes + _WORTH_BYTES <= before.step_bytes
        or need.loading_bytes + _WORTH_BYTES <= before.loading_bytes
    )


def _steps(family: Family) -> Iterator[_Step]:
    yield lambda family, _: {"cache_text": True} if family.memory.caches_text else {}
    yield lambda family, now: {"quantize": True, "low_vram": True} if family.memory.quantizes else {}
    yield lambda _, now: {"batch_size": 1}
    for form in family.memory.fewer_bits:
        yield _in_bits(form.bits)
    for _ in SIDES:
        yield _smaller_side(_ENOUGH_SIDE)
    yield _offloaded(0.5)
    yield _offloaded(1.0)
    yield _smaller_side(_LAST_SIDE)
    for _ in range(_HALVINGS):
        yield lambda _, now: {"rank": max(MIN_RANK, now.rank // 2)} if now.method == "lora" else {}


def _in_bits(bits: int) -> _Step:
    return lambda _, now: {"bits": bits} if now.quantize and bits < now.bits else {}


def _offloaded(share: float) -> _Step:
    """With all of its layers in the computer's memory fewer bits save the GPU nothing: they are given back."""

    def step(family: Family, now: Numbers) -> _Changes:
        if not family.memory.offloads or now.offload >= share:
            return {}
        return {"offload": share} if share < 1 else {"offload": share, "bits": _EIGHT}

    return step


def _smaller_side(least: int) -> _Step:
    """The largest side goes, or becomes the next one of the usual sides; never below `least`."""

    def step(_: Family, now: Numbers) -> _Changes:
        largest = max(now.resolution)
        below = [side for side in now.resolution if side < largest]
        below = below or [side for side in SIDES if side < largest][:1]
        return {"resolution": below} if below and max(below) >= least else {}

    return step
