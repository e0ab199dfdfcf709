"""A photo day: many pictures of one person in styles, scenes and shapes, drawn one after the other in the background."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from .base import Line, Prose, Record, Stored, Truth, Whole
from .generation import MAX_SEED, CharacterOrder, CharacterUse
from .job import JobError

MOST_PICTURES = 200
Shape = Literal["square", "portrait", "wide"]
#: What a person says of a picture when they go through them.
Choice = Literal["", "keep", "reject"]
#: Why a picture is put aside: nothing is on it, no face is, or two large ones, somebody else's face, or nearly what another shows.
AsideReason = Literal["", "empty", "no_face", "two_heads", "another_person", "twin"]
PictureState = Literal["waiting", "drawing", "drawn", "failed", "skipped"]


class Motif(Record):
    """A style or a scene as it was chosen, its words perhaps changed: `{prompt}` of a style is where the rest goes."""

    name: Annotated[Line, Field(min_length=1, max_length=60)]
    label: Annotated[Line, Field(min_length=1, max_length=60)]
    prompt: Annotated[Prose, Field(min_length=1, max_length=1000)]


class PhotoDayOrder(Record):
    """A photo day as a client may ask for it: `prompt` is what every picture shows, `count` how many of all combinations are drawn.
    `width` and `height` are those of a square picture, null for the recipe's; `steps` likewise."""

    person: CharacterOrder
    recipe: Annotated[Line, Field(max_length=80)]
    prompt: Annotated[Prose, Field(min_length=1, max_length=2000)]
    negative: Annotated[Prose, Field(max_length=2000)] = ""
    styles: list[Motif] = Field(default_factory=list, max_length=20)
    scenes: list[Motif] = Field(default_factory=list, max_length=40)
    shapes: list[Shape] = Field(min_length=1, max_length=3)
    count: Whole = Field(ge=1, le=MOST_PICTURES)
    seed: Whole | None = Field(default=None, ge=0, le=MAX_SEED - MOST_PICTURES)
    width: Whole | None = Field(default=None, ge=64, le=4096, multiple_of=8)
    height: Whole | None = Field(default=None, ge=64, le=4096, multiple_of=8)
    steps: Whole | None = Field(default=None, ge=1, le=200)


class PictureChoice(Record):
    """PATCH of one picture of a day; null leaves a value as it is. `back`: brought back from the ones put aside."""

    choice: Choice | None = None
    back: Truth | None = None


class PlannedPicture(Stored):
    """A picture of the plan; `style` and `scene` as they are called. `generation_id` is chosen before it is ordered, so that a crash loses
    no picture and draws none twice."""

    n: int
    style: str = ""
    scene: str = ""
    shape: Shape = "square"
    prompt: str
    width: int
    height: int
    seed: int
    state: PictureState = "waiting"
    generation_id: str = ""
    error: JobError | None = None
    choice: Choice = ""
    back: bool = False


class DayEnd(Stored):
    """An end of a photo day that can be undone: the pictures it left out, by their numbers, and the state before."""

    pictures: list[int]
    before: Literal["running", "paused"]


class PhotoDay(Stored):
    """`person` names the version that all of it is drawn with. `error` says why it has paused by itself; `ended` what somebody did;
    `taken_out` which pictures its end has taken out of the album, by their numbers."""

    id: str
    name: str
    character_id: str
    album_id: str
    recipe: str
    person: CharacterUse
    negative: str = ""
    steps: int | None = None
    state: Literal["running", "paused", "done"] = "running"
    pictures: list[PlannedPicture]
    error: JobError | None = None
    ended: DayEnd | None = None
    taken_out: list[int] = Field(default_factory=list)
    correlation_id: str = ""
    created_at: str
    finished_at: str | None = None

    @property
    def drawn(self) -> int:
        return sum(picture.state == "drawn" for picture in self.pictures)

    @property
    def drawing(self) -> PlannedPicture | None:
        """The picture that is ordered or about to be."""
        return next((picture for picture in self.pictures if picture.state == "drawing"), None)

    @property
    def left(self) -> int:
        """How many are still to be drawn."""
        return sum(picture.state in ("waiting", "drawing") for picture in self.pictures)

    def with_picture(self, n: int, **changes: Any) -> PhotoDay:
        """Make a copy of which picture `n` is changed."""
        pictures = [one.model_copy(update=changes) if one.n == n else one for one in self.pictures]
        return self.model_copy(update={"pictures": pictures})
