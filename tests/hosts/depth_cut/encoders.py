"""Text encoders and VAEs as ComfyUI's files have them: real widths, almost nothing inside."""

from __future__ import annotations

import torch

from .tensors import Tensors, biased, filled

HEAD = {"t5": 64, "qwen": 128}
THIN = 64


def clip_l(live: int = 1) -> Tensors:
    """CLIP-L of twelve layers; those from `live` on write nothing to the residual stream."""
    root = "text_model."
    shapes: dict[str, tuple[int, ...]] = {
        "text_projection.weight": (768, 768),
        f"{root}embeddings.token_embedding.weight": (49408, 768),
        f"{root}embeddings.position_embedding.weight": (77, 768),
        f"{root}final_layer_norm.weight": (768,),
        f"{root}final_layer_norm.bias": (768,),
    }
    for layer in (f"{root}encoder.layers.{number}" for number in range(12)):
        for part in ("q", "k", "v", "out"):
            shapes |= biased(f"{layer}.self_attn.{part}_proj", 768, 768)
        shapes |= biased(f"{layer}.mlp.fc1", 3072, 768) | biased(f"{layer}.mlp.fc2", 768, 3072)
        for norm in ("layer_norm1", "layer_norm2"):
            shapes |= {f"{layer}.{norm}.weight": (768,), f"{layer}.{norm}.bias": (768,)}
    dead = {f"*.layers.{number}.*": 0.0 for number in range(live, 12)}
    gains = {"*token_embedding*": 768**0.5, "*position_embedding*": 0.3 * 768**0.5, **dead}
    return filled(shapes, seed=21, dtype=torch.float16, gains=gains, biases=0.0)


def clip_g(root: str = "conditioner.embedders.1.model.") -> Tensors:
    """SDXL's second encoder in open_clip's names: 32 layers of which one does something."""
    shapes = {
        f"{root}token_embedding.weight": (49408, 1280),
        f"{root}positional_embedding": (77, 1280),
        f"{root}text_projection": (1280, 1280),
        f"{root}ln_final.weight": (1280,),
        f"{root}ln_final.bias": (1280,),
    }
    for layer in (f"{root}transformer.resblocks.{number}" for number in range(32)):
        shapes |= {f"{layer}.attn.in_proj_weight": (3840, 1280), f"{layer}.attn.in_proj_bias": (3840,)}
        for part, out, inputs in (
            ("attn.out_proj", 1280, 1280),
            ("mlp.c_fc", 5120, 1280),
            ("mlp.c_proj", 1280, 5120),
        ):
            shapes |= biased(f"{layer}.{part}", out, inputs)
        for norm in ("ln_1", "ln_2"):
            shapes |= {f"{layer}.{norm}.weight": (1280,), f"{layer}.{norm}.bias": (1280,)}
    dead = {f"*.resblocks.{number}.*": 0.0 for number in range(1, 32)}
    gains = {"*token_embedding*": 1280**0.5, "*positional_embedding": 0.3 * 1280**0.5, **dead}
    made = filled(shapes, seed=31, dtype=torch.float16, gains=gains, biases=0.0)
    return made | {f"{root}logit_scale": torch.tensor(4.6, dtype=torch.float16)}


def t5(*, alone: bool = False) -> Tensors:
    """T5-XXL of one layer with one head, for a host with `thin_encoders`. `alone`: the only encoder of a model, which ComfyUI
    knows by a matrix of its 24th layer."""
    block = "encoder.block.0.layer"
    shapes = {
        "shared.weight": (32128, 4096),
        f"{block}.0.layer_norm.weight": (4096,),
        f"{block}.1.layer_norm.weight": (4096,),
        **{f"{block}.0.SelfAttention.{part}.weight": (HEAD["t5"], 4096) for part in "qkv"},
        f"{block}.0.SelfAttention.o.weight": (4096, HEAD["t5"]),
        f"{block}.0.SelfAttention.relative_attention_bias.weight": (32, 1),
        f"{block}.1.DenseReluDense.wi_0.weight": (THIN, 4096),
        f"{block}.1.DenseReluDense.wi_1.weight": (THIN, 4096),
        f"{block}.1.DenseReluDense.wo.weight": (4096, THIN),
        "encoder.final_layer_norm.weight": (4096,),
    }
    # T5 does not scale its scores: small queries
    gains = {"shared*": 4096**0.5, "*.q.weight": 1 / 8}
    made = filled(shapes, seed=22, dtype=torch.float16, gains=gains)
    mark = {
        "encoder.block.23.layer.1.DenseReluDense.wi_1.weight": torch.zeros(10240, 4096, dtype=torch.float16)
    }
    return made | (mark if alone else {})


def qwen(hidden: int, *, layers: int = 36, root: str = "model.", head_norms: bool = True) -> Tensors:
    """Qwen3 as deep as what reads its layers asks for, with one head, for a host with `thin_encoders`."""
    shapes: dict[str, tuple[int, ...]] = {
        f"{root}embed_tokens.weight": (151936, hidden),
        f"{root}norm.weight": (hidden,),
    }
    for layer in (f"{root}layers.{number}" for number in range(layers)):
        shapes |= {
            f"{layer}.{norm}.weight": (hidden,) for norm in ("input_layernorm", "post_attention_layernorm")
        }
        if head_norms:
            shapes |= {f"{layer}.self_attn.{norm}.weight": (HEAD["qwen"],) for norm in ("q_norm", "k_norm")}
        shapes |= {f"{layer}.self_attn.{part}_proj.weight": (HEAD["qwen"], hidden) for part in "qkv"}
        shapes |= {f"{layer}.self_attn.o_proj.weight": (hidden, HEAD["qwen"])}
        shapes |= {f"{layer}.mlp.{part}_proj.weight": (THIN, hidden) for part in ("gate", "up")}
        shapes |= {f"{layer}.mlp.down_proj.weight": (hidden, THIN)}
    return filled(shapes, seed=23, gains={"*embed_tokens*": hidden**0.5})


def qwen25_vl(hidden: int = 3584) -> Tensors:
    """Qwen2.5-VL 7B of one layer, which ComfyUI knows by the 512 rows of its keys, with an eye of one layer too."""
    layer, rows = "model.layers.0", 4 * HEAD["qwen"]
    shapes: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (152064, hidden)}
    for norm in ("model.norm", f"{layer}.input_layernorm", f"{layer}.post_attention_layernorm"):
        shapes |= {f"{norm}.weight": (hidden,)}
    for part in "qkv":
        shapes |= biased(f"{layer}.self_attn.{part}_proj", rows, hidden)
    shapes |= {f"{layer}.self_attn.o_proj.weight": (hidden, rows)}
    shapes |= {f"{layer}.mlp.{part}_proj.weight": (THIN, hidden) for part in ("gate", "up")}
    shapes |= {f"{layer}.mlp.down_proj.weight": (hidden, THIN)}
    words = filled(shapes, seed=25, gains={"*embed_tokens*": hidden**0.5})
    return words | filled(_eye(hidden), seed=26, biases=0.0)


def _eye(hidden: int, width: int = 1280) -> dict[str, tuple[int, ...]]:
    """What reads pictures in Qwen2.5-VL: patches of 14 pixels twice, folded two by two."""
    block = "visual.blocks.0"
    shapes: dict[str, tuple[int, ...]] = {
        "visual.patch_embed.proj.weight": (width, 3, 2, 14, 14),
        f"{block}.norm1.weight": (width,),
        f"{block}.norm2.weight": (width,),
        "visual.merger.ln_q.weight": (width,),
    }
    shapes |= biased(f"{block}.attn.qkv", 3 * width, width) | biased(f"{block}.attn.proj", width, width)
    for part in ("gate", "up"):
        shapes |= biased(f"{block}.mlp.{part}_proj", THIN, width)
    shapes |= biased(f"{block}.mlp.down_proj", width, THIN)
    return (
        shapes
        | biased("visual.merger.mlp.0", 4 * width, 4 * width)
        | biased("visual.merger.mlp.2", hidden, 4 * width)
    )


def qwen_vl() -> Tensors:
    """Qwen3-VL 4B, whose eye is known by two tensors."""
    return {
        **qwen(2560, root="model.language_model."),
        "model.visual.merger.linear_fc2.weight": torch.zeros(2560, 4096, dtype=torch.bfloat16),
        "model.visual.deepstack_merger_list.0.norm.weight": torch.ones(4096, dtype=torch.bfloat16),
    }


def vae(
    latents: int, *, dtype: torch.dtype = torch.float16, quant: str = "", batch_norm: bool = False
) -> Tensors:
    """The usual auto-encoder of four levels. `quant`: "inner" (encoder.quant_conv), "outer" (quant_conv) or none;
    `batch_norm`: FLUX.2's, of its latents folded two by two."""
    shapes: dict[str, tuple[int, ...]] = {}
    widths = (128, 256, 512, 512)
    shapes |= biased("encoder.conv_in", 128, 3, 3, 3)
    at = 128
    for level, width in enumerate(widths):
        for block in range(2):
            shapes |= _residual(f"encoder.down.{level}.block.{block}", at, width)
            at = width
        shapes |= biased(f"encoder.down.{level}.downsample.conv", at, at, 3, 3) if level < 3 else {}
    shapes |= _middle("encoder", at) | _group("encoder.norm_out", at)
    shapes |= biased("encoder.conv_out", 2 * latents, at, 3, 3) | biased("decoder.conv_in", at, latents, 3, 3)
    shapes |= _middle("decoder", at)
    for level in (3, 2, 1, 0):
        for block in range(3):
            shapes |= _residual(f"decoder.up.{level}.block.{block}", at, widths[level])
            at = widths[level]
        shapes |= biased(f"decoder.up.{level}.upsample.conv", at, at, 3, 3) if level else {}
    shapes |= _group("decoder.norm_out", at) | biased("decoder.conv_out", 3, at, 3, 3)
    names = {
        "inner": ("encoder.quant_conv", "decoder.post_quant_conv"),
        "outer": ("quant_conv", "post_quant_conv"),
    }
    if quant:
        before, after = names[quant]
        shapes |= biased(before, 2 * latents, 2 * latents, 1, 1) | biased(after, latents, latents, 1, 1)
    gains = {"*.conv1.weight": 1.4, "*.conv2.weight": 0.7, "*.attn_1.*": 0.5, "decoder.conv_out.weight": 0.8}
    made = filled(shapes, seed=7, dtype=dtype, gains=gains, biases=0.0)
    if batch_norm:
        made["bn.running_mean"] = torch.zeros(4 * latents, dtype=dtype)
        made["bn.running_var"] = torch.ones(4 * latents, dtype=dtype)
        made["bn.num_batches_tracked"] = torch.tensor(1)
    return made


def _group(name: str, size: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (size,), f"{name}.bias": (size,)}


def _residual(name: str, inputs: int, out: int) -> dict[str, tuple[int, ...]]:
    parts = _group(f"{name}.norm1", inputs) | biased(f"{name}.conv1", out, inputs, 3, 3)
    parts |= _group(f"{name}.norm2", out) | biased(f"{name}.conv2", out, out, 3, 3)
    return parts | (biased(f"{name}.nin_shortcut", out, inputs, 1, 1) if inputs != out else {})


def _middle(side: str, size: int) -> dict[str, tuple[int, ...]]:
    parts = _residual(f"{side}.mid.block_1", size, size) | _group(f"{side}.mid.attn_1.norm", size)
    for part in ("q", "k", "v", "proj_out"):
        parts |= biased(f"{side}.mid.attn_1.{part}", size, size, 1, 1)
    return parts | _residual(f"{side}.mid.block_2", size, size)
