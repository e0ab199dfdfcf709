"""What a training could be made to take, for the person to choose from: every rung with its time, and in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...core.families.families import Family
from ...core.said import Said, listed, said
from ..machine.machine_facts import Machine
from .estimates import Estimate, estimate
from .memory_ladder import Rung, first_that_fits
from .presets import Numbers

#: A step that takes so much more or less is called as long.
_SAME = 0.1


@dataclass(frozen=True)
class Offer:
    """A rung with what a whole training takes on it, and whether the machine has the memory; None where its GPU is unknown."""

    rung: Rung
    estimate: Estimate
    fits: bool | None


@dataclass(frozen=True)
class MemoryChoice:
    """`offers` from the preset's own numbers down; `automatic` is taken where nobody chooses, `chosen` is what would be trained."""

    offers: list[Offer]
    automatic: Rung
    chosen: Numbers

    @property
    def usual(self) -> Rung:
        return self.offers[0].rung

    @property
    def any_fits(self) -> bool:
        return any(offer.fits for offer in self.offers)

    def taken(self) -> Rung | None:
        """The rung that would be trained; None where the person's own numbers are none of them."""
        return next((offer.rung for offer in self.offers if offer.rung.numbers == self.chosen), None)


def memory_choice(
    family: Family,
    rungs: Sequence[Rung],
    machine: Machine,
    chosen: Numbers,
    *,
    prompts: int,
    paces: dict[str, float],
) -> MemoryChoice:
    """The choice on a machine."""
    offers = [
        Offer(
            rung,
            estimate(family, rung.numbers, prompts, paces),
            rung.fits(machine) if machine.gpus else None,
        )
        for rung in rungs
    ]
    return MemoryChoice(offers, first_that_fits(rungs, machine), chosen)


def saving_words(rung: Rung) -> Said:
    """Name what a rung gives up: "cached text embeddings and 768 px"; '' for the first one."""
    numbers = rung.numbers
    eight_bits = numbers.bits == 8
    named = {
        "cache_text": said("cached text embeddings"),
        "quantize": said("{bits}-bit weights", bits=8) if eight_bits else None,
        "low_vram": None if "quantize" in rung.saves else said("parts loaded one by one"),
        "bits": None if eight_bits else said("{bits}-bit weights", bits=numbers.bits),
        "batch_size": said("one photo per step"),
        "resolution": said("{pixels} px", pixels=str(max(numbers.resolution))),
        "offload": said(
            "half of its layers in the computer's memory"
            if numbers.offload < 1
            else "its layers in the computer's memory"
        ),
        "rank": said("rank {rank}", rank=numbers.rank),
    }
    words = [one for name in rung.saves if (one := named[name]) is not None]
    if len(words) < 2:
        return words[0] if words else said("")
    return said("{some} and {last}", some=listed(words[:-1]), last=words[-1])


def pace_words(rung: Rung) -> Said:
    """Say how long a step takes against the preset's own numbers."""
    if abs(rung.pace - 1) <= _SAME:
        return said("about as long")
    if rung.pace < 1:
        return said("about {percent}% less time", percent=round((1 - rung.pace) * 100))
    return said("about {times} times as long", times=round(rung.pace, 1))
