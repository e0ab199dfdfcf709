"""The AI-Toolkit configuration of a training, as one pure function. Protected: optimizer, schedule, loss and augmentation
defaults change only with a design note, a version bump of the backend and a before/after comparison.

Sources: AI-Toolkit's own interface defaults (facts: ai-toolkit section d) and identity-training section 5.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ....core.families.families import Family
from ....core.families.trainer_settings import TrainerSettings
from ...interface import ResolvedTraining

#: Blank captions in this share of steps; AI-Toolkit's own example and three other trainers agree on 0.05.
CAPTION_DROPOUT = 0.05
WEIGHT_DECAY = 1e-4
#: AI-Toolkit's own 8 bits; it takes `float8` by itself where layers are offloaded.
QTYPE = "qfloat8"
#: Its own 8 bits for Apple's GPUs, which have no such floats: asked for those it would leave the weights whole without a word
#: (AI-Toolkit's scripts/test_quantizations.py).
MPS_QTYPE = "convrot8"
#: A rank beyond half of any layer's blocks: AI-Toolkit then trains both matrices of a LoKr whole. Its own `lokr_full_rank` sets
#: 9999999999 and trains convolutions too; as an alpha in 16 bits that is infinite, and ComfyUI's bypass loader divides by it.
LOKR_WHOLE = 16_384
#: During the run pictures are looked at, not kept: small and few.
SAMPLE_SIDE = 768
#: AI-Toolkit's own default for validation.
VALIDATION_SIDE = 512
#: Keep every checkpoint until the person has chosen (AI-Toolkit's 4 is the field's complaint: its issues 570 and 981).
KEEP_ALL = 10_000


def run_name(training: ResolvedTraining) -> str:
    """Unique, and never the beginning of another file in its folder: AI-Toolkit resumes from `<name>*`."""
    return f"{training.slug}_{training.job_id[-8:]}"


def build(
    job_dir: Path,
    training: ResolvedTraining,
    family: Family,
    *,
    device: str = "cuda",
    extras: str = "",
    adapter: str = "",
) -> dict[str, Any]:
    """The whole configuration; every number is a real one (a YAML `1e-4` would be text to AI-Toolkit). `device`: cuda, mps or cpu;
    `extras`, `adapter`: where the repository of that name, and the adapter for fewer bits, are on this computer."""
    settings = training.settings(family)
    process = {
        "type": "diffusion_trainer",
        "training_folder": str(job_dir / "out"),
        "sqlite_db_path": str(job_dir / "job.db"),
        "device": device,
        "trigger_word": training.trigger_word,
        "performance_log_every": 10,
        "network": _network(training),
        "save": _save(training),
        "datasets": [_dataset(job_dir, training)],
        "train": _train(job_dir, training, family, settings, device),
        "logging": {"log_every": 1, "use_ui_logger": True},
        "model": _model(training, family, settings, extras or settings.extras, device)
        | _in_fewer_bits(training, family, adapter, device),
        "sample": _sample(training, settings),
    }
    name = run_name(training)
    return {
        "job": "extension",
        "config": {"name": name, "process": [process]},
        "meta": {"name": "[name]", "version": "1.0"},
    }


def _save(training: ResolvedTraining) -> dict[str, Any]:
    return {
        "dtype": "fp16",
        "save_every": training.save_every,
        "max_step_saves_to_keep": KEEP_ALL,
        "save_format": "diffusers",
        "push_to_hub": False,
    }


def as_text(config: dict[str, Any]) -> str:
    """JSON in which no `${` is left: AI-Toolkit would replace it from the environment, tokens included."""
    return json.dumps(config, indent=1, allow_nan=False, ensure_ascii=True).replace("${", "\\u0024{")


def _network(training: ResolvedTraining) -> dict[str, Any]:
    if training.method == "lokr":
        whole = {"linear": LOKR_WHOLE, "linear_alpha": float(LOKR_WHOLE), "lokr_full_rank": False}
        return {"type": "lokr", **whole, "lokr_factor": training.lokr_factor}
    return {"type": "lora", "linear": training.rank, "linear_alpha": float(training.alpha)}


def _dataset(job_dir: Path, training: ResolvedTraining) -> dict[str, Any]:
    return {
        "folder_path": str(job_dir / "dataset"),
        "caption_ext": "txt",
        "caption_dropout_rate": CAPTION_DROPOUT,
        "cache_latents_to_disk": True,
        "resolution": list(training.resolution),
        "num_repeats": 1,
        "is_reg": False,
        "flip_x": False,
        "flip_y": False,
        "num_workers": 0,
    }


def _train(
    job_dir: Path, training: ResolvedTraining, family: Family, settings: TrainerSettings, device: str
) -> dict[str, Any]:
    """A CPU has no use for 8-bit optimizers and computes bf16 slowly, and the optimizers' code in 8 bits is for CUDA and ROCm;
    everything else is the same."""
    cpu = device == "cpu"
    optimizer = settings.optimizer if device == "cuda" else settings.optimizer.removesuffix("8bit")
    return {
        "batch_size": training.batch_size,
        "steps": training.steps,
        "gradient_accumulation": 1,
        "train_unet": True,
        "train_text_encoder": False,
        "gradient_checkpointing": not cpu,
        "noise_scheduler": settings.noise_scheduler,
        "content_or_style": "balanced",
        "optimizer": optimizer,
        "optimizer_params": {"weight_decay": WEIGHT_DECAY},
        "lr": float(training.learning_rate),
        "lr_scheduler": "constant",
        "dtype": "fp32" if cpu else family.defaults.dtype,
        "cache_text_embeddings": training.cache_text,
        "unload_text_encoder": False,
        "skip_first_sample": False,
        "disable_sampling": not training.sample_prompts,
        "ema_config": {"use_ema": False, "ema_decay": 0.99},
        **_validation(job_dir, training),
        **_where_given(settings, "timestep_type", "bypass_guidance_embedding"),
    }


def _where_given(settings: TrainerSettings, *names: str) -> dict[str, Any]:
    """Without those that the family leaves to AI-Toolkit."""
    given = {name: getattr(settings, name) for name in names}
    return {name: value for name, value in given.items() if value not in ("", None)}


def _validation(job_dir: Path, training: ResolvedTraining) -> dict[str, Any]:
    """The loss on photos that are never trained on, logged as `val/loss`; changes nothing that is trained.

    Checked at every save: each look costs four forward passes a photo (AI-Toolkit's own sigmas).
    """
    folder = job_dir / "held_out"
    items = [
        {"image_path": str(photo), "prompt": photo.with_suffix(".txt").read_text(encoding="utf-8")}
        for photo in sorted(folder.glob("*"))
        if photo.suffix in (".jpg", ".png")
    ]
    if not items:
        return {}
    every = max(1, training.save_every)
    side = min(VALIDATION_SIDE, max(training.resolution))
    return {
        "validation_config": {"validation_items": items, "resolution": side, "validate_every_n_steps": every}
    }


def _model(
    training: ResolvedTraining, family: Family, settings: TrainerSettings, extras: str, device: str
) -> dict[str, Any]:
    """Clip skip is not set. SDXL's text encoders are read at their last layer but one by AI-Toolkit (`text_encode_xl`) and by
    ComfyUI alike, which is what "clip skip 2" means for it. SD 1.5 is read at the last layer by both; AI-Toolkit has no switch for
    that (`text_encode`), so a LoRA is drawn as it was trained. Zero terminal SNR is not an option of AI-Toolkit's either: its
    steps end a little before the last one, which a LoRA bears.
    """
    quantize = training.quantize and device != "cpu"
    eight_bits = MPS_QTYPE if device == "mps" else QTYPE
    apart = device == "cuda"  # a memory of its own
    more = {"assistant_lora_path": settings.assistant_lora, "extras_name_or_path": extras}
    velocity = {"is_v_pred": True} if training.v_pred else {}
    return {
        "name_or_path": training.base_path,
        "arch": family.trainer_arch,
        **velocity,
        "quantize": quantize,
        "quantize_te": quantize,
        "qtype": eight_bits,
        "qtype_te": eight_bits,
        "low_vram": training.low_vram and apart,
        **{name: path for name, path in more.items() if path},
        **_offloading(training.offload if apart else 0.0),
    }


def _in_fewer_bits(training: ResolvedTraining, family: Family, adapter: str, device: str) -> dict[str, Any]:
    """The transformer's form with the adapter that makes up for the bits, behind a bar as AI-Toolkit reads it; its text encoder
    stays in 8 bits. Only CUDA and ROCm have it."""
    form = family.memory.in_bits(training.bits) if training.quantize and device == "cuda" else None
    return {"qtype": f"{form.qtype}|{adapter or form.adapter_name}"} if form is not None else {}


def _offloading(share: float) -> dict[str, Any]:
    """The share of the transformer's layers, and with any of it the whole text encoder: it is needed once, before the first step."""
    if not share:
        return {}
    return {
        "layer_offloading": True,
        "layer_offloading_transformer_percent": float(share),
        "layer_offloading_text_encoder_percent": 1.0,
    }


def _sample(training: ResolvedTraining, settings: TrainerSettings) -> dict[str, Any]:
    """`neg` must be text: its default False breaks FLUX sampling (facts: ai-toolkit section d)."""
    side = min(SAMPLE_SIDE, max(training.resolution))
    return {
        "sampler": settings.sampler,
        "sample_every": training.save_every,
        "width": side,
        "height": side,
        "neg": "",
        "seed": training.seed,
        "walk_seed": False,
        "guidance_scale": settings.sample_guidance,
        "sample_steps": settings.sample_steps,
        "samples": [{"prompt": prompt} for prompt in training.sample_prompts],
    }
