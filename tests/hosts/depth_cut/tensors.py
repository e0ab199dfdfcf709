"""Random numbers for a model's shapes, the same on every run, that neither vanish nor run over in bf16."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path

import torch
from safetensors.torch import save_file

Shapes = Mapping[str, tuple[int, ...]]
Tensors = dict[str, torch.Tensor]


def filled(
    shapes: Shapes,
    *,
    seed: int,
    dtype: torch.dtype = torch.bfloat16,
    gains: Mapping[str, float] | None = None,
    norms: float = 1.0,
    biases: float = 0.02,
) -> Tensors:
    """Weights of variance gain² / fan-in; vectors are biases of deviation `biases`, or norms (all `norms`).

    `gains`: pattern of a name -> gain, 1 for what none names; the first that fits counts. A gain of 0 makes zeros.
    """
    random = torch.Generator().manual_seed(seed)
    made: Tensors = {}
    for name, shape in shapes.items():
        gain = next((value for pattern, value in (gains or {}).items() if fnmatchcase(name, pattern)), 1.0)
        if name.endswith(".gamma"):
            value = torch.full(shape, norms)
        elif len(shape) > 1:
            value = _normal(shape, random).mul_(gain / math.sqrt(math.prod(shape[1:])))
        elif name.endswith((".weight", ".scale")):
            value = torch.full(shape, norms)
        else:
            value = _normal(shape, random).mul_(biases)
        made[name] = value.to(dtype)
    return made


def biased(name: str, out: int, *inputs: int) -> dict[str, tuple[int, ...]]:
    """The shapes of a linear layer or a convolution with its bias."""
    return {f"{name}.weight": (out, *inputs), f"{name}.bias": (out,)}


def _normal(shape: tuple[int, ...], random: torch.Generator) -> torch.Tensor:
    return torch.empty(shape, dtype=torch.float32).normal_(generator=random)


def write(file: Path, tensors: Tensors) -> Path:
    """Save them as a safetensors file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: value.contiguous() for name, value in tensors.items()}, file, {"format": "pt"})
    return file
