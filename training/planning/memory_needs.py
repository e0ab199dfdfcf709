"""How much memory a training takes, computed from the sizes of the model's parts: estimates, until somebody has measured them.

Two moments count: while the model is loaded, and a step. What fits the larger one fits the training.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...core.families.families import Family
from ...core.families.memory import FewerBits
from .presets import Numbers

_GB = 1e9
#: Bytes of one number: as published, and in 8 bits with its scales.
_WHOLE, _EIGHT_BITS = 2.0, 1.03
#: CUDA and a desktop while loading; in a step also what the allocator keeps.
_LOADING_GB, _STEP_GB = 1.0, 2.0
#: The layers that are on the GPU at a time when the others are offloaded.
_WORKING_SET_GB = 0.6
#: What activations are recorded for.
_SIDE = 1024


@dataclass(frozen=True)
class MemoryNeed:
    """Bytes of video memory while the model is loaded and in a step, and of the computer's memory that cannot be swapped out
    since layers are fetched from it."""

    loading_bytes: int
    step_bytes: int
    pinned_bytes: int

    @property
    def vram_bytes(self) -> int:
        return max(self.loading_bytes, self.step_bytes)


def memory_need(family: Family, numbers: Numbers) -> MemoryNeed:
    """Estimate what a training with these numbers takes."""
    transformer, encoder = _transformer_gb(family, numbers), _encoder_gb(family, numbers)
    here = transformer * (1 - numbers.offload) + (_WORKING_SET_GB if numbers.offload else 0.0)
    pixels = (max(numbers.resolution) / _SIDE) ** 2
    lora = file_mb(family, numbers) / 1000 * family.memory.lora_factor
    step = here + family.memory.activation_gb * pixels * numbers.batch_size + lora + _STEP_GB
    if not (numbers.cache_text or numbers.offload or family.memory.encoder_leaves):
        step += encoder
    form = form_of(family, numbers)
    if form is not None:
        step += form.extra_gb * (1 - numbers.offload)
    loading = _loading_gb(family, numbers, here, encoder) + _LOADING_GB
    pinned = transformer * numbers.offload + (encoder if numbers.offload else 0.0)
    return MemoryNeed(int(loading * _GB), int(step * _GB), int(pinned * _GB))


def file_mb(family: Family, numbers: Numbers) -> float:
    """Size of what is trained, as a file in 16 bits: a LoRA grows with its rank, a LoKr holds each layer once divided by its factor
    twice, with the small matrix of the blocks left out."""
    if numbers.method == "lokr":
        return family.memory.trained_b * 1000 * _WHOLE / numbers.lokr_factor**2
    return family.needs.lora_mb * numbers.rank / family.defaults.rank


def _transformer_gb(family: Family, numbers: Numbers) -> float:
    form = form_of(family, numbers)
    if form is not None:
        return family.memory.transformer_b * form.weight_bytes + form.adapter.size / _GB
    return family.memory.transformer_b * (_EIGHT_BITS if _is_quantized(family, numbers) else _WHOLE)


def form_of(family: Family, numbers: Numbers) -> FewerBits | None:
    """The form in fewer than 8 bits that is trained on; None where the weights are whole or in 8 bits."""
    return family.memory.in_bits(numbers.bits) if _is_quantized(family, numbers) else None


def _is_quantized(family: Family, numbers: Numbers) -> bool:
    return numbers.quantize and family.memory.quantizes


def _encoder_gb(family: Family, numbers: Numbers) -> float:
    each = _EIGHT_BITS if _is_quantized(family, numbers) else _WHOLE
    return family.memory.text_encoder_b * each


def _loading_gb(family: Family, numbers: Numbers, transformer: float, encoder: float) -> float:
    """The larger of the two moments: the transformer comes alone, then the text encoders beside what is there already."""
    memory = family.memory
    whole = memory.transformer_passes_whole
    passes = whole == "always" or (whole == "unless_low_vram" and not numbers.low_vram)
    first = memory.transformer_b * _WHOLE if passes else transformer
    waits = memory.transformer_waits and numbers.low_vram
    if numbers.offload:
        encoder = 0.0
    elif memory.encoder_passes_whole:
        encoder = memory.text_encoder_b * _WHOLE
    return max(first, (0.0 if waits else transformer) + encoder)
