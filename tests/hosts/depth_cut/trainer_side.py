"""A family's folders in the hub's cache, filled from the same numbers as ComfyUI's files: what its trainer reads, nothing else.

Runs with the trainer's Python: `python -m hosts.depth_cut.trainer_side FAMILY[.ROUTE] BASE.safetensors HF_HOME CLIP_TOKENIZER`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from safetensors.torch import load_file

from ..tiny_models import write_tokenizer
from . import encoders, layouts
from . import trainer_parts as parts
from .hub import put_json, snapshot
from .tensors import Tensors, filled, write

WEIGHTS = "diffusion_pytorch_model.safetensors"
FLUX1 = {
    "_class_name": "FluxTransformer2DModel", "patch_size": 1, "in_channels": 64, "num_layers": 1, "num_single_layers": 1,
    "attention_head_dim": 128, "num_attention_heads": 24, "joint_attention_dim": 4096, "pooled_projection_dim": 768,
    "guidance_embeds": True, "axes_dims_rope": [16, 56, 56],
}  # fmt: skip
Z_IMAGE = {
    "_class_name": "ZImageTransformer2DModel", "all_patch_size": [2], "all_f_patch_size": [1], "in_channels": 16, "dim": 3840,
    "n_layers": 1, "n_refiner_layers": 2, "n_heads": 30, "n_kv_heads": 30, "norm_eps": 1e-5, "qk_norm": True,
    "cap_feat_dim": 2560, "rope_theta": 256.0, "t_scale": 1000.0, "axes_dims": [32, 48, 48], "axes_lens": [1536, 512, 512],
}  # fmt: skip
QWEN_IMAGE = {
    "_class_name": "QwenImageTransformer2DModel", "patch_size": 2, "in_channels": 64, "out_channels": 16, "num_layers": 1,
    "attention_head_dim": 128, "num_attention_heads": 24, "joint_attention_dim": 3584, "guidance_embeds": False,
    "axes_dims_rope": [16, 56, 56],
}  # fmt: skip
UNET = {
    "_class_name": "UNet2DConditionModel", "in_channels": 4, "out_channels": 4, "layers_per_block": 2, "norm_eps": 1e-5,
    "act_fn": "silu", "flip_sin_to_cos": True, "freq_shift": 0,
}  # fmt: skip
SDXL = {
    **UNET, "sample_size": 128, "block_out_channels": [320, 640, 1280],
    "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
    "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"], "mid_block_type": "UNetMidBlock2D",
    "transformer_layers_per_block": [1, 1, 2], "reverse_transformer_layers_per_block": [1, 1, 1],
    "attention_head_dim": [5, 10, 20], "cross_attention_dim": 2048, "use_linear_projection": True,
    "addition_embed_type": "text_time", "addition_time_embed_dim": 256, "projection_class_embeddings_input_dim": 2816,
}  # fmt: skip
SD15 = {
    **UNET, "sample_size": 64, "block_out_channels": [320, 640, 1280, 1280], "attention_head_dim": 8,
    "down_block_types": ["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"],
    "up_block_types": ["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 3, "cross_attention_dim": 768,
    "center_input_sample": False, "downsample_padding": 1, "mid_block_scale_factor": 1, "norm_num_groups": 32,
}  # fmt: skip
SDXL_PIPELINE = {
    "_class_name": "StableDiffusionXLPipeline", "_diffusers_version": "0.39.0", "force_zeros_for_empty_prompt": True,
    "scheduler": ["diffusers", "EulerDiscreteScheduler"], "text_encoder": ["transformers", "CLIPTextModel"],
    "text_encoder_2": ["transformers", "CLIPTextModelWithProjection"], "tokenizer": ["transformers", "CLIPTokenizer"],
    "tokenizer_2": ["transformers", "CLIPTokenizer"], "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
}  # fmt: skip
SD15_PIPELINE = {
    **{name: value for name, value in SDXL_PIPELINE.items() if not name.endswith("_2") and name[:5] != "force"},
    "_class_name": "StableDiffusionPipeline", "requires_safety_checker": True, "scheduler": ["diffusers", "PNDMScheduler"],
    "feature_extractor": [None, None], "safety_checker": [None, None], "image_encoder": [None, None],
}  # fmt: skip


def flux1(base: Tensors, home: Path, _tokenizer: Path) -> None:
    where = snapshot(home, "black-forest-labs/FLUX.1-dev")
    write(where / "transformer" / WEIGHTS, layouts.flux1_in_diffusers(base))
    put_json(where / "transformer" / "config.json", FLUX1)
    parts.vae(where / "vae", 16)
    parts.clip(where / "text_encoder", parts.clip_tokenizer(where / "tokenizer"))
    parts.t5(where / "text_encoder_2", parts.t5_tokenizer(where / "tokenizer_2"))
    put_json(where / "scheduler" / "scheduler_config.json", parts.FLOW)


def klein(size: str, hidden: int, base: Tensors, home: Path, _tokenizer: Path) -> None:
    repository = f"black-forest-labs/FLUX.2-klein-base-{size}"
    write(snapshot(home, repository) / f"flux-2-klein-base-{size.lower()}.safetensors", base)
    vae = encoders.vae(32, dtype=torch.float32, quant="inner", batch_norm=True)
    write(snapshot(home, "ai-toolkit/flux2_vae") / "ae.safetensors", vae)
    where = snapshot(home, {"4B": "Qwen/Qwen3-4B", "9B": "Qwen/Qwen3-8B"}[size])
    parts.qwen(where, parts.qwen_tokenizer(where), hidden, 28)


def z_image(base: Tensors, home: Path, _tokenizer: Path) -> None:
    """The usual route: Turbo under its training adapter, a LoRA that the trainer takes off again."""
    where = _z_image_at("Tongyi-MAI/Z-Image-Turbo", base, home)
    _rest_of_z_image(where)
    adapter = snapshot(home, "ostris/zimage_turbo_training_adapter")
    whole = layouts.z_image_in_diffusers(base)
    write(adapter / "zimage_turbo_training_adapter_v2.safetensors", _adapter(whole, "layers.0."))


def z_image_base(base: Tensors, home: Path, _tokenizer: Path) -> None:
    _rest_of_z_image(_z_image_at("Tongyi-MAI/Z-Image", base, home))


def z_image_de_turbo(base: Tensors, home: Path, _tokenizer: Path) -> None:
    """The transformer alone: the rest is Turbo's."""
    _z_image_at("ostris/Z-Image-De-Turbo", base, home)
    _rest_of_z_image(snapshot(home, "Tongyi-MAI/Z-Image-Turbo"))


def _z_image_at(repository: str, base: Tensors, home: Path) -> Path:
    where = snapshot(home, repository)
    write(where / "transformer" / WEIGHTS, layouts.z_image_in_diffusers(base))
    put_json(where / "transformer" / "config.json", Z_IMAGE)
    return where


def _rest_of_z_image(where: Path) -> None:
    parts.qwen(where / "text_encoder", parts.qwen_tokenizer(where / "tokenizer"), 2560, 2)
    parts.vae(where / "vae", 16)
    put_json(where / "scheduler" / "scheduler_config.json", {**parts.FLOW, "use_dynamic_shifting": False})


def _adapter(whole: Tensors, block: str) -> Tensors:
    """A weak LoRA of rank 8 for one block."""
    shapes: dict[str, tuple[int, ...]] = {}
    for name, value in whole.items():
        if name.startswith(block) and value.dim() == 2:
            module = f"diffusion_model.{name.removesuffix('.weight')}"
            shapes[f"{module}.lora_A.weight"] = (8, value.shape[1])
            shapes[f"{module}.lora_B.weight"] = (value.shape[0], 8)
    return filled(shapes, seed=6, gains={"*": 0.1})


def chroma(base: Tensors, home: Path, _tokenizer: Path) -> None:
    write(snapshot(home, "lodestones/Chroma1-Base") / "Chroma1-Base.safetensors", base)
    where = snapshot(home, "ostris/Flex.1-alpha")
    parts.t5(where / "text_encoder_2", parts.t5_tokenizer(where / "tokenizer_2"))
    parts.vae(where / "vae", 16)


def qwen_image(base: Tensors, home: Path, _tokenizer: Path) -> None:
    where = snapshot(home, "Qwen/Qwen-Image-2512")
    write(where / "transformer" / WEIGHTS, base)
    put_json(where / "transformer" / "config.json", QWEN_IMAGE)
    parts.qwen25_vl(where / "text_encoder", parts.qwen_tokenizer(where / "tokenizer"))
    parts.qwen_image_vae(where / "vae")


def krea2(base: Tensors, home: Path, _tokenizer: Path) -> None:
    write(snapshot(home, "krea/Krea-2-Raw") / "raw.safetensors", base)
    _rest_of_krea2(home)


def krea2_turbo(base: Tensors, home: Path, _tokenizer: Path) -> None:
    write(snapshot(home, "krea/Krea-2-Turbo") / "turbo.safetensors", base)
    adapter = snapshot(home, "ostris/krea2_turbo_training_adapter")
    write(adapter / "krea2_turbo_training_adapter_v1.safetensors", _adapter(base, "blocks.0."))
    _rest_of_krea2(home)


def _rest_of_krea2(home: Path) -> None:
    where = snapshot(home, "Qwen/Qwen3-VL-4B-Instruct")
    parts.qwen_vl(where, parts.qwen_tokenizer(where))
    parts.qwen_image_vae(snapshot(home, "Qwen/Qwen-Image") / "vae")


def sdxl(_base: Tensors, home: Path, tokenizer: Path) -> None:
    where = snapshot(home, "stabilityai/stable-diffusion-xl-base-1.0")
    put_json(where / "unet" / "config.json", SDXL)
    put_json(where / "text_encoder" / "config.json", parts.clip_config())
    put_json(where / "text_encoder_2" / "config.json", parts.clip_config(second=True))
    write_tokenizer(where / "tokenizer", tokenizer)
    write_tokenizer(where / "tokenizer_2", tokenizer, pad="!")
    put_json(where / "vae" / "config.json", parts.vae_config(0.13025))
    put_json(where / "scheduler" / "scheduler_config.json", parts.DDPM)
    put_json(where / "model_index.json", SDXL_PIPELINE)


def sd15(_base: Tensors, home: Path, tokenizer: Path) -> None:
    where = snapshot(home, "stable-diffusion-v1-5/stable-diffusion-v1-5")
    put_json(where / "unet" / "config.json", SD15)
    put_json(where / "text_encoder" / "config.json", parts.clip_config())
    write_tokenizer(where / "tokenizer", tokenizer)
    parts.safety_checker(snapshot(home, "CompVis/stable-diffusion-safety-checker"))
    put_json(where / "vae" / "config.json", parts.vae_config(0.18215))
    scheduler = {**parts.DDPM, "_class_name": "PNDMScheduler"}
    put_json(where / "scheduler" / "scheduler_config.json", scheduler)
    put_json(where / "model_index.json", SD15_PIPELINE)


MAKERS: dict[str, Callable[[Tensors, Path, Path], None]] = {
    "flux1_dev": flux1,
    "flux2_klein_4b": partial(klein, "4B", 2560),
    "flux2_klein_9b": partial(klein, "9B", 4096),
    "z_image": z_image,
    "z_image.base": z_image_base,
    "z_image.de_turbo": z_image_de_turbo,
    "chroma": chroma,
    "qwen_image": qwen_image,
    "krea2": krea2,
    "krea2.turbo": krea2_turbo,
    "sdxl": sdxl,
    "sd15": sd15,
}

if __name__ == "__main__":
    way, base, home, tokenizer = sys.argv[1], *map(Path, sys.argv[2:])
    MAKERS[way](load_file(base), home, tokenizer)
