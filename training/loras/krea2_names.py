"""How diffusers calls the modules of a Krea 2 transformer (read in ComfyUI 0.33.0, comfy.utils.krea2_to_diffusers)."""

from __future__ import annotations

import re
from collections.abc import Mapping

Shapes = Mapping[str, tuple[int, ...]]
_BLOCK = re.compile(r"(?:(blocks\.\d+)|txtfusion\.(\w+_blocks\.\d+))\.(attn|mlp)\.(\w+)")
_PARTS = {"wq": "to_q", "wk": "to_k", "wv": "to_v", "gate": "to_gate", "wo": "to_out.0"}
_WHOLE = {
    "first": "img_in",
    "tmlp.0": "time_embed.linear_1",
    "tmlp.2": "time_embed.linear_2",
    "tproj.1": "time_mod_proj",
    "txtmlp.1": "txt_in.linear_1",
    "txtmlp.3": "txt_in.linear_2",
    "txtfusion.projector": "text_fusion.projector",
    "last.linear": "final_layer.linear",
}


def diffusers_shapes(weights: Shapes) -> dict[str, tuple[int, ...]]:
    """diffusers module -> shape of the weight it stands for; `weights` maps the file's modules to shapes."""
    return {name: shape for module, shape in weights.items() if (name := _name(module))}


def _name(module: str) -> str:
    block = _BLOCK.fullmatch(module)
    if block is None:
        return _WHOLE.get(module, "")
    image, text, kind, part = block.groups()
    outer = f"transformer_{image}" if image else f"text_fusion.{text}"
    if kind == "mlp":
        return f"{outer}.ff.{part}"
    return f"{outer}.attn.{_PARTS[part]}" if part in _PARTS else ""
