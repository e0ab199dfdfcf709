"""One photo of a character, as kept after decoding, stripping and re-encoding."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .base import Prose, Record, Stored, Truth, Whole, id_text
from .spoken import Spoken

MAX_CAPTION = 2000
Caption = Annotated[Prose, Field(max_length=MAX_CAPTION)]
#: Who wrote a caption; '' for none.
CaptionSource = Literal["", "trigger", "template", "captioner", "user"]


class PhotoFinding(Spoken, Stored):
    """A fact worth telling about a photo (small, blurred, dark, twin, shape, what its faces tell).

    `other` is the twin's id; `counts` are the numbers of photos in the sentence, in its order."""

    code: str
    message: str
    other: str = ""
    counts: list[int] = Field(default_factory=list)


class FaceWords(Stored):
    """Everything that is kept of a photo's face beside its height: coarse words, for the chart of what the photos cover.

    Each '' where it cannot be told. Which words there are is said by core/faces/face_words.py; a newer version may know more."""

    #: frontal, three_quarter, turned
    angle: str = ""
    #: even, side
    light: str = ""
    #: closed, wide, open
    mouth: str = ""
    #: a colour: what is worn below the face
    clothes: str = ""


class Crop(Stored):
    """How a photo was cut from another one: `box` (left, top, right, bottom) in that one's pixels, then turned clockwise by `turn` degrees.

    `replaces`: the other one has not been trained on since. Crops of one `batch` are taken back together.
    """

    kind: str
    box: tuple[int, int, int, int]
    turn: int = 0
    replaces: bool = False
    batch: str = ""


class Photo(Stored):
    """`sha256` is of the uploaded bytes, `pixel_hash` of the decoded pixels (same picture, other file).

    `file` is our name inside uploads/<character_id>/, `name` what the person's file was called (shown, never opened).
    `generated`: a model drew it; `reference`: it is shown to models as the likeness though it is not trained on.
    A crop names the photo that it was `made_from`; its `sha256` is of that one's, the box and the turn. A photo that was turned
    is the whole of another one, which lies in the trash, and has its `place` in the list: the id of the first in that place.
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
    #: null where nobody has looked, or an older version has
    face_words: FaceWords | None = None
    name: str = ""
    caption: str = ""
    caption_source: CaptionSource = ""
    included: bool = True
    held_out: bool = False
    generated: bool = False
    reference: bool = False
    #: ids of all who are in the picture that it is a copy of
    people: list[str] = Field(default_factory=list)
    findings: list[PhotoFinding] = Field(default_factory=list)
    made_from: str = ""
    crop: Crop | None = None
    place: str = ""
    created_at: str
    deleted_at: str | None = None


class PhotoPatch(Record):
    """Fields of a photo that a person may change; absent means unchanged."""

    caption: Caption | None = None
    included: Truth | None = None
    held_out: Truth | None = None


class PhotoEdit(PhotoPatch):
    """The same for one of many; `caption_source` lets an undo put back whose the caption was."""

    caption_source: CaptionSource | None = None


PhotoId = Annotated[str, id_text("pho")]
#: As many as one person may have.
MAX_CHOSEN = 500


class PhotoEdits(Record):
    """Many photos changed at once, all or none, each by what it shall be."""

    photos: dict[PhotoId, PhotoEdit] = Field(
        min_length=1, max_length=MAX_CHOSEN, json_schema_extra={"additionalProperties": False}
    )


class PhotoChoice(Record):
    """Several photos of one person."""

    photo_ids: list[PhotoId] = Field(min_length=1, max_length=MAX_CHOSEN)


Quarters = Literal[90, 180, 270]


class PhotoTurn(PhotoChoice):
    """Several photos that are turned clockwise by so many degrees."""

    turn: Quarters


class CaptionEdit(Record):
    """A caption as it shall be; `caption_source` lets an undo put back whose it was."""

    caption: Caption
    caption_source: CaptionSource = "user"


class CaptionEdits(Record):
    """Many captions at once: find and replace, and undo."""

    captions: dict[PhotoId, CaptionEdit] = Field(
        min_length=1, max_length=MAX_CHOSEN, json_schema_extra={"additionalProperties": False}
    )


class CaptionPlan(Record):
    """A plan to caption all photos of a character at once; edited captions stay unless `overwrite`. `undo` takes the last back."""

    plan: Literal["trigger", "template", "captioner", "undo"]
    template: Caption = "{trigger}, a photo of a {class}"
    overwrite: Truth = False


#: What is proposed; `hand` is the person's own crop.
CropKind = Literal["head", "close", "person", "frame", "hand"]
Pixel = Annotated[Whole, Field(ge=0, le=100_000)]
MAX_CROPS = 100


class CropBox(Record):
    """A part of a photo: left, top, right and bottom in its pixels, turned clockwise afterwards. `replaces`: the photo is not trained on then."""

    box: tuple[Pixel, Pixel, Pixel, Pixel]
    turn: Literal[0, 90, 180, 270] = 0
    replaces: Truth = True


class CropOrder(CropBox):
    """A crop of one photo."""

    photo_id: PhotoId
    kind: CropKind = "hand"


class CropBatch(Record):
    """Crops that are made together, all or none; with the `batch` of an earlier answer they are taken back with that one's."""

    crops: list[CropOrder] = Field(min_length=1, max_length=MAX_CROPS)
    batch: Annotated[str, Field(pattern=r"^([0-9a-f]{16})?$")] = ""


class CropUndo(Record):
    """The batch that is taken back; the newest where none is named."""

    batch: Annotated[str, Field(pattern=r"^([0-9a-f]{16})?$")] = ""
