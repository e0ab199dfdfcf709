"""A tiny Stable Diffusion 1.5 with random weights, three photos of noise and a configuration of two steps.

Run by AI-Toolkit's own Python after an installation: `tiny_run.py FOLDER`. Knows nothing of Isengard; downloads nothing.
What it leaves is trained by `run.py FOLDER/job.json`: an installation that can do that can train.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

STEPS = 2
NAME = "isengard_check"
SIDE = 64


def write_model(folder: Path) -> None:
    import torch
    from diffusers import AutoencoderKL, DDPMScheduler, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    torch.manual_seed(0)
    words = write_tokenizer(folder / "tokenizer")
    text = CLIPTextConfig(
        vocab_size=words, hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2,
        max_position_embeddings=77, bos_token_id=words - 2, eos_token_id=words - 1, pad_token_id=words - 1,
    )  # fmt: skip
    CLIPTextModel(text).save_pretrained(folder / "text_encoder")
    UNet2DConditionModel(
        sample_size=8, in_channels=4, out_channels=4, layers_per_block=1, block_out_channels=(32, 32),
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        cross_attention_dim=32, attention_head_dim=2, norm_num_groups=8,
    ).save_pretrained(folder / "unet")  # fmt: skip
    AutoencoderKL(
        in_channels=3, out_channels=3, latent_channels=4, block_out_channels=(8, 8, 8, 8), norm_num_groups=4,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
    ).save_pretrained(folder / "vae")  # fmt: skip
    scheduler = DDPMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
    scheduler.save_pretrained(folder / "scheduler")
    index = {
        "_class_name": "StableDiffusionPipeline",
        "scheduler": ["diffusers", "DDPMScheduler"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
        "requires_safety_checker": False,
        **{part: [None, None] for part in ("safety_checker", "feature_extractor", "image_encoder")},
    }
    (folder / "model_index.json").write_text(json.dumps(index))


def write_tokenizer(folder: Path) -> int:
    """A CLIP tokenizer that spells every byte and merges nothing; how many tokens it knows."""
    folder.mkdir(parents=True)
    letters = [chr(code) for code in (*range(33, 127), *range(161, 173), *range(174, 256), *range(256, 324))]
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({word: number for number, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    special = {"bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>"}
    settings = {
        "tokenizer_class": "CLIPTokenizer",
        "model_max_length": 77,
        "pad_token": "<|endoftext|>",
        **special,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return len(words)


def write_photos(folder: Path) -> None:
    from PIL import Image

    folder.mkdir(parents=True)
    for number in range(3):
        Image.effect_noise((SIDE, SIDE), 40 + 30 * number).convert("RGB").save(folder / f"{number}.jpg")
        (folder / f"{number}.txt").write_text("photo")


def config_of(folder: Path) -> dict[str, object]:
    process = {
        "type": "sd_trainer",
        "training_folder": str(folder / "out"),
        "network": {"type": "lora", "linear": 4, "linear_alpha": 4.0},
        "save": {"dtype": "fp16", "save_every": 1000, "max_step_saves_to_keep": 4},
        "datasets": [{"folder_path": str(folder / "photos"), "caption_ext": "txt", "resolution": [SIDE], "num_workers": 0}],
        "train": {
            "batch_size": 1, "steps": STEPS, "train_unet": True, "train_text_encoder": False, "noise_scheduler": "ddpm",
            "optimizer": "adamw", "lr": 0.001, "dtype": "fp32", "disable_sampling": True, "gradient_checkpointing": False,
        },
        "model": {"name_or_path": str(folder / "model"), "arch": "sd15"},
        "sample": {"sampler": "ddpm", "sample_every": 1000, "width": SIDE, "height": SIDE, "neg": "", "samples": []},
    }  # fmt: skip
    return {"job": "extension", "config": {"name": NAME, "process": [process]}}


if __name__ == "__main__":
    where = Path(sys.argv[1]).absolute()
    write_model(where / "model")
    write_photos(where / "photos")
    (where / "job.json").write_text(json.dumps(config_of(where)))
