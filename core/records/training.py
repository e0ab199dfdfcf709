"""What a person asks of a training, and what preflight answers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .base import Line, Number, Prose, Record, Truth, Whole, id_text
from .spoken import Spoken

#: The longest training anybody may ask for.
MAX_STEPS = 20_000
#: Ours are quick, balanced and quality; a foreign trainer may have its own.
PresetName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]


class Overrides(Record):
    """Advanced options; null means the preset's value. Ranges are hard limits, backends may narrow them."""

    steps: Whole | None = Field(default=None, ge=1, le=MAX_STEPS)
    rank: Whole | None = Field(default=None, ge=1, le=256)
    alpha: Number | None = Field(default=None, gt=0, le=256)
    #: into how many blocks a side each layer is divided; of LoKr alone
    lokr_factor: Whole | None = Field(default=None, ge=2, le=32)
    learning_rate: Number | None = Field(default=None, gt=0, le=0.1)
    resolution: list[Annotated[Whole, Field(ge=64, le=2048, multiple_of=16)]] | None = Field(
        default=None, min_length=1, max_length=4
    )
    batch_size: Whole | None = Field(default=None, ge=1, le=16)
    save_every: Whole | None = Field(default=None, ge=1, le=20_000)
    sample_prompts: list[Annotated[Prose, Field(max_length=1000)]] | None = Field(default=None, max_length=10)
    seed: Whole | None = Field(default=None, ge=0, le=2**32 - 1)
    quantize: Truth | None = None
    low_vram: Truth | None = None
    #: text embeddings are made once, so that the text encoder can go
    cache_text: Truth | None = None
    #: the share of the layers that wait in the computer's memory
    offload: Number | None = Field(default=None, ge=0, le=1)
    bits: Whole | None = Field(default=None, ge=2, le=8)


class TrainingRequest(Record):
    """`base_model`: a key of the family record, a name in ComfyUI's model folders, or an entry of the owner's file. `route`:
    a way to train the family, '' for the usual one. `stop_early`: each save is measured, and it ends when nothing is won any more."""

    character_id: Annotated[str, id_text("chr")]
    method: Annotated[Line, Field(max_length=40)] = "lora"
    family: Annotated[Line, Field(max_length=40)] = "sd15"
    preset: PresetName = "balanced"
    backend: Annotated[Line, Field(max_length=40)] | None = None
    overrides: Overrides = Field(default_factory=Overrides)
    base_model: Annotated[Line, Field(max_length=400)] | None = None
    route: Annotated[Line, Field(max_length=40)] = ""
    stop_early: Truth = False


class Preset(Record):
    """A degree of thoroughness: `factor` scales the family's steps."""

    name: PresetName
    label: Annotated[Line, Field(max_length=60)]
    description: Annotated[Line, Field(max_length=200)]
    factor: float = Field(gt=0, le=10)


class Finding(Spoken, Record):
    """A line of preflight: `error` blocks, `warning` asks, `info` tells. `fix` names an action of the panel."""

    severity: Literal["error", "warning", "info"]
    code: str
    message: str
    fix: str = ""
    #: about this very machine: of no account where another one trains
    this_machine: bool = Field(default=False, exclude=True)
