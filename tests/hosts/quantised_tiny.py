"""The tiny Stable Diffusion 1.5 with its UNet in 8 bits (fp8), as people's smaller copies are.

Run with the host environment's Python: `quantised_tiny.py FROM TO`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file


def main(source: Path, target: Path) -> None:
    tensors = load_file(source)
    small = {
        name: value.to(torch.float8_e4m3fn)
        if name.startswith("model.diffusion_model.") and value.dim() > 1
        else value
        for name, value in tensors.items()
    }
    save_file(small, target, {"format": "pt"})


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
