"""A training by ComfyUI's own trainer, as it is frozen."""

from __future__ import annotations

from isengard.training.interface import ResolvedTraining

JOB = "job_" + "0" * 26


def training(**changes):
    values = {
        "job_id": JOB, "character_id": "chr_x", "slug": "ann", "trigger_word": "annqvx", "class_word": "woman",
        "backend": "comfyui_native", "family": "sd15", "preset": "quick", "base_path": "", "base_sha256": None,
        "generate_base": "", "steps": 40, "rank": 16, "alpha": 16.0, "learning_rate": 1e-4, "resolution": [512],
        "batch_size": 1, "save_every": 10, "sample_prompts": [], "seed": 1, "quantize": False, "low_vram": False,
        "image_count": 1, "held_out": [],
    }  # fmt: skip
    return ResolvedTraining(**{**values, **changes})
