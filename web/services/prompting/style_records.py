"""What is asked and answered about the pictures of styles."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ....core.records.base import Line, Record
from ....core.records.job import JobError


class StylePictureOrder(Record):
    """Which workflow, and which model file, draws the styles' pictures."""

    recipe: Annotated[Line, Field(max_length=80)]
    base_model: Annotated[Line, Field(max_length=400)] | None = None


class StylePicture(Record):
    """`picture` is a path below the API's root, null where there is none yet."""

    name: str
    picture: str | None


class StyleMaking(Record):
    """Pictures that are being made: `done` of `count`."""

    done: int
    count: int


class StylePictureList(Record):
    """The styles' pictures of a person and a model; `error` says why the last ones could not be made."""

    items: list[StylePicture]
    making: StyleMaking | None = None
    error: JobError | None = None
