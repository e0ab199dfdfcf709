"""One photo of a character, as kept after decoding, stripping and re-encoding."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .base import Prose, Record, Stored, Truth, id_text

MAX_CAPTION = 2000
Caption = Annotated[Prose, Field(max_length=MAX_CAPTION)]
#: Who wrote a caption; '' for none.
CaptionSource = Literal["", "trigger", "template", "captioner", "user"]


class PhotoFinding(Stored):
    """A fact worth telling about a photo (small, blurred, dark, twin, shape, what its faces tell); `other` is the twin's id."""

    code: str
    message: str
    other: str = ""


class Photo(Stored):
    """`sha256` is of the uploaded bytes, `pixel_hash` of the decoded pixels (same picture, other file).

    `file` is our name inside uploads/<character_id>/, `name` what the person's file was called (shown, never opened).
    """

    id: str
    character_id: str
    file: str
    width: int
    height: int
    sha256: str
    pixel_hash: str
    phash: str = ""
    #: mean of the grey picture, 0 to 255; null for photos taken in before it was kept
    brightness: float | None = None
    #: height of the largest face as a share of the picture's, 0 without one; null where nobody has looked
    face: float | None = None
    name: str = ""
    caption: str = ""
    caption_source: CaptionSource = ""
    included: bool = True
    held_out: bool = False
    findings: list[PhotoFinding] = Field(default_factory=list)
    created_at: str
    deleted_at: str | None = None


class PhotoPatch(Record):
    """Fields of a photo that a person may change; absent means unchanged."""

    caption: Caption | None = None
    included: Truth | None = None
    held_out: Truth | None = None


class CaptionEdit(Record):
    """A caption as it shall be; `caption_source` lets an undo put back whose it was."""

    caption: Caption
    caption_source: CaptionSource = "user"


class CaptionEdits(Record):
    """Many captions at once: find and replace, and undo."""

    captions: dict[Annotated[str, id_text("pho")], CaptionEdit] = Field(
        min_length=1, max_length=500, json_schema_extra={"additionalProperties": False}
    )


class CaptionPlan(Record):
    """A plan to caption all photos of a character at once; edited captions stay unless `overwrite`. `undo` takes the last back."""

    plan: Literal["trigger", "template", "captioner", "undo"]
    template: Caption = "{trigger}, a photo of a {class}"
    overwrite: Truth = False
