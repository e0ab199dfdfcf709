"""A training as it is frozen, its folder, and ComfyUI's own trainer over a stand-in for ComfyUI."""

from __future__ import annotations

from fakes.training_comfyui import standing_in
from isengard.core.families.families import Families
from isengard.core.settings import Settings
from isengard.training.backends.comfyui_native.backend import ComfyNativeBackend
from isengard.training.interface import ResolvedTraining
from PIL import Image

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


def with_a_photo(paths):
    """The job's folder, with a photo to train on."""
    folder = paths.job(JOB)
    (folder / "dataset").mkdir(parents=True)
    Image.new("RGB", (64, 64)).save(folder / "dataset" / "0001.jpg")
    return folder


def comfyui_trainer(paths, **comfyui):
    """`comfyui`: what it says of itself (fakes/training_comfyui)."""
    standing_in(paths, **comfyui)
    return ComfyNativeBackend(Settings(allow_cpu=True), paths, Families())
