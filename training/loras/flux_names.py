"""How diffusers calls the modules of a FLUX transformer whose file uses Black Forest Labs' names.

Fused matrices (qkv, linear1) appear as row slices: the number is the slice's rows as a multiple of the hidden size.
"""

from __future__ import annotations

from collections.abc import Mapping

Shapes = Mapping[str, tuple[int, ...]]
#: diffusers part -> (file's part, rows of the slice in hidden sizes; 0 = the whole matrix)
_DOUBLE = {
    **{f"attn.to_{one}": ("img_attn.qkv", 1) for one in "qkv"},
    **{f"attn.add_{one}_proj": ("txt_attn.qkv", 1) for one in "qkv"},
    "attn.to_out.0": ("img_attn.proj", 0),
    "attn.to_add_out": ("txt_attn.proj", 0),
    "norm1.linear": ("img_mod.lin", 0),
    "norm1_context.linear": ("txt_mod.lin", 0),
    "ff.net.0.proj": ("img_mlp.0", 0),
    "ff.net.2": ("img_mlp.2", 0),
    "ff_context.net.0.proj": ("txt_mlp.0", 0),
    "ff_context.net.2": ("txt_mlp.2", 0),
}
_SINGLE = {
    **{f"attn.to_{one}": ("linear1", 1) for one in "qkv"},
    "proj_mlp": ("linear1", 4),
    "norm.linear": ("modulation.lin", 0),
    "proj_out": ("linear2", 0),
}
_WHOLE = {
    "x_embedder": "img_in",
    "context_embedder": "txt_in",
    "proj_out": "final_layer.linear",
    "norm_out.linear": "final_layer.adaLN_modulation.1",
    "time_text_embed.timestep_embedder.linear_1": "time_in.in_layer",
    "time_text_embed.timestep_embedder.linear_2": "time_in.out_layer",
    "time_text_embed.text_embedder.linear_1": "vector_in.in_layer",
    "time_text_embed.text_embedder.linear_2": "vector_in.out_layer",
    "time_text_embed.guidance_embedder.linear_1": "guidance_in.in_layer",
    "time_text_embed.guidance_embedder.linear_2": "guidance_in.out_layer",
}


def diffusers_shapes(weights: Shapes) -> dict[str, tuple[int, ...]]:
    """diffusers module -> shape of the weight it stands for; `weights` maps the file's modules to shapes, () where a shape
    is not known."""
    hidden = next(iter(weights["img_in"]), 0)
    shapes = {name: weights[module] for name, module in _WHOLE.items() if module in weights}
    for outer, inner, parts in (
        ("transformer_blocks", "double_blocks", _DOUBLE),
        ("single_transformer_blocks", "single_blocks", _SINGLE),
    ):
        for number in sorted({module.split(".")[1] for module in weights if module.startswith(inner + ".")}):
            for name, (part, rows) in parts.items():
                shape = weights.get(f"{inner}.{number}.{part}")
                if shape is not None:
                    shapes[f"{outer}.{number}.{name}"] = _slice(shape, rows * hidden) if rows else shape
    return shapes


def _slice(shape: tuple[int, ...], rows: int) -> tuple[int, ...]:
    return (rows, *shape[1:]) if shape and rows else ()
