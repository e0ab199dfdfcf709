"""An order for pictures that start from another one: what a client sends."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .base import Number, Record, Truth, Whole, id_text
from .generation import GenerationOrder

#: `mend` has a way of its own.
OrderedHow = Literal["variation", "from_picture", "upscale", "into_picture"]
#: Of a picture; the largest ComfyUI draws is 16 times as large.
MAX_SCALE = 4.0


class StartOrder(Record):
    """Says where pictures start: picture `n` of `generation_id`, or the photo sent beside the order where that is ''; `again`: what
    that generation was made from itself, mask and size included. `change`: how much is drawn anew; `scale`: how many times as large
    it is drawn."""

    how: OrderedHow
    generation_id: Annotated[str, id_text("gen")] = ""
    n: Whole = Field(default=0, ge=0, le=9999)
    again: Truth = False
    change: Number = Field(default=0.5, ge=0.01, le=1.0)
    scale: Number = Field(default=1.0, ge=0.25, le=MAX_SCALE)


class PictureOrder(GenerationOrder):
    """An order whose width and height are those of the picture it starts from, times the scale; of a photo as many pixels as the
    model draws."""

    start: StartOrder
