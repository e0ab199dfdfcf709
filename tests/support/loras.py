"""LoRAs made of random numbers, published as a training leaves them: strong enough to be seen on the tiny SD1.5."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from isengard.core.clock import SystemClock
from isengard.core.loras.versions import VersionStore
from isengard.core.paths import DataPaths
from isengard.core.records.checkpoint import Checkpoint, Version
from safetensors.numpy import save_file

#: Modules of the tiny SD1.5 (tests/hosts/tiny_models.py): kohya name -> (inputs, outputs).
_BLOCK = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0"
TINY = {
    f"{_BLOCK}_attn1_to_q": (320, 320),
    f"{_BLOCK}_attn1_to_v": (320, 320),
    f"{_BLOCK}_attn2_to_q": (320, 320),
    f"{_BLOCK}_attn2_to_k": (768, 320),
    f"{_BLOCK}_attn2_to_v": (768, 320),
    f"{_BLOCK}_attn2_to_out_0": (320, 320),
    f"{_BLOCK}_ff_net_2": (1280, 320),
}
FLUX = {
    f"transformer.transformer_blocks.{n}.attn.to_{part}": (3072, 3072) for n in range(2) for part in "qkv"
}
#: As SDXL calls its modules, where the tiny model has one of that name and another size.
SDXL = {name: (inputs if inputs == 320 else 2048, 640) for name, (inputs, _) in TINY.items()}


def tensors(modules: dict[str, tuple[int, int]], seed: int, scale: float = 0.05) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    down, up = ("lora_A", "lora_B") if any("." in name for name in modules) else ("lora_down", "lora_up")
    found = {}
    for name, (inputs, outputs) in modules.items():
        for part, shape in ((down, (4, inputs)), (up, (outputs, 4))):
            values = random.standard_normal(shape) * scale
            found[f"{name}.{part}.weight"] = values.astype(np.float16)
        found[f"{name}.alpha"] = np.array(4.0, np.float16)
    return found


def versions_in(data: Path) -> VersionStore:
    """The published LoRAs of a server's data folder."""
    return VersionStore(DataPaths(data, data / "logs"), SystemClock())


def publish(
    versions,
    character: dict,
    step: int,
    modules=TINY,
    *,
    family="sd15",
    base="",
    seed=None,
    job_id="job_" + "0" * 26,
) -> Version:
    """A LoRA of `character` (as the API answers it) in the data folder that `versions` is over."""
    source = versions._paths.tmp / f"{character['slug']}-{step}.safetensors"
    save_file(tensors(modules, step if seed is None else seed), source)
    checkpoint = Checkpoint(
        step=step,
        file=source.name,
        size=source.stat().st_size,
        sha256=f"{step:064x}" if seed is None else f"{seed:08x}{0:056x}",
        family=family,
    )
    return versions.publish(
        character["slug"],
        character_id=character["id"],
        job_id=job_id,
        checkpoint=checkpoint,
        source_file=source,
        base_model=base,
    )
