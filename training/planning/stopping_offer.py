"""Whether a training can end by measurement, and what that costs: to draw pictures of its saves, the GPU may have to be lent, and
the trainer loads its model anew each time. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ...core.faces.stopping import CONFIRMED
from ...core.families.families import Family
from ...core.said import said
from .decision import Plan
from .placement import place

#: No training ends before this share of its steps: as many as the quick preset takes of the quality preset's.
LEAST_SHARE = 1 / 3
#: Reloads that are taken without asking; and the preset that it is meant for.
MOST_RELOADS, BY_ITSELF = 2, "quality"
#: Of a GPU's memory what two programs can share, and what drawing takes besides its models.
_SHARED, _DRAWING_BYTES = 0.95, int(2.0e9)

WhyNot = Literal["", "practice", "no_face_tools", "cannot_draw", "few_saves"]


_WORDS: dict[WhyNot, str] = {
    "practice": "A practice training learns nothing, so there is nothing to measure.",
    "no_face_tools": "Isengard can't measure likeness here yet: set up measuring in the settings.",
    "cannot_draw": "This ComfyUI can't draw with this model yet, so saves can't be compared. Images shows what is missing.",
    "few_saves": "It would save too rarely: Isengard compares saves from the third one on. Save more often under Advanced.",
}


@dataclass(frozen=True)
class StoppingOffer:
    """`why_not`: '' where it can be had; `reloads`: how often the trainer loads its model anew at most; `automatic`: on by itself."""

    why_not: WhyNot
    reloads: int
    automatic: bool

    @property
    def words(self) -> str:
        """Say why it cannot be had, or what it costs; '' where it costs nothing worth saying."""
        if self.why_not:
            return _WORDS[self.why_not]
        if not self.reloads:
            return ""
        if self.reloads == 1:
            return said(
                "The GPU can't hold both programs, so training pauses for pictures once and reloads its model after each."
            )
        return said(
            "The GPU can't hold both programs, so training pauses for pictures up to {times} times and reloads its model after each.",
            times=self.reloads,
        )


def stopping_offer(plan: Plan, *, faces: bool, draws: bool) -> StoppingOffer:
    """Tell what this plan can be offered. `faces`: faces can be measured here; `draws`: this ComfyUI can draw the family."""
    capabilities, training = plan.facts.trainer.capabilities, plan.training
    where = place(plan.facts.trainer, plan.facts.machines)
    gpus = plan.facts.machines.here.gpus if where.here else []
    beside = not gpus or has_room_beside(plan.facts.family, training.vram_bytes, gpus[0].total_bytes)
    looked_at = looks(training.steps, training.save_every)
    return offered(
        training.preset,
        reloads=0 if beside else len(looked_at),
        on_gpu=capabilities.needs == "gpu",
        why_not=_why_not(looked_at, placeholder=capabilities.placeholder, faces=faces, draws=draws),
    )


def offered(preset: str, *, reloads: int, on_gpu: bool, why_not: WhyNot = "") -> StoppingOffer:
    """On by itself in the thorough preset, where a GPU draws the pictures and is not given back too often."""
    automatic = not why_not and preset == BY_ITSELF and on_gpu and reloads <= MOST_RELOADS
    return StoppingOffer(why_not, reloads, automatic)


def looks(steps: int, save_every: int) -> list[int]:
    """The saves after which it can be told to end: enough before them, enough steps done, and steps left to spare."""
    saves = range(save_every, steps, save_every)
    return [step for number, step in enumerate(saves, 1) if may_end(number, step, steps)]


def may_end(saves: int, step: int, steps: int) -> bool:
    return saves > CONFIRMED and step >= least_steps(steps)


def least_steps(steps: int) -> int:
    return int(steps * LEAST_SHARE)


def has_room_beside(family: Family, vram_bytes: int, total_bytes: int) -> bool:
    """Tell whether all that ComfyUI draws the family with fits beside the trainer."""
    drawing = sum(file.size for file in family.files) + _DRAWING_BYTES
    return vram_bytes + drawing <= total_bytes * _SHARED


def _why_not(looked_at: Sequence[int], *, placeholder: bool, faces: bool, draws: bool) -> WhyNot:
    reasons: list[tuple[WhyNot, bool]] = [
        ("practice", placeholder),
        ("no_face_tools", not faces),
        ("cannot_draw", not draws),
        ("few_saves", not looked_at),
    ]
    return next((reason for reason, holds in reasons if holds), "")
