"""The small parts of a fake hub: encoders as wide as the transformer wants and nearly empty, tokenizers that spell every byte.

Runs with the trainer's Python (transformers, diffusers). What each family reads of the hub stands in its record.
"""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path
from typing import Any

import torch

from ..tiny_models import write_tokenizer_settings
from .hub import put_json

# the registries' torchvision is a CUDA build: beside torch for the CPU its operators are missing
if torch.version.cuda is None:
    sys.modules.setdefault(
        "torchvision._meta_registrations", types.ModuleType("torchvision._meta_registrations")
    )

FLOW = {
    "_class_name": "FlowMatchEulerDiscreteScheduler",
    "base_image_seq_len": 256,
    "base_shift": 0.5,
    "max_image_seq_len": 4096,
    "max_shift": 1.15,
    "num_train_timesteps": 1000,
    "shift": 3.0,
    "use_dynamic_shifting": True,
}
DDPM = {
    "_class_name": "EulerDiscreteScheduler",
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "num_train_timesteps": 1000,
    "prediction_type": "epsilon",
    "steps_offset": 1,
    "timestep_spacing": "leading",
    "interpolation_type": "linear",
    "clip_sample": False,
    "set_alpha_to_one": False,
    "skip_prk_steps": True,
}
QWEN_MARKS = [
    *("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>"),
    *("<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>"),
]
CHAT = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% if not enable_thinking %}<think>\n\n</think>\n\n{% endif %}{% endif %}"
)


def vae(folder: Path, latents: int) -> None:
    from diffusers import AutoencoderKL

    torch.manual_seed(11)
    AutoencoderKL(
        latent_channels=latents, block_out_channels=(8, 8, 8, 8), norm_num_groups=4, layers_per_block=1,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
        scaling_factor=0.3611, shift_factor=0.1159, use_quant_conv=False, use_post_quant_conv=False,
    ).save_pretrained(folder)  # fmt: skip


def clip(folder: Path, words: int) -> None:
    from transformers import CLIPTextConfig, CLIPTextModel

    torch.manual_seed(12)
    CLIPTextModel(CLIPTextConfig(
        vocab_size=words, hidden_size=768, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2,
        max_position_embeddings=77, bos_token_id=words - 2, eos_token_id=words - 1, pad_token_id=words - 1,
    )).save_pretrained(folder)  # fmt: skip


def t5(folder: Path, words: int) -> None:
    from transformers import T5Config, T5EncoderModel

    torch.manual_seed(13)
    T5EncoderModel(T5Config(
        vocab_size=words, d_model=4096, d_kv=16, d_ff=32, num_layers=1, num_heads=2, feed_forward_proj="gated-gelu",
        pad_token_id=0, eos_token_id=1, tie_word_embeddings=False,
    )).save_pretrained(folder)  # fmt: skip


def _qwen_numbers(words: int, hidden: int, layers: int) -> dict[str, Any]:
    return {
        "vocab_size": words, "hidden_size": hidden, "intermediate_size": 16, "num_hidden_layers": layers,
        "num_attention_heads": 1, "num_key_value_heads": 1, "head_dim": 16, "max_position_embeddings": 4096,
        "tie_word_embeddings": True,
    }  # fmt: skip


def qwen(folder: Path, words: int, hidden: int, layers: int) -> None:
    """As deep as what is read of it asks for: 28 layers for Klein, 2 for Z-Image."""
    from transformers import Qwen3Config, Qwen3ForCausalLM

    torch.manual_seed(14)
    Qwen3ForCausalLM(Qwen3Config(**_qwen_numbers(words, hidden, layers))).save_pretrained(folder)


def qwen_vl(folder: Path, words: int) -> None:
    from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration

    torch.manual_seed(15)
    rope = {"rope_type": "default", "mrope_section": [4, 2, 2], "mrope_interleaved": True}
    text = {**_qwen_numbers(words, 2560, 36), "rope_scaling": rope}
    eye = {
        "depth": 1, "hidden_size": 32, "intermediate_size": 32, "num_heads": 2, "out_hidden_size": 2560,
        "deepstack_visual_indexes": [0], "num_position_embeddings": 16,
    }  # fmt: skip
    config = Qwen3VLConfig(text_config=text, vision_config=eye, tie_word_embeddings=True)
    Qwen3VLForConditionalGeneration(config).save_pretrained(folder)


def qwen25_vl(folder: Path, words: int) -> None:
    """What Qwen-Image reads: the last layer, heads of 128."""
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

    torch.manual_seed(17)
    text = {
        "vocab_size": words, "hidden_size": 3584, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 28,
        "num_key_value_heads": 4, "max_position_embeddings": 4096,
        "rope_scaling": {"type": "mrope", "rope_type": "default", "mrope_section": [16, 24, 24]},
    }  # fmt: skip
    eye = {"depth": 1, "hidden_size": 32, "intermediate_size": 32, "num_heads": 2, "out_hidden_size": 3584}
    config = Qwen2_5_VLConfig(text_config=text, vision_config=eye)
    Qwen2_5_VLForConditionalGeneration(config).save_pretrained(folder)


def qwen_image_vae(folder: Path) -> None:
    from diffusers import AutoencoderKLQwenImage

    torch.manual_seed(16)
    AutoencoderKLQwenImage(base_dim=8, z_dim=16, num_res_blocks=1).save_pretrained(folder)


def safety_checker(folder: Path) -> None:
    """diffusers loads one with a Stable Diffusion 1.5 checkpoint, also where the trainer says that it wants none."""
    from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
    from transformers import CLIPConfig, CLIPImageProcessor

    small = {
        "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "projection_dim": 16,
    }  # fmt: skip
    config = CLIPConfig(vision_config=small, text_config=small, projection_dim=16)
    StableDiffusionSafetyChecker(config).save_pretrained(folder)
    CLIPImageProcessor().save_pretrained(folder)


# tokenizers: each returns how many tokens it has


def clip_tokenizer(folder: Path) -> int:
    letters = [chr(code) for code in (*range(33, 127), *range(161, 173), *range(174, 256), *range(256, 324))]
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    put_json(folder / "vocab.json", {word: number for number, word in enumerate(words)})
    (folder / "merges.txt").write_text("#version: 0.2\n")
    write_tokenizer_settings(folder)
    return len(words)


def t5_tokenizer(folder: Path) -> int:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors

    letters = [chr(code) for code in range(33, 127)]
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("\u2581", -2.0)]
    pieces += [(letter, -3.0) for letter in letters]
    made = Tokenizer(models.Unigram(pieces, unk_id=2, byte_fallback=False))
    made.pre_tokenizer, made.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
    made.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    special = {"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>", "model_max_length": 512}
    _save_fast(folder, made, "T5TokenizerFast", special)
    return len(pieces)


def qwen_tokenizer(folder: Path) -> int:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    alphabet = {letter: number for number, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    made = Tokenizer(models.BPE(vocab=alphabet, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens(QWEN_MARKS)
    end = QWEN_MARKS[0]
    special = {"pad_token": end, "eos_token": "<|im_end|>", "unk_token": end, "model_max_length": 4096}
    _save_fast(folder, made, "Qwen2Tokenizer", special, chat=CHAT)
    put_json(folder / "vocab.json", alphabet)
    (folder / "merges.txt").write_text("#version: 0.2\n")
    # transformers 5 takes a missing configuration for a fault of the network
    put_json(folder / "config.json", {"model_type": "qwen3"}) if folder.name == "tokenizer" else None
    return len(alphabet) + len(QWEN_MARKS)


def _save_fast(folder: Path, made: Any, kind: str, special: dict[str, Any], *, chat: str = "") -> None:
    from transformers import PreTrainedTokenizerFast

    fast = PreTrainedTokenizerFast(tokenizer_object=made, **special)
    if chat:
        fast.chat_template = chat
    fast.save_pretrained(folder)
    file = folder / "tokenizer_config.json"
    put_json(file, {**json.loads(file.read_text(encoding="utf-8")), "tokenizer_class": kind})


def clip_config(*, second: bool = False) -> dict[str, Any]:
    """CLIP-L as diffusers wants it told beside a checkpoint, or SDXL's second encoder."""
    own: dict[str, Any] = {"architectures": ["CLIPTextModel"], "hidden_size": 768, "intermediate_size": 3072}
    own |= {
        "num_hidden_layers": 12,
        "num_attention_heads": 12,
        "hidden_act": "quick_gelu",
        "projection_dim": 768,
    }
    if second:
        own = {
            "architectures": ["CLIPTextModelWithProjection"],
            "hidden_size": 1280,
            "intermediate_size": 5120,
        }
        own |= {
            "num_hidden_layers": 32,
            "num_attention_heads": 20,
            "hidden_act": "gelu",
            "projection_dim": 1280,
        }
    return {
        "model_type": "clip_text_model", "vocab_size": 49408, "max_position_embeddings": 77, "bos_token_id": 0,
        "eos_token_id": 2, "pad_token_id": 1, "layer_norm_eps": 1e-5, "torch_dtype": "float16", **own,
    }  # fmt: skip


def vae_config(scaling: float) -> dict[str, Any]:
    return {
        "_class_name": "AutoencoderKL", "in_channels": 3, "out_channels": 3, "latent_channels": 4,
        "block_out_channels": [128, 256, 512, 512], "down_block_types": ["DownEncoderBlock2D"] * 4,
        "up_block_types": ["UpDecoderBlock2D"] * 4, "layers_per_block": 2, "norm_num_groups": 32, "act_fn": "silu",
        "sample_size": 512, "scaling_factor": scaling,
    }  # fmt: skip
