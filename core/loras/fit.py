"""When a LoRA counts as made for a base: one rule for a training's proof, for a LoRA that comes in, and for the nodes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..records.checkpoint import Fit

#: A LoRA of a neighbouring family finds many of its names: 190 of the 494 modules of a FLUX.1 LoRA have a place in FLUX.2
#: Klein 4B (run on ComfyUI 0.33). One that was trained for the base has nearly all of them.
NEARLY_ALL = 0.9
_TEXT_ENCODER = re.compile(r"(lora_te\d?_|text_encoders?[._]|text_encoder_2\.|clip_[lg]\.|t5xxl\.)")
#: What follows a module's name in the spellings that ComfyUI reads.
_PART = re.compile(
    r"(\.lora_[AB](\.default)?\.weight|\.lora_(up|down|mid)\.weight|[._]lora\.(up|down)\.weight"
    r"|\.(lokr|hada|oft)_\w+|\.(alpha|dora_scale|w_norm|b_norm|diff|diff_b|set_weight|reshape_weight))$"
)


def judged(fitting: int, modules: int, *, misshaped: int = 0, unread: int = 0) -> Fit:
    """`fits` where every module has a place of its size, `partial` where a few have none, `wrong` for another model's; `unchecked`
    where of some of them nothing can be said, unless others are of another size."""
    if unread and not misshaped:
        return "unchecked"
    if modules and fitting >= modules:
        return "fits"
    return "partial" if fitting and fitting >= modules * NEARLY_ALL else "wrong"


def image_modules(keys: Iterable[str]) -> set[str]:
    """The modules of a LoRA file's tensors that belong to the image model; those of text encoders are not judged."""
    return {_PART.sub("", key) for key in keys if not is_of_text_encoder(key)}


def is_of_text_encoder(key: str) -> bool:
    """Whether a tensor or a module of a LoRA belongs to a text encoder, by its name."""
    return _TEXT_ENCODER.match(key) is not None
