"""What routes of the gallery answer besides the records as they are stored, for openapi.json."""

from __future__ import annotations

from pydantic import BaseModel

from ...core.records.generation import Generation
from .answer_bodies import Error


class RefusedPicture(Error):
    """A picture that was not changed, and why."""

    generation_id: str
    n: int


class PicturesChanged(BaseModel):
    """The generations of what was changed, as they are now, and the pictures that were not."""

    items: list[Generation]
    refused: list[RefusedPicture]
