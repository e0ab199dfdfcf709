"""What a training holds in memory, as fields of a family's record: sizes of the model's parts, and what its trainer can do to
save. Read in AI-Toolkit 0.12.26; the sources of the numbers stand in the TOML files."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from ..records.base import Record
from .hub_parts import HubPart


class FewerBits(Record):
    """A form of the transformer in fewer than 8 bits: the trainer's `qtype`, and the file of the hub with the adapter that makes up
    for what is lost; it is read only where this form is trained on.

    `weight_bytes`: bytes of one number with its share of the scales; `extra_gb`: what a step holds besides, since weights are
    unpacked for each layer, in 10^9 bytes; `pace`: how long a step takes against 8 bits.
    """

    bits: int = Field(ge=2, le=7)
    qtype: str = Field(pattern="^[a-z0-9_]+$")
    adapter: HubPart
    weight_bytes: float = Field(gt=0)
    extra_gb: float = Field(default=0.0, ge=0)
    pace: float = Field(default=1.0, ge=1.0)

    @model_validator(mode="after")
    def _adapter_is_one_file(self) -> FewerBits:
        if not self.adapter.single_file or self.adapter.base:
            raise ValueError("fewer_bits: an adapter is one file of the hub, and no base")
        return self

    @property
    def adapter_name(self) -> str:
        """`owner/name/file`, as the trainer takes it where the file is not on this computer."""
        return f"{self.adapter.hub}/{self.adapter.single_file}"


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
    #: whether the text encoders leave the GPU before the first step whatever is asked for
    encoder_leaves: bool = False
    #: bytes of what is learned while it is trained, against its file in 16 bits: weights and gradients in 32 bits, the optimizer's state in 8
    lora_factor: float = 5.0
    #: forms in fewer than 8 bits, the most bits first
    fewer_bits: list[FewerBits] = Field(default_factory=list)

    def in_bits(self, bits: int) -> FewerBits | None:
        """The form of so many bits; None for 8, and for one that there is not."""
        return next((form for form in self.fewer_bits if form.bits == bits), None)
