"""How prompts for a family are written, and what ComfyUI's text encoder of it reads in them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ..records.base import Line, Record

Words = Annotated[Line, Field(max_length=400)]


class Prompting(Record):
    """`weights`: `(word:1.2)` is read as emphasis; `embeddings`: `embedding:name` is; `words`: about how many the text encoder
    was trained with at a time.

    A few words become a whole prompt: `opening` before them where they name no kind of picture, `details` behind them for
    photographs, `quality` behind everything. `negative` are the family's usual words for what to leave out.
    """

    form: Literal["tags", "sentences"] = "sentences"
    weights: bool = False
    embeddings: bool = False
    words: Annotated[int, Field(gt=0)] = 350
    opening: Words = ""
    details: Words = ""
    quality: Words = ""
    negative: Words = ""
