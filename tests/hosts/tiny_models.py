"""One tiny Stable Diffusion 1.5 in two layouts with equal weights: a diffusers folder to train on, a checkpoint for ComfyUI.

Run with the host environment's Python: `tiny_models.py OUT CLIP_TOKENIZER_FOLDER`. Random weights, the same on every run.
ComfyUI knows the family by 320 channels and a context of 768, so width cannot shrink; depth can: one level, attention
on the way down, no middle block (facts: lora-roundtrip section 1).
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

CHANNELS, CONTEXT, TIME = 320, 768, 1280
VOCABULARY, CLIP_WIDTH, CLIP_INNER, CLIP_TOKENS, CLIP_LAYERS = 49408, 768, 3072, 77, 12
CHECKPOINT = "tiny_sd15.safetensors"
DIFFUSERS = "diffusers"
END = "<|endoftext|>"


class Weights:
    """Collects each tensor under its diffusers name and its checkpoint name."""

    def __init__(self, random: np.random.Generator) -> None:
        self.random = random
        self.diffusers: dict[str, np.ndarray] = {}
        self.checkpoint: dict[str, np.ndarray] = {}

    def matrix(
        self, names: tuple[str, str], shape: tuple[int, ...], gain: float = 1.0, *, bias: bool = True
    ) -> None:
        """Normal weights of variance gain^2 / fan-in."""
        scale = gain / np.sqrt(np.prod(shape[1:]))
        self._put(names, "weight", self.random.standard_normal(shape, dtype=np.float32) * scale)
        if bias:
            self._put(names, "bias", np.zeros(shape[0]))

    def norm(self, names: tuple[str, str], size: int) -> None:
        self._put(names, "weight", np.ones(size))
        self._put(names, "bias", np.zeros(size))

    def _put(self, names: tuple[str, str], part: str, value: np.ndarray) -> None:
        value = value.astype(np.float16)
        self.diffusers[f"{names[0]}.{part}"] = value
        self.checkpoint[f"{names[1]}.{part}"] = value


def residual(weights: Weights, name: tuple[str, str], inputs: int) -> None:
    d, c = name
    weights.norm((f"{d}.norm1", f"{c}.in_layers.0"), inputs)
    weights.matrix((f"{d}.conv1", f"{c}.in_layers.2"), (CHANNELS, inputs, 3, 3), 1.4)
    weights.matrix((f"{d}.time_emb_proj", f"{c}.emb_layers.1"), (CHANNELS, TIME))
    weights.norm((f"{d}.norm2", f"{c}.out_layers.0"), CHANNELS)
    weights.matrix((f"{d}.conv2", f"{c}.out_layers.3"), (CHANNELS, CHANNELS, 3, 3))
    if inputs != CHANNELS:
        weights.matrix((f"{d}.conv_shortcut", f"{c}.skip_connection"), (CHANNELS, inputs, 1, 1))


def attention(weights: Weights, name: tuple[str, str]) -> None:
    """Strong queries and keys: with small ones the prompt would hardly matter."""
    d, c = name
    weights.norm((f"{d}.norm", f"{c}.norm"), CHANNELS)
    weights.matrix((f"{d}.proj_in", f"{c}.proj_in"), (CHANNELS, CHANNELS, 1, 1))
    block = "transformer_blocks.0"
    for kind, width in (("attn1", CHANNELS), ("attn2", CONTEXT)):
        for part, inputs, gain in (("to_q", CHANNELS, 2.0), ("to_k", width, 2.0), ("to_v", width, 1.5)):
            path = f"{block}.{kind}.{part}"
            weights.matrix((f"{d}.{path}", f"{c}.{path}"), (CHANNELS, inputs), gain, bias=False)
        path = f"{block}.{kind}.to_out.0"
        weights.matrix((f"{d}.{path}", f"{c}.{path}"), (CHANNELS, CHANNELS), 2.0)
    for number in (1, 2, 3):
        weights.norm((f"{d}.{block}.norm{number}", f"{c}.{block}.norm{number}"), CHANNELS)
    for part, shape in (("ff.net.0.proj", (8 * CHANNELS, CHANNELS)), ("ff.net.2", (CHANNELS, 4 * CHANNELS))):
        weights.matrix((f"{d}.{block}.{part}", f"{c}.{block}.{part}"), shape)
    weights.matrix((f"{d}.proj_out", f"{c}.proj_out"), (CHANNELS, CHANNELS, 1, 1))


def unet(random: np.random.Generator) -> Weights:
    weights = Weights(random)
    weights.matrix(("time_embedding.linear_1", "time_embed.0"), (TIME, CHANNELS))
    weights.matrix(("time_embedding.linear_2", "time_embed.2"), (TIME, TIME))
    weights.matrix(("conv_in", "input_blocks.0.0"), (CHANNELS, 4, 3, 3))
    residual(weights, ("down_blocks.0.resnets.0", "input_blocks.1.0"), CHANNELS)
    attention(weights, ("down_blocks.0.attentions.0", "input_blocks.1.1"))
    for number in (0, 1):
        residual(weights, (f"up_blocks.0.resnets.{number}", f"output_blocks.{number}.0"), 2 * CHANNELS)
    weights.norm(("conv_norm_out", "out.0"), CHANNELS)
    weights.matrix(("conv_out", "out.2"), (4, CHANNELS, 3, 3))
    return weights


def tiny_vae(random: np.random.Generator, latents: int = 4) -> Weights:
    """The tiny auto-encoder (AutoencoderTiny = taesd); its decoder starts one index later in ComfyUI.

    ComfyUI's VAELoader takes such a file under any name and reads its number of latents from it.
    """
    weights = Weights(random)
    block, down, up = [("block", 64, 64)], [("stride", 64, 64)], [("skip", 0, 0), ("stride", 64, 64)]
    encoder = [("conv", 3, 64), *block, *(down + block * 3) * 3, ("last", 64, latents)]
    decoder = [("conv", latents, 64), ("skip", 0, 0), *(block * 3 + up) * 3, *block, ("last", 64, 3)]
    for side, shift, layers in (("encoder", 0, encoder), ("decoder", 1, decoder)):
        for index, (kind, inputs, outputs) in enumerate(layers):
            names = (f"{side}.layers.{index}", f"taesd_{side}.{index + shift}")
            if kind == "block":
                for conv, gain in ((0, 1.2), (2, 1.2), (4, 0.5)):
                    weights.matrix(tuple(f"{n}.conv.{conv}" for n in names), (64, 64, 3, 3), gain)
            elif kind != "skip":
                gain = {"last": 1.0 if side == "encoder" else 0.12}.get(kind, 1.4)
                weights.matrix(names, (outputs, inputs, 3, 3), gain, bias=kind != "stride")
            if kind == "last":
                centre(weights, names, grey=side == "decoder")
    return weights


def centre(weights: Weights, names: tuple[str, str], *, grey: bool) -> None:
    """Filters of zero mean over features that are never negative: else pictures drift to one side."""
    filters = weights.diffusers[f"{names[0]}.weight"].astype(np.float32)
    centred = (filters - filters.mean(axis=(1, 2, 3), keepdims=True)).astype(np.float16)
    weights.diffusers[f"{names[0]}.weight"] = weights.checkpoint[f"{names[1]}.weight"] = centred
    if grey:
        bias = np.full(filters.shape[0], 0.5, np.float16)
        weights.diffusers[f"{names[0]}.bias"] = weights.checkpoint[f"{names[1]}.bias"] = bias


def clip(random: np.random.Generator) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """(one layer for the trainer, twelve for ComfyUI): layers 1 to 11 are zero, so both compute the same."""
    weights = Weights(random)
    root = "text_model."
    tables = {
        f"{root}embeddings.token_embedding.weight": random.standard_normal(
            (VOCABULARY, CLIP_WIDTH), dtype=np.float32
        ),
        f"{root}embeddings.position_embedding.weight": 0.3
        * random.standard_normal((CLIP_TOKENS, CLIP_WIDTH), dtype=np.float32),
    }
    small = {name: table.astype(np.float16) for name, table in tables.items()}
    weights.norm((f"{root}final_layer_norm",) * 2, CLIP_WIDTH)
    layer = f"{root}encoder.layers.0"
    shapes = {f"self_attn.{part}_proj": (CLIP_WIDTH, CLIP_WIDTH) for part in ("q", "k", "v", "out")}
    shapes |= {"mlp.fc1": (CLIP_INNER, CLIP_WIDTH), "mlp.fc2": (CLIP_WIDTH, CLIP_INNER)}
    for number in (1, 2):
        weights.norm((f"{layer}.layer_norm{number}",) * 2, CLIP_WIDTH)
    for part, shape in shapes.items():
        weights.matrix((f"{layer}.{part}",) * 2, shape)
    one = {**small, **weights.diffusers}
    full = dict(one)
    for number in range(1, CLIP_LAYERS):
        for name, value in weights.diffusers.items():
            if name.startswith(layer):
                zero = (
                    np.ones_like(value)
                    if "norm" in name and name.endswith("weight")
                    else np.zeros_like(value)
                )
                full[name.replace("layers.0", f"layers.{number}")] = zero
    return one, full


UNET_CONFIG = {
    "_class_name": "UNet2DConditionModel", "sample_size": 8, "in_channels": 4, "out_channels": 4, "layers_per_block": 1,
    "block_out_channels": [CHANNELS], "cross_attention_dim": CONTEXT, "attention_head_dim": 8, "norm_num_groups": 32,
    "down_block_types": ["CrossAttnDownBlock2D"], "up_block_types": ["UpBlock2D"], "mid_block_type": None,
    "act_fn": "silu", "flip_sin_to_cos": True, "freq_shift": 0, "center_input_sample": False, "norm_eps": 1e-5,
    "downsample_padding": 1, "mid_block_scale_factor": 1,
}  # fmt: skip
VAE_CONFIG = {"_class_name": "AutoencoderTiny", "scaling_factor": 1.0, "shift_factor": 0.0}
CLIP_CONFIG = {
    "architectures": ["CLIPTextModel"], "model_type": "clip_text_model", "hidden_size": CLIP_WIDTH,
    "intermediate_size": CLIP_INNER, "num_hidden_layers": 1, "num_attention_heads": 12, "hidden_act": "quick_gelu",
    "max_position_embeddings": CLIP_TOKENS, "vocab_size": VOCABULARY, "layer_norm_eps": 1e-5, "projection_dim": CLIP_WIDTH,
    "bos_token_id": VOCABULARY - 2, "eos_token_id": VOCABULARY - 1, "pad_token_id": 1, "torch_dtype": "float16",
}  # fmt: skip
SCHEDULER_CONFIG = {
    "_class_name": "DDPMScheduler", "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear",
    "num_train_timesteps": 1000, "clip_sample": False, "prediction_type": "epsilon", "steps_offset": 1,
    "timestep_spacing": "leading", "trained_betas": None, "variance_type": "fixed_small",
}  # fmt: skip
PIPELINE = {
    "_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.32.2", "requires_safety_checker": False,
    "feature_extractor": [None, None], "image_encoder": [None, None], "safety_checker": [None, None],
    "scheduler": ["diffusers", "DDPMScheduler"], "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"], "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderTiny"],
}  # fmt: skip


def write(out: Path, tokenizer: Path) -> None:
    random = np.random.default_rng(20261123)
    net, vae = unet(random), tiny_vae(random)
    text_one, text_full = clip(random)
    folder = out / DIFFUSERS
    for part, tensors, config in (
        ("unet", net.diffusers, UNET_CONFIG),
        ("vae", vae.diffusers, VAE_CONFIG),
        ("text_encoder", text_one, CLIP_CONFIG),
        ("scheduler", None, SCHEDULER_CONFIG),
    ):
        (folder / part).mkdir(parents=True, exist_ok=True)
        name = "scheduler_config.json" if part == "scheduler" else "config.json"
        (folder / part / name).write_text(json.dumps({**config, "_diffusers_version": "0.32.2"}))
        if tensors is not None:
            file = "model.safetensors" if part == "text_encoder" else "diffusion_pytorch_model.safetensors"
            save_file(tensors, folder / part / file, {"format": "pt"})
    (folder / "model_index.json").write_text(json.dumps(PIPELINE))
    write_tokenizer(folder / "tokenizer", tokenizer)
    whole = {f"model.diffusion_model.{name}": value for name, value in net.checkpoint.items()}
    whole |= {f"cond_stage_model.transformer.{name}": value for name, value in text_full.items()}
    whole |= {f"first_stage_model.{name}": value for name, value in vae.checkpoint.items()}
    save_file(whole, out / CHECKPOINT, {"format": "pt"})


def write_tokenizer(folder: Path, source: Path, *, pad: str = END) -> None:
    """CLIP's real vocabulary, which every ComfyUI brings (`source`)."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("vocab.json", "merges.txt"):
        shutil.copy(source / name, folder)
    write_tokenizer_settings(folder, pad=pad)


def write_tokenizer_settings(folder: Path, *, pad: str = END) -> None:
    special = {"bos_token": "<|startoftext|>", "eos_token": END, "unk_token": END, "pad_token": pad}
    (folder / "special_tokens_map.json").write_text(json.dumps(special))
    config = {
        "tokenizer_class": "CLIPTokenizer",
        "model_max_length": CLIP_TOKENS,
        "do_lower_case": True,
        **special,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config))


if __name__ == "__main__":
    write(Path(sys.argv[1]), Path(sys.argv[2]))
