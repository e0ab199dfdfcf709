"""Presets turn a number of photos into numbers of a training, and combinations that cannot work are refused. The middle
recipe plus dense checkpoints is the default: published recipes differ sevenfold in steps per image (facts:
identity-training section 5)."""

from __future__ import annotations

from dataclasses import dataclass

from ...core.capabilities import require_training_method
from ...core.errors import InvalidError
from ...core.families.families import Family
from ...core.records.training import Overrides, Preset
from ...core.said import Said, either, listed, said
from ..interface import BackendCapabilities

#: Below this many photos half the rank: fewer things to learn by heart.
FEW_PHOTOS = 15
MIN_RANK = 4
#: Saves in a run; every one is kept until the person has chosen.
SAVES = 10
#: Into how many blocks a side LoKr divides a layer: what AI-Toolkit's README proposes. Twice as many make a quarter of the file.
LOKR_FACTOR = 8
MIN_SAVE_STEPS = 10
#: What takes less memory only where the trainer knows how; a smaller batch, picture or rank is less for each.
SAVED_BY_TRAINERS = ("quantize", "low_vram", "cache_text", "offload", "bits")


#: What people call the methods.
METHOD_LABELS = {"lora": "LoRA", "lokr": "LoKr"}

PRESETS = {
    preset.name: preset
    for preset in (
        Preset(
            name="quick",
            label="Quick",
            description="A first impression in about half the time.",
            factor=0.5,
        ),
        Preset(name="balanced", label="Balanced", description="Suits most people.", factor=1.0),
        Preset(name="quality", label="Quality", description="Longer, for many varied photos.", factor=1.5),
    )
}


def offered(backend: BackendCapabilities) -> dict[str, Preset]:
    """The trainer's own presets, else ours, by name."""
    return {preset.name: preset for preset in backend.presets} or PRESETS


def chosen(backend: BackendCapabilities, name: str) -> Preset:
    """Raises InvalidError `preset_unknown`."""
    preset = offered(backend).get(name)
    if preset is None:
        raise InvalidError(
            "preset_unknown",
            said("{trainer} has no preset called {name}.", trainer=backend.label, name=name),
            said("Known: {known}.", known=listed(offered(backend))),
        )
    return preset


def require_method(backend: BackendCapabilities, method: str) -> None:
    """InvalidError `method_unknown`, `method_not_supported` or `method_not_of_trainer`."""
    require_training_method(method)
    if method not in backend.methods:
        raise InvalidError(
            "method_not_of_trainer",
            said(
                "{trainer} cannot train a {method}.",
                trainer=backend.label,
                method=METHOD_LABELS.get(method, method),
            ),
            "Choose another method under Advanced, or another trainer.",
        )


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
    cache_text: bool = False
    offload: float = 0.0
    bits: int = 8
    method: str = "lora"
    lokr_factor: int = 0


def resolve(
    family: Family,
    preset: Preset | str,
    photos: int,
    overrides: Overrides | None = None,
    *,
    method: str = "lora",
) -> Numbers:
    """Steps grow with the photos between the family's bounds; whatever `overrides` holds wins. A name means one of ours.

    InvalidError `option_out_of_range` for bits that the family cannot be stored in, `option_of_other_method`.
    """
    preset = PRESETS[preset] if isinstance(preset, str) else preset
    asked, defaults = overrides or Overrides(), family.defaults
    _require_of_method(asked, method)
    usual = min(max(defaults.steps_per_image * photos, defaults.steps_min), defaults.steps_max)
    steps = asked.steps or max(MIN_SAVE_STEPS, round(usual * preset.factor / 10) * 10)
    few = photos < FEW_PHOTOS
    rank = asked.rank or (max(MIN_RANK, defaults.rank // 2) if few else defaults.rank)
    alpha = asked.alpha or rank * defaults.alpha / defaults.rank
    return Numbers(
        steps=steps,
        rank=rank,
        alpha=alpha,
        learning_rate=asked.learning_rate or defaults.learning_rate,
        resolution=asked.resolution or list(defaults.resolution),
        batch_size=asked.batch_size or defaults.batch_size,
        save_every=asked.save_every or max(1, steps // SAVES),
        quantize=defaults.quantize if asked.quantize is None else asked.quantize,
        low_vram=defaults.low_vram if asked.low_vram is None else asked.low_vram,
        # asked for where the trainer cannot do it, the one would fail and the other do nothing
        cache_text=bool(asked.cache_text) and family.memory.caches_text,
        offload=(asked.offload or 0.0) if family.memory.offloads else 0.0,
        bits=_bits(family, asked.bits),
        method=method,
        lokr_factor=(asked.lokr_factor or LOKR_FACTOR) if method == "lokr" else 0,
    )


def _require_of_method(asked: Overrides, method: str) -> None:
    """What the other method is told would be dropped without a word."""
    others = ("lokr_factor",) if method == "lora" else ("rank", "alpha")
    for name in others:
        if getattr(asked, name) is not None:
            raise InvalidError(
                "option_of_other_method",
                said(
                    "{name} is not an option of {method}.",
                    name=name,
                    method=METHOD_LABELS.get(method, method),
                ),
                "Leave it empty, or choose the other method.",
            )


def _bits(family: Family, asked: int | None) -> int:
    offered = (8, *(form.bits for form in family.memory.fewer_bits))
    if asked is not None and asked not in offered:
        raise InvalidError(
            "option_out_of_range",
            said(
                "bits is {asked}; {model} can be stored in {offered}.",
                asked=asked,
                model=family.label,
                offered=either(offered),
            ),
            "Change it under Advanced, or leave it empty.",
        )
    return asked or 8


def sample_prompts(trigger: str, class_word: str) -> list[str]:
    """Two cheap looks during the run: the person, and a stranger without the trigger (a leak would show there)."""
    return [
        f"portrait photo of {trigger}, {class_word}, soft window light",
        f"portrait photo of a {class_word}",
    ]


def require_possible(
    numbers: Numbers, overrides: Overrides, photos: int, capabilities: BackendCapabilities
) -> None:
    """InvalidError `option_out_of_range`, `batch_too_large` or `save_every_too_large`."""
    for name, value in overrides.model_dump(exclude_none=True).items():
        option = capabilities.options.get(name)
        if option is None or not isinstance(value, (int, float)) or isinstance(value, bool):
            continue
        low, high = option.min, option.max
        if (low is not None and value < low) or (high is not None and value > high):
            message = said(
                "{name} is {value}; {trainer} takes {range}.",
                name=name,
                value=f"{value:g}",
                trainer=capabilities.label,
                range=_range(low, high),
            )
            raise InvalidError("option_out_of_range", message, "Change it under Advanced, or leave it empty.")
    if numbers.batch_size > max(1, photos):
        raise InvalidError(
            "batch_too_large",
            said(
                "A batch of {batch} needs at least {batch} photos; you have {photos}.",
                batch=numbers.batch_size,
                photos=photos,
            ),
            "Use a smaller batch, or add photos.",
        )
    if overrides.save_every is not None and numbers.save_every > numbers.steps:
        raise InvalidError(
            "save_every_too_large",
            said(
                "It would save every {every} steps and ends after {steps}.",
                every=numbers.save_every,
                steps=numbers.steps,
            ),
            "Save more often, or leave it empty.",
        )


def require_savings(overrides: Overrides, family: Family, capabilities: BackendCapabilities) -> None:
    """InvalidError `option_not_of_trainer` for memory that it was asked to save and cannot: it would be dropped without a word."""
    usual = {"quantize": family.defaults.quantize, "low_vram": family.defaults.low_vram, "bits": 8}
    asked = overrides.model_dump(include=set(SAVED_BY_TRAINERS), exclude_none=True)
    for name, value in asked.items():
        if (
            value
            and value != usual.get(name)
            and name not in capabilities.savings
            and not capabilities.placeholder
        ):
            raise InvalidError(
                "option_not_of_trainer",
                said("{trainer} has no option called {name}.", trainer=capabilities.label, name=name),
                "Leave it empty, or choose another trainer.",
            )


def _range(low: float | None, high: float | None) -> Said:
    """Trainers may name one end only."""
    if high is None:
        return said("at least {least}", least=f"{low:g}")
    if low is None:
        return said("at most {most}", most=f"{high:g}")
    return said("{least} to {most}", least=f"{low:g}", most=f"{high:g}")
