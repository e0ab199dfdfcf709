"""The same numbers under the names that diffusers, and with it the trainer, uses."""

from __future__ import annotations

import re

import torch

from .tensors import Tensors

_FLUX_WHOLE = {
    "img_in": "x_embedder",
    "txt_in": "context_embedder",
    "final_layer.linear": "proj_out",
    "final_layer.adaLN_modulation.1": "norm_out.linear",
    **{
        f"{own}.{side}_layer": f"time_text_embed.{name}_embedder.linear_{number}"
        for own, name in (("time_in", "timestep"), ("vector_in", "text"), ("guidance_in", "guidance"))
        for side, number in (("in", 1), ("out", 2))
    },
}
_FLUX_DOUBLE = {
    "img_mod.lin": "norm1.linear",
    "txt_mod.lin": "norm1_context.linear",
    "img_attn.proj": "attn.to_out.0",
    "txt_attn.proj": "attn.to_add_out",
    "img_mlp.0": "ff.net.0.proj",
    "img_mlp.2": "ff.net.2",
    "txt_mlp.0": "ff_context.net.0.proj",
    "txt_mlp.2": "ff_context.net.2",
    "img_attn.norm.query_norm": "attn.norm_q",
    "img_attn.norm.key_norm": "attn.norm_k",
    "txt_attn.norm.query_norm": "attn.norm_added_q",
    "txt_attn.norm.key_norm": "attn.norm_added_k",
}
_FLUX_SINGLE = {
    "linear2": "proj_out",
    "modulation.lin": "norm.linear",
    "norm.query_norm": "attn.norm_q",
    "norm.key_norm": "attn.norm_k",
}
#: fused matrix -> its slices by rows, each of so many hidden sizes
_FLUX_FUSED = {
    "img_attn.qkv": {"attn.to_q": 1, "attn.to_k": 1, "attn.to_v": 1},
    "txt_attn.qkv": {"attn.add_q_proj": 1, "attn.add_k_proj": 1, "attn.add_v_proj": 1},
    "linear1": {"attn.to_q": 1, "attn.to_k": 1, "attn.to_v": 1, "proj_mlp": 4},
}
_FLUX_BLOCKS = {
    "double_blocks": ("transformer_blocks", _FLUX_DOUBLE),
    "single_blocks": ("single_transformer_blocks", _FLUX_SINGLE),
}


def flux1_in_diffusers(tensors: Tensors) -> Tensors:
    """FLUX.1 from Black Forest Labs' names; the last modulation's halves (shift, scale) change places."""
    hidden, made = tensors["img_in.weight"].shape[0], {}
    for name, value in tensors.items():
        module, part = name.rsplit(".", 1)
        part = "weight" if part == "scale" else part
        if module in _FLUX_WHOLE:
            last = module.startswith("final_layer.adaLN")
            made[f"{_FLUX_WHOLE[module]}.{part}"] = torch.cat(value.chunk(2)[::-1]) if last else value
            continue
        kind, number, inner = module.split(".", 2)
        outer, names = _FLUX_BLOCKS[kind]
        if inner in _FLUX_FUSED:
            slices = _FLUX_FUSED[inner]
            pieces = value.split([rows * hidden for rows in slices.values()])
            made |= {
                f"{outer}.{number}.{one}.{part}": piece for one, piece in zip(slices, pieces, strict=True)
            }
        else:
            made[f"{outer}.{number}.{names[inner]}.{part}"] = value
    return made


def z_image_in_diffusers(tensors: Tensors) -> Tensors:
    """Z-Image from Lumina 2's names."""
    made: Tensors = {}
    for name, value in tensors.items():
        if name.endswith(".attention.qkv.weight"):
            made |= {
                name.replace("qkv", f"to_{one}"): piece
                for one, piece in zip("qkv", value.chunk(3), strict=True)
            }
            continue
        name = name.replace(".attention.out.", ".attention.to_out.0.")
        name = re.sub(r"\.([qk])_norm\.", r".norm_\1.", name)
        made[re.sub(r"^(x_embedder|final_layer)\.", r"all_\1.2-1.", name)] = value
    return made
