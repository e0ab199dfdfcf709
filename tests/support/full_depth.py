"""Shapes of every family's base and of a LoRA for it at full depth, as headers without weights: a file with a hole takes
kilobytes on disk and is read like the real one by everything that looks at headers only.

Layouts as published and read in ComfyUI 0.33 and AI-Toolkit 0.12.26; LoRA names as AI-Toolkit writes them, rank 4.
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Callable
from pathlib import Path

from isengard.training.loras import flux_names, unet_names, z_image_names
from support.unet_shapes import UNet

Shapes = dict[str, tuple[int, ...]]
RANK = 4


def flux1(hidden: int = 3072, double: int = 19, single: int = 38) -> Shapes:
    """FLUX.1 [dev] in Black Forest Labs' names."""
    layers = {"img_in": (hidden, 64), "txt_in": (hidden, 4096)}
    for name, inputs in (("time_in", 256), ("vector_in", 768), ("guidance_in", 256)):
        layers |= {f"{name}.in_layer": (hidden, inputs), f"{name}.out_layer": (hidden, hidden)}
    for block in (f"double_blocks.{number}.{side}" for number in range(double) for side in ("img", "txt")):
        layers |= {f"{block}_mod.lin": (6 * hidden, hidden), f"{block}_attn.qkv": (3 * hidden, hidden)}
        layers |= {f"{block}_attn.proj": (hidden, hidden)}
        layers |= {f"{block}_mlp.0": (4 * hidden, hidden), f"{block}_mlp.2": (hidden, 4 * hidden)}
    for block in (f"single_blocks.{number}" for number in range(single)):
        layers |= {f"{block}.modulation.lin": (3 * hidden, hidden)}
        layers |= {f"{block}.linear1": (7 * hidden, hidden), f"{block}.linear2": (hidden, 5 * hidden)}
    layers |= {"final_layer.adaLN_modulation.1": (2 * hidden, hidden), "final_layer.linear": (64, hidden)}
    biases = {f"{name}.bias": shape[:1] for name, shape in layers.items()}
    return {**_weights(layers), **biases, **_head_norms("double", double), **_head_norms("single", single)}


def flux2(hidden: int, context: int, double: int, single: int) -> Shapes:
    """FLUX.2 Klein: modulation shared by all blocks, a gated MLP of three times the width, no biases."""
    layers = {"img_in": (hidden, 128), "txt_in": (hidden, context)}
    layers |= {"time_in.in_layer": (hidden, 256), "time_in.out_layer": (hidden, hidden)}
    layers |= {f"double_stream_modulation_{side}.lin": (6 * hidden, hidden) for side in ("img", "txt")}
    layers |= {"single_stream_modulation.lin": (3 * hidden, hidden)}
    for block in (f"double_blocks.{number}.{side}" for number in range(double) for side in ("img", "txt")):
        layers |= {f"{block}_attn.qkv": (3 * hidden, hidden), f"{block}_attn.proj": (hidden, hidden)}
        layers |= {f"{block}_mlp.0": (6 * hidden, hidden), f"{block}_mlp.2": (hidden, 3 * hidden)}
    for block in (f"single_blocks.{number}" for number in range(single)):
        layers |= {f"{block}.linear1": (9 * hidden, hidden), f"{block}.linear2": (hidden, 4 * hidden)}
    layers |= {"final_layer.adaLN_modulation.1": (2 * hidden, hidden), "final_layer.linear": (128, hidden)}
    return {**_weights(layers), **_head_norms("double", double), **_head_norms("single", single)}


def chroma(hidden: int = 3072, double: int = 19, single: int = 38, inner: int = 5120) -> Shapes:
    """Chroma1: FLUX.1's blocks without their modulation, which one small network for all of them works out."""
    blocks = {
        name: shape
        for name, shape in flux1(hidden, double, single).items()
        if not re.search(r"modulation|_mod\.|^(time|vector|guidance)_in\.", name)
    }
    layers = {
        "distilled_guidance_layer.in_proj": (inner, 64),
        "distilled_guidance_layer.out_proj": (hidden, inner),
    }
    layers |= {
        f"distilled_guidance_layer.layers.{number}.{part}": (inner, inner)
        for number in range(5)
        for part in ("in_layer", "out_layer")
    }
    norms = {f"distilled_guidance_layer.norms.{number}.scale": (inner,) for number in range(5)}
    biases = {f"{name}.bias": shape[:1] for name, shape in layers.items()}
    return {**blocks, **_weights(layers), **biases, **norms}


def qwen_image(layers: int = 60, dim: int = 3072, text: int = 3584) -> Shapes:
    """Qwen-Image, whose file has diffusers' names."""
    shapes = {
        "img_in": (dim, 64),
        "txt_in": (dim, text),
        "norm_out.linear": (2 * dim, dim),
        "proj_out": (64, dim),
    }
    shapes |= {"time_text_embed.timestep_embedder.linear_1": (dim, 256)}
    shapes |= {"time_text_embed.timestep_embedder.linear_2": (dim, dim)}
    for block in (f"transformer_blocks.{number}" for number in range(layers)):
        shapes |= {f"{block}.attn.to_{one}": (dim, dim) for one in ("q", "k", "v", "out.0", "add_out")}
        shapes |= {f"{block}.attn.add_{one}_proj": (dim, dim) for one in "qkv"}
        for side in ("img", "txt"):
            shapes |= {
                f"{block}.{side}_mlp.net.0.proj": (4 * dim, dim),
                f"{block}.{side}_mlp.net.2": (dim, 4 * dim),
            }
            shapes |= {f"{block}.{side}_mod.1": (6 * dim, dim)}
    biases = {f"{name}.bias": shape[:1] for name, shape in shapes.items()}
    norms = {
        f"transformer_blocks.{number}.attn.norm_{one}.weight": (128,)
        for number in range(layers)
        for one in ("q", "k", "added_q", "added_k")
    }
    return {**_weights(shapes), **biases, **norms, "txt_norm.weight": (text,)}


def z_image(layers: int = 30, dim: int = 3840) -> Shapes:
    """Z-Image in ComfyUI's names, with its two refiners of two blocks each."""
    inner, shapes = dim // 3 * 8, {}
    blocks = {f"layers.{number}": True for number in range(layers)}
    blocks |= {f"noise_refiner.{number}": True for number in range(2)}
    blocks |= {f"context_refiner.{number}": False for number in range(2)}
    for block, modulated in blocks.items():
        parts = {"attention.qkv": (3 * dim, dim), "attention.out": (dim, dim)}
        parts |= {
            "feed_forward.w1": (inner, dim),
            "feed_forward.w2": (dim, inner),
            "feed_forward.w3": (inner, dim),
        }
        parts |= {"attention.q_norm": (128,), "attention.k_norm": (128,)}
        parts |= {norm: (dim,) for norm in ("attention_norm1", "attention_norm2", "ffn_norm1", "ffn_norm2")}
        parts |= {"adaLN_modulation.0": (4 * dim, 256)} if modulated else {}
        shapes |= _weights({f"{block}.{part}": shape for part, shape in parts.items()})
        shapes |= {f"{block}.adaLN_modulation.0.bias": (4 * dim,)} if modulated else {}
    outer = {"x_embedder": (dim, 64), "t_embedder.mlp.0": (1024, 256), "t_embedder.mlp.2": (256, 1024)}
    outer |= {"cap_embedder.1": (dim, 2560), "final_layer.adaLN_modulation.1": (dim, 256)}
    outer |= {"final_layer.linear": (64, dim)}
    biases = {f"{name}.bias": shape[:1] for name, shape in outer.items()}
    tokens = {"x_pad_token": (1, dim), "cap_pad_token": (1, dim), "cap_embedder.0.weight": (2560,)}
    return {**shapes, **_weights(outer), **biases, **tokens}


def krea2(layers: int = 28, features: int = 6144, text: int = 2560) -> Shapes:
    """Krea 2, whose trainer and ComfyUI use the same names; norm scales have no `.weight`."""
    shapes: Shapes = {}
    blocks = {f"blocks.{number}": (features, features // 4) for number in range(layers)}
    blocks |= {
        f"txtfusion.{kind}.{number}": (text, text)
        for kind in ("layerwise_blocks", "refiner_blocks")
        for number in range(2)
    }
    for block, (dim, keys) in blocks.items():
        inner = 128 * -(-int(2 * dim / 3) * 4 // 128)
        parts = {"attn.wq": (dim, dim), "attn.wk": (keys, dim), "attn.wv": (keys, dim)}
        parts |= {"attn.gate": (dim, dim), "attn.wo": (dim, dim)}
        parts |= {"mlp.gate": (inner, dim), "mlp.up": (inner, dim), "mlp.down": (dim, inner)}
        shapes |= _weights({f"{block}.{part}": shape for part, shape in parts.items()})
        shapes |= {f"{block}.{norm}.scale": (dim,) for norm in ("prenorm", "postnorm")}
        shapes |= {f"{block}.attn.qknorm.{norm}.scale": (128,) for norm in ("qnorm", "knorm")}
    shapes |= {f"blocks.{number}.mod.lin": (6 * features,) for number in range(layers)}
    outer = {"first": (features, 64), "tmlp.0": (features, 256), "tmlp.2": (features, features)}
    outer |= {"tproj.1": (6 * features, features), "txtmlp.1": (features, text)}
    outer |= {"txtmlp.3": (features, features), "last.linear": (64, features)}
    biases = {f"{name}.bias": shape[:1] for name, shape in outer.items()}
    rest = {"txtmlp.0.scale": (text,), "last.norm.scale": (features,), "last.modulation.lin": (2, features)}
    return {**shapes, **_weights({**outer, "txtfusion.projector": (1, 12)}), **biases, **rest}


#: family -> its base
BASES: dict[str, Callable[[], Shapes]] = {
    "chroma": chroma,
    "flux1_dev": flux1,
    "flux2_klein_4b": lambda: flux2(3072, 7680, 5, 20),
    "flux2_klein_9b": lambda: flux2(4096, 12288, 8, 24),
    "krea2": krea2,
    "qwen_image": qwen_image,
    "sd15": lambda: UNet([1, 1, 1, 0], 1, 768).in_checkpoint,
    "sdxl": lambda: UNet([0, 2, 10], 10, 2048, extra=2816).in_checkpoint,
    "z_image": z_image,
}


def lora_for(family: str, base: Shapes) -> Shapes:
    """A LoRA as AI-Toolkit writes it for this family: of every matrix in the blocks."""
    matrices = {
        name.removeprefix("model.diffusion_model.").removesuffix(".weight"): shape
        for name, shape in base.items()
        if name.endswith(".weight") and len(shape) >= 2
    }
    if family in ("sd15", "sdxl"):
        named = {
            f"lora_unet_{diffusers.replace('.', '_')}": matrices[own]
            for own, diffusers in unet_names.diffusers_names(matrices).items()
            if ".attentions." in diffusers
        }
        return _pairs(named, "lora_down.weight", "lora_up.weight")
    if family == "flux1_dev":
        whole = flux_names.diffusers_shapes(matrices)
        named = {
            f"transformer.{name}": shape for name, shape in whole.items() if "transformer_blocks." in name
        }
    else:
        whole = z_image_names.diffusers_shapes(matrices) if family == "z_image" else matrices
        blocks = ("layers.", "double_blocks.", "single_blocks.", "blocks.", "transformer_blocks.")
        blocks += ("txtfusion.layer", "txtfusion.ref")
        named = {f"diffusion_model.{name}": shape for name, shape in whole.items() if name.startswith(blocks)}
    return _pairs(named, "lora_A.weight", "lora_B.weight")


def lokr_of(lora: Shapes, factor: int) -> Shapes:
    """A LoKr of the modules of a LoRA, as AI-Toolkit writes it: both matrices whole, their sides divided by the factor where it
    goes, and an alpha."""
    ups, downs = (".lora_up.weight", ".lora_B.weight"), (".lora_down.weight", ".lora_A.weight")
    shapes: Shapes = {}
    for key, shape in lora.items():
        ending = next((one for one in ups if key.endswith(one)), "")
        if ending:
            module = key.removesuffix(ending)
            down = lora[module + downs[ups.index(ending)]]
            sides = [_divided(side, factor) for side in (shape[0], down[1])]
            shapes[f"{module}.lokr_w1"] = (sides[0][0], sides[1][0])
            shapes[f"{module}.lokr_w2"] = (sides[0][1], sides[1][1], *down[2:])
            shapes[f"{module}.alpha"] = ()
    return shapes


def _divided(side: int, factor: int) -> tuple[int, int]:
    assert side % factor == 0, "AI-Toolkit looks for the next smaller one"
    return factor, side // factor


def write_hollow(
    file: Path, shapes: Shapes, dtype: str = "BF16", metadata: dict[str, str] | None = None
) -> Path:
    """A whole safetensors file of these tensors that has nothing in it: its header, then a hole of the right length."""
    at, header = 0, {}
    width = {"F32": 4, "BF16": 2, "F16": 2}.get(dtype, 1)
    for name, shape in shapes.items():
        size = math.prod(shape) * width
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    if metadata:
        header["__metadata__"] = metadata
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("wb") as stream:
        stream.write(struct.pack("<Q", len(text)) + text)
        stream.truncate(8 + len(text) + at)
    return file


def _weights(layers: Shapes) -> Shapes:
    return {f"{name}.weight": shape for name, shape in layers.items()}


def _head_norms(kind: str, count: int) -> Shapes:
    sides = ("img_attn.norm", "txt_attn.norm") if kind == "double" else ("norm",)
    return {
        f"{kind}_blocks.{number}.{side}.{norm}.scale": (128,)
        for number in range(count)
        for side in sides
        for norm in ("query_norm", "key_norm")
    }


def _pairs(modules: Shapes, down: str, up: str) -> Shapes:
    pairs: Shapes = {}
    for name, shape in modules.items():
        pairs[f"{name}.{down}"] = (RANK, *shape[1:])
        pairs[f"{name}.{up}"] = (shape[0], RANK, *(1 for _ in shape[2:]))
    return pairs
