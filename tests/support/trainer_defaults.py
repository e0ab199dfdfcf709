"""AI-Toolkit's own defaults for the architectures that we train, and why ours differ: facts and reasons, no code.

Recorded from AI-Toolkit 0.12.26, `ui/src/app/jobs/new/jobConfig.ts`, `ui/src/helpers/defaultSamples.ts` and the selected values
of `ui/src/app/jobs/new/options.tsx`. Paths are those of `config.process[0]`; what its form leaves out is not listed.
"""

from __future__ import annotations

#: What its form writes for every architecture.
COMMON: dict[str, object] = {
    "type": "diffusion_trainer", "device": "cuda", "performance_log_every": 10,
    "network.type": "lora", "network.linear": 32, "network.linear_alpha": 32,
    "save.dtype": "bf16", "save.save_every": 250, "save.max_step_saves_to_keep": 4, "save.save_format": "diffusers", "save.push_to_hub": False,
    "datasets.caption_ext": "txt", "datasets.caption_dropout_rate": 0.05, "datasets.cache_latents_to_disk": False, "datasets.is_reg": False,
    "datasets.resolution": [512, 768, 1024], "datasets.flip_x": False, "datasets.flip_y": False, "datasets.num_repeats": 1,
    "train.batch_size": 1, "train.bypass_guidance_embedding": True, "train.steps": 3000, "train.gradient_accumulation": 1,
    "train.train_unet": True, "train.train_text_encoder": False, "train.gradient_checkpointing": True, "train.noise_scheduler": "flowmatch",
    "train.optimizer": "adamw8bit", "train.timestep_type": "sigmoid", "train.content_or_style": "balanced",
    "train.optimizer_params.weight_decay": 1e-4, "train.unload_text_encoder": False, "train.cache_text_embeddings": False, "train.lr": 1e-4,
    "train.ema_config.use_ema": False, "train.ema_config.ema_decay": 0.99, "train.skip_first_sample": False, "train.disable_sampling": False,
    "train.dtype": "bf16", "logging.log_every": 1, "logging.use_ui_logger": True,
    "model.quantize": False, "model.quantize_te": False, "model.qtype": "qfloat8", "model.qtype_te": "qfloat8", "model.low_vram": False,
    "sample.sampler": "flowmatch", "sample.sample_every": 250, "sample.width": 1024, "sample.height": 1024, "sample.neg": "",
    "sample.seed": 42, "sample.walk_seed": True, "sample.guidance_scale": 4, "sample.sample_steps": 30,
}  # fmt: skip
_EIGHT_BITS = {"model.quantize": True, "model.quantize_te": True}
_LARGE = {**_EIGHT_BITS, "model.low_vram": True, "train.timestep_type": "weighted"}
_UNET = {
    "train.noise_scheduler": "ddpm", "sample.sampler": "ddpm", "sample.guidance_scale": 6, "network.conv": 16, "network.conv_alpha": 16,
}  # fmt: skip
#: By the form's own name; what follows a colon tells two entries of one architecture apart by what they are trained on.
SELECTED: dict[str, dict[str, object]] = {
    "flux": {**_EIGHT_BITS, "model.name_or_path": "black-forest-labs/FLUX.1-dev"},
    "chroma": {**_EIGHT_BITS, "model.name_or_path": "lodestones/Chroma1-Base"},
    "flux2_klein_4b": {**_LARGE, "model.name_or_path": "black-forest-labs/FLUX.2-klein-base-4B"},
    "flux2_klein_9b": {**_LARGE, "model.name_or_path": "black-forest-labs/FLUX.2-klein-base-9B"},
    "zimage": {**_LARGE, "model.name_or_path": "Tongyi-MAI/Z-Image"},
    "zimage:turbo": {
        **_LARGE, "model.name_or_path": "Tongyi-MAI/Z-Image-Turbo", "sample.guidance_scale": 1, "sample.sample_steps": 9,
        "model.assistant_lora_path": "ostris/zimage_turbo_training_adapter/zimage_turbo_training_adapter_v2.safetensors",
    },
    "zimage:deturbo": {
        **_LARGE, "model.name_or_path": "ostris/Z-Image-De-Turbo", "model.extras_name_or_path": "Tongyi-MAI/Z-Image-Turbo",
        "sample.guidance_scale": 3, "sample.sample_steps": 25,
    },
    "qwen_image": {**_LARGE, "model.name_or_path": "Qwen/Qwen-Image"},
    "qwen_image:2512": {**_LARGE, "model.name_or_path": "Qwen/Qwen-Image-2512"},
    "krea2": {**_LARGE, "model.name_or_path": "krea/Krea-2-Raw", "train.timestep_type": "linear"},
    "krea2:turbo": {
        **_LARGE, "model.name_or_path": "krea/Krea-2-Turbo", "train.timestep_type": "linear", "sample.guidance_scale": 1, "sample.sample_steps": 9,
        "model.assistant_lora_path": "ostris/krea2_turbo_training_adapter/krea2_turbo_training_adapter_v1.safetensors",
    },
    "sdxl": {**_UNET, "model.name_or_path": "stabilityai/stable-diffusion-xl-base-1.0"},
    "sd15": {**_UNET, "model.name_or_path": "stable-diffusion-v1-5/stable-diffusion-v1-5", "sample.width": 512, "sample.height": 512},
}  # fmt: skip

#: Why ours differ, for any family: of a training of a person, with photos that are few.
REASONS: dict[str, str] = {
    "training_folder": "the job's own folder",
    "sqlite_db_path": "the job's own",
    "trigger_word": "the person's",
    "datasets.folder_path": "the job's own",
    "model.name_or_path": "what the person chose, as a path",
    "network.linear": "16 hold a face (identity-training section 5), 32 with SDXL; half with few photos",
    "network.linear_alpha": "as the rank; half of it with SDXL, as Lora Dataset Studio ships",
    "network.conv": "attention alone learns a face: the file stays small",
    "network.conv_alpha": "as network.conv",
    "save.dtype": "the trainer's code has fp16; every ComfyUI reads it",
    "save.save_every": "ten saves in a run, to choose from",
    "save.max_step_saves_to_keep": "all are kept until somebody has chosen (its issues 570 and 981)",
    "datasets.cache_latents_to_disk": "the VAE leaves the GPU after the first look",
    "datasets.num_workers": "processes of their own are a risk on Windows, and 20 photos need none",
    "datasets.resolution": "by the record",
    "train.steps": "grows with the photos between the record's bounds",
    "train.lr_scheduler": "written out: constant is its code's own",
    "train.bypass_guidance_embedding": "only FLUX.1 has that embedding",
    "train.validation_config": "the loss on photos set aside for checking; changes nothing that is trained",
    "sample.sample_every": "at every save",
    "sample.width": "looked at, not kept: small",
    "sample.height": "as sample.width",
    "sample.walk_seed": "one seed, so that saves can be compared",
    "sample.sample_steps": "looked at, not kept: fewer",
    "sample.samples": "two prompts: the person and a stranger",
}
#: What a rung of the memory ladder may change.
ON_A_RUNG = {
    "train.cache_text_embeddings", "train.batch_size", "model.quantize", "model.quantize_te", "model.qtype", "model.low_vram",
    "model.layer_offloading", "model.layer_offloading_transformer_percent", "model.layer_offloading_text_encoder_percent",
    "datasets.resolution", "network.linear", "network.linear_alpha", "sample.width", "sample.height", "train.validation_config",
}  # fmt: skip
_WHOLE = "in bf16, as it is reported to converge (OneTrainer#1269)"
#: Why one family differs where others do not, by its key, or by `family.route`.
OF_ONE: dict[str, dict[str, str]] = {
    "sd15": {"train.timestep_type": "ddpm does not look at it"},
    "sdxl": {"train.timestep_type": "ddpm does not look at it"},
    "z_image.base": {
        "train.optimizer": "the 8-bit Adam does not converge on the base (ostris/ai-toolkit#693, #696), Adafactor does (OneTrainer#1269)",
        "model.quantize": _WHOLE,
        "model.quantize_te": _WHOLE,
        "model.low_vram": _WHOLE,
    },
}
