"""What a training holds in memory, as fields of a family's record: sizes of the model's parts, and what its trainer can do to
save. Read in AI-Toolkit 0.12.26; the sources of the numbers stand in the TOML files."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ..records.base import Record


class FewerBits(Record):
    """A form of the transformer in fewer than 8 bits: the trainer's `qtype`, with the adapter that makes up for what is lost.

    `pace`: how long a step takes against 8 bits.
    """

    bits: int = Field(ge=2, le=7)
    qtype: str = Field(min_length=1)
    pace: float = Field(default=1.0, ge=1.0)


class Memory(Record):
    """Sizes in billions (10^9): numbers of the transformer or UNet, and of all text encoders together.

    `activation_gb`: what a step holds besides weights at 1024 px with one photo and gradient checkpointing, in 10^9 bytes.
    """

    transformer_b: float = Field(gt=0)
    text_encoder_b: float = Field(gt=0)
    activation_gb: float = Field(gt=0)
    #: numbers of the layers that a LoRA or a LoKr is put on, in 10^9 (counted on the layouts of tests/support/full_depth.py)
    trained_b: float = Field(gt=0)
    #: whether the trainer stores the weights in 8 bits where `quantize` is asked; for some it does not look at it
    quantizes: bool = True
    #: whether the text encoder can go once the captions were read (`cache_text`): some architectures look at it later
    caches_text: bool = True
    #: whether it can keep layers in the computer's memory and fetch each when it is needed
    offloads: bool = False
    #: whether the text encoders pass through the GPU in 16 bits before they are quantized
    encoder_passes_whole: bool = False
    #: the same of the transformer
    transformer_passes_whole: Literal["never", "unless_low_vram", "always"] = "never"
    #: whether with `low_vram` the transformer waits outside the GPU while the text encoders are loaded
    transformer_waits: bool = False
    #: forms in fewer than 8 bits, the most bits first
    fewer_bits: list[FewerBits] = Field(default_factory=list)
