"""What a training could be made to take, for the person to choose from: every rung with its time, and in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...core.families.families import Family
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


def saving_words(rung: Rung) -> str:
    """Name what a rung gives up: "cached text embeddings and 768 px"; '' for the first one."""
    numbers = rung.numbers
    share = "half of its layers" if numbers.offload < 1 else "its layers"
    named = {
        "cache_text": "cached text embeddings",
        "quantize": "8-bit weights" if numbers.bits == 8 else "",
        "low_vram": "" if "quantize" in rung.saves else "parts loaded one by one",
        "bits": f"{numbers.bits}-bit weights",
        "batch_size": "one photo a step",
        "resolution": f"{max(numbers.resolution)} px",
        "offload": f"{share} in the computer's memory",
        "rank": f"rank {numbers.rank}",
    }
    words = [named[name] for name in rung.saves if named[name]]
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def pace_words(rung: Rung) -> str:
    """Say how long a step takes against the preset's own numbers."""
    if abs(rung.pace - 1) <= _SAME:
        return "about as long"
    if rung.pace < 1:
        return f"about {1 - rung.pace:.0%} less time"
    return f"about {rung.pace:.1f} times as long"
