"""What an accuracy recovery adapter holds: a LoRA of every matrix of the base, read by AI-Toolkit 0.12.26 (toolkit/util/quantize.py)."""

from __future__ import annotations

from collections.abc import Mapping

#: Of the published ones: with it their size is made up to a few hundred bytes.
RANK = 16


def adapter_shapes(base: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """Named as ComfyUI names a LoRA's parts."""
    shapes: dict[str, tuple[int, ...]] = {}
    for name, shape in base.items():
        if name.endswith(".weight") and len(shape) == 2:
            module = f"diffusion_model.{name.removesuffix('.weight')}"
            shapes[f"{module}.lora_A.weight"] = (RANK, shape[1])
            shapes[f"{module}.lora_B.weight"] = (shape[0], RANK)
    return shapes
