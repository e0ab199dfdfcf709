"""What each family's models are made of when they are cut: the base's shapes, what ComfyUI loads beside it, what the trainer reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import torch
from support import full_depth
from support.unet_shapes import UNet

from ..tiny_models import tiny_vae
from . import encoders
from .tensors import Shapes, Tensors, filled
from .wan_vae import wan_vae

#: Of 6144: ComfyUI reads Krea 2's width from the file.
KREA_WIDTH = 1024

MODULATION = {"*_mod.lin.weight": 0.7, "*modulation*.lin.weight": 0.7, "*adaLN_modulation*": 0.5}
QWEN_IMAGE = {"*_mod.1.weight": 0.7, "norm_out.*": 0.5}
#: Chroma's modulation comes out of one small network.
CHROMA = {"distilled_*.out_layer.weight": 0.5, "distilled_*.out_proj.weight": 0.4}
UNET = {
    "*.in_layers.2.weight": 1.4,
    "*.out_layers.3.weight": 0.7,
    "*.to_q.weight": 2.0,
    "*.to_k.weight": 2.0,
    "*.to_v.weight": 1.5,
    "*.to_out.0.weight": 1.5,
}


@dataclass(frozen=True)
class Cut:
    """`beside`: role of a file of the family's record -> its tensors; a checkpoint's encoders and VAE are `inside` it. `others`: name of a
    recipe that draws with another base -> the tensors by which that is known."""

    shapes: Callable[[], Shapes]
    beside: Mapping[str, Callable[[], Tensors]] = field(default_factory=dict)
    inside: Callable[[], Tensors] | None = None
    others: Mapping[str, Tensors] = field(default_factory=dict)
    gains: Mapping[str, float] = field(default_factory=lambda: MODULATION)
    norms: float = 1.0
    dtype: torch.dtype = torch.bfloat16
    biases: float = 0.02

    def base(self) -> Tensors:
        """Make the base's tensors, with what a checkpoint has inside."""
        made = filled(
            self.shapes(), seed=1, dtype=self.dtype, gains=self.gains, norms=self.norms, biases=self.biases
        )
        return made | (self.inside() if self.inside else {})


def small_vae(latents: int) -> Tensors:
    weights = tiny_vae(np.random.default_rng(8), latents)
    made = {name: torch.from_numpy(value) for name, value in weights.checkpoint.items()}
    return {**made, "vae_scale": torch.tensor(1.0), "vae_shift": torch.tensor(0.0)}


def _inside(clip: Mapping[str, Callable[[], Tensors]]) -> Tensors:
    found = {f"{root}{name}": value for root, make in clip.items() for name, value in make().items()}
    vae = encoders.vae(4, quant="outer")
    return found | {f"first_stage_model.{name}": value for name, value in vae.items()}


def _klein(hidden: int, context: int) -> Cut:
    return Cut(
        partial(full_depth.flux2, hidden, context, 1, 1),
        {
            "text_encoder": partial(encoders.qwen, context // 3),
            "vae": partial(encoders.vae, 32, dtype=torch.float32, quant="inner", batch_norm=True),
        },
    )


_SD15_CLIP = {"cond_stage_model.transformer.": encoders.clip_l}
_SDXL_CLIP = {"conditioner.embedders.0.transformer.": encoders.clip_l, "": encoders.clip_g}

CUTS: dict[str, Cut] = {
    "flux1_dev": Cut(
        partial(full_depth.flux1, double=1, single=1),
        {"text_encoder": encoders.clip_l, "text_encoder_2": encoders.t5, "vae": partial(small_vae, 16)},
    ),
    "chroma": Cut(
        partial(full_depth.chroma, double=1, single=1),
        {"text_encoder": partial(encoders.t5, alone=True), "vae": partial(small_vae, 16)},
        gains=CHROMA,
    ),
    "qwen_image": Cut(
        partial(full_depth.qwen_image, layers=1),
        {"text_encoder": encoders.qwen25_vl, "vae": wan_vae},
        others={"qwen-image-both": {"__index_timestep_zero__": torch.zeros(0)}},
        gains=QWEN_IMAGE,
    ),
    "flux2_klein_4b": _klein(3072, 7680),
    "flux2_klein_9b": _klein(4096, 12288),
    "z_image": Cut(
        partial(full_depth.z_image, layers=1),
        {"text_encoder": partial(encoders.qwen, 2560), "vae": partial(small_vae, 16)},
    ),
    # its norms are stored around zero; the trainer is told the width (cut_trainer, HF_CUT_KREA2)
    "krea2": Cut(
        partial(full_depth.krea2, layers=1, features=KREA_WIDTH),
        {"text_encoder": encoders.qwen_vl, "vae": wan_vae},
        gains={"tproj.1.weight": 0.5, "last.modulation.lin": 0.02 * KREA_WIDTH**0.5},
        norms=0.0,
    ),
    # Segmind Vega's depths on the way down, for ComfyUI knows SDXL by that list
    "sdxl": Cut(
        lambda: UNet([0, 1, 2], 0, 2048, up=[0, 1, 1], extra=2816).in_checkpoint,
        inside=partial(_inside, _SDXL_CLIP),
        gains=UNET,
        dtype=torch.float16,
        biases=0.0,
    ),
    "sd15": Cut(
        full_depth.BASES["sd15"],
        inside=partial(_inside, _SD15_CLIP),
        gains=UNET,
        dtype=torch.float16,
        biases=0.0,
    ),
}
