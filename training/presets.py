"""Presets turn a number of photos into numbers of a training. The middle recipe plus dense checkpoints is the default:
published recipes differ sevenfold in steps per image (facts: identity-training section 5)."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.records.training import Overrides, PresetName
from .family_records import Family

#: Below this many photos half the rank: fewer things to learn by heart.
FEW_PHOTOS = 15
MIN_RANK = 4
#: Saves in a run; every one is kept until the person has chosen.
SAVES = 10
MIN_SAVE_STEPS = 10


@dataclass(frozen=True)
class Preset:
    """`factor` scales the family's steps."""

    name: PresetName
    label: str
    description: str
    factor: float


PRESETS: dict[PresetName, Preset] = {
    "quick": Preset("quick", "Quick", "A first impression in about half the time.", 0.5),
    "balanced": Preset("balanced", "Balanced", "What suits most people.", 1.0),
    "quality": Preset("quality", "Quality", "Longer, for many varied photos.", 1.5),
}


@dataclass(frozen=True)
class Numbers:
    """All numbers of a training after preset and overrides."""

    steps: int
    rank: int
    alpha: float
    learning_rate: float
    resolution: list[int]
    batch_size: int
    save_every: int
    quantize: bool
    low_vram: bool


def resolve(family: Family, preset: PresetName, photos: int, overrides: Overrides | None = None) -> Numbers:
    """Steps grow with the photos between the family's bounds; whatever `overrides` holds wins."""
    chosen, defaults = overrides or Overrides(), family.defaults
    wanted = min(max(defaults.steps_per_image * photos, defaults.steps_min), defaults.steps_max)
    steps = chosen.steps or max(MIN_SAVE_STEPS, round(wanted * PRESETS[preset].factor / 10) * 10)
    few = photos < FEW_PHOTOS
    rank = chosen.rank or (max(MIN_RANK, defaults.rank // 2) if few else defaults.rank)
    alpha = chosen.alpha or rank * defaults.alpha / defaults.rank
    return Numbers(
        steps=steps,
        rank=rank,
        alpha=alpha,
        learning_rate=chosen.learning_rate or defaults.learning_rate,
        resolution=chosen.resolution or list(defaults.resolution),
        batch_size=chosen.batch_size or defaults.batch_size,
        save_every=chosen.save_every or max(1, steps // SAVES),
        quantize=defaults.quantize if chosen.quantize is None else chosen.quantize,
        low_vram=defaults.low_vram if chosen.low_vram is None else chosen.low_vram,
    )


def sample_prompts(trigger: str, class_word: str) -> list[str]:
    """Two cheap looks during the run: the person, and a stranger without the trigger (a leak would show there)."""
    return [
        f"portrait photo of {trigger}, {class_word}, soft window light",
        f"portrait photo of a {class_word}",
    ]


#: Photos held back from training to compare with: count of photos -> how many (DESIGN section 6).
HELD_OUT_STEPS = ((30, 4), (20, 3), (12, 2))


def held_out_count(photos: int) -> int:
    return next((held for least, held in HELD_OUT_STEPS if photos >= least), 0)
