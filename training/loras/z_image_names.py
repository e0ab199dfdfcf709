"""How diffusers, and with it AI-Toolkit, calls the modules of a Z-Image transformer whose file uses Lumina 2's names.

Which names ComfyUI accepts was read in ComfyUI 0.3.75 and 0.33.0 (comfy.utils.z_image_to_diffusers).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

Shapes = Mapping[str, tuple[int, ...]]
_BLOCK = re.compile(r"((?:layers|noise_refiner|context_refiner)\.\d+\.attention)\.(qkv|out)")
_WHOLE = {
    "final_layer.linear": "all_final_layer.2-1.linear",
    "final_layer.adaLN_modulation.1": "all_final_layer.2-1.adaLN_modulation.1",
    "x_embedder": "all_x_embedder.2-1",
}


def diffusers_shapes(weights: Shapes) -> dict[str, tuple[int, ...]]:
    """diffusers module -> shape of the weight it stands for, () where that is not known; `weights` maps the file's modules
    to shapes. The fused `qkv` is three slices of as many rows as it has columns (all heads are of one kind)."""
    shapes = {}
    for module, shape in weights.items():
        block = _BLOCK.fullmatch(module)
        if block is None:
            shapes[_WHOLE.get(module, module)] = shape
        elif block.group(2) == "out":
            shapes[f"{block.group(1)}.to_out.0"] = shape
        else:
            part = (shape[1], shape[1]) if len(shape) == 2 and shape[0] == 3 * shape[1] else ()
            shapes |= {f"{block.group(1)}.to_{one}": part for one in "qkv"}
    return shapes
