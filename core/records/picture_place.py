"""Pictures as a client names them: one of a generation, and what is to become of it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .base import Record, Truth, Whole, id_text


class PicturePlace(Record):
    """A picture of a generation."""

    generation_id: Annotated[str, id_text("gen")]
    n: Annotated[Whole, Field(ge=0, le=9999)]


class PicturePatch(PicturePlace):
    """What changes of a picture; null leaves a value as it is. `album_id` moves all pictures of its generation, '' takes them out of
    their album; `deleted` is into the trash, or back."""

    favourite: Truth | None = None
    album_id: Annotated[str, Field(max_length=60)] | None = None
    deleted: Truth | None = None
