"""A generation: one request for pictures, sent to ComfyUI as one prompt per image."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from .base import Line, Number, Prose, Record, Stored, Truth, Whole, id_text
from .generation_states import GenerationState
from .job import JobError
from .likeness import Likeness

#: ComfyUI's own largest seed.
MAX_SEED = 2**64 - 1


class CharacterUse(Stored):
    """A person in a picture: which trained version, how strongly.

    `job_id` names the training whose step `checkpoint` is, for several may have saved the same one; null for the newest that did.
    `reference` is the likeness from photos, where a recipe has that control; `words` are this person's own part of the
    picture, where a recipe has a part for each.
    """

    id: Annotated[str, id_text("chr")]
    checkpoint: Literal["best", "last"] | Annotated[Whole, Field(ge=0)] = "best"
    job_id: Annotated[str, id_text("job")] | None = None
    strength: Number = Field(default=1.0, ge=0.0, le=2.0)
    reference: Number = Field(default=1.0, ge=0.0, le=1.0)
    words: Annotated[Prose, Field(max_length=2000)] = ""


class GenerationRequest(Stored):
    """`seed` null draws one; image i uses seed + i. Sizes are pixels, multiples of 8. `base_model`: a base by ComfyUI's name for
    it, null for the one that is taken by itself. `mend_faces`: where faces come out small, each such picture gets a second one with the
    faces drawn again."""

    recipe: Annotated[Line, Field(max_length=80)]
    characters: list[CharacterUse] = Field(min_length=1, max_length=4)
    prompt: Annotated[Prose, Field(max_length=8000)]
    negative: Annotated[Prose, Field(max_length=8000)] = ""
    width: Whole = Field(default=512, ge=64, le=4096, multiple_of=8)
    height: Whole = Field(default=512, ge=64, le=4096, multiple_of=8)
    count: Whole = Field(default=1, ge=1, le=16)
    seed: Whole | None = Field(default=None, ge=0, le=MAX_SEED - 16)
    steps: Whole | None = Field(default=None, ge=1, le=200)
    guidance: Number | None = Field(default=None, ge=0.0, le=30.0)
    sampler: Annotated[Line, Field(max_length=60)] | None = None
    scheduler: Annotated[Line, Field(max_length=60)] | None = None
    base_model: Annotated[Line, Field(max_length=400)] | None = None
    mend_faces: Truth = False


class CharacterOrder(CharacterUse):
    """The same as a client sends it."""

    model_config = ConfigDict(extra="forbid")


#: What a client may ask for. `bench` and `grid`: made to compare, so not in the list of pictures.
OrderPurpose = Literal["user", "bench", "grid"]
#: `nodes`: made by a graph on ComfyUI's canvas, kept so that forgetting a person finds it.
Purpose = Literal[OrderPurpose, "proof", "nodes"]


class GenerationOrder(GenerationRequest):
    """A request as a client may make it; those of one comparison share the correlation id of the click that asked for them. `again`:
    the generation that is made once more; what a newer version of us knows of it is kept, and refused in any other order."""

    model_config = ConfigDict(extra="forbid")

    characters: list[CharacterOrder] = Field(min_length=1, max_length=4)  # type: ignore[assignment]
    purpose: OrderPurpose = "user"
    again: Annotated[str, id_text("gen")] = ""

    def request(self) -> GenerationRequest:
        """The request that it makes: without what only an order says."""
        return GenerationRequest.model_validate(self.model_dump(include=set(GenerationRequest.model_fields)))


#: What a picture shows where it shows nothing: one colour all over, or noise.
Look = Literal["", "flat", "noise"]


class GeneratedImage(Stored):
    """A picture on disk, `file` inside outputs/<generation id>/; `likeness` once it was measured: the first person's.

    `likenesses` are everybody's of a picture of several people, by character id; empty for one person. `prompt` is the one it was
    drawn by, where the request's offers choices (`{red|blue}`): with `{trigger}` still in it, '' where there was nothing to choose.
    `mending_error`: why its faces could not be redrawn when that was last tried; null once it is tried again.
    """

    n: int
    file: str
    width: int
    height: int
    seed: int
    look: Look = ""
    prompt: str = ""
    likeness: Likeness | None = None
    likenesses: dict[str, Likeness] = Field(default_factory=dict)
    mending_error: JobError | None = None
    favourite: bool = False
    deleted_at: str | None = None


class GenerationProgress(Stored):
    """`image` of `count`, then sampling `step` of `total_steps`; `ahead`: prompts that ComfyUI runs before it.

    `frame` counts the previews that ComfyUI has sent; 0 where it sends none.
    """

    image: int = 0
    count: int = 1
    step: int = 0
    total_steps: int = 0
    ahead: int = 0
    frame: int = 0


#: How a picture can come of another one.
How = Literal["mend", "variation", "from_picture", "upscale", "into_picture"]


class MadeFrom(Stored):
    """The picture that others were made from, and how; `generation_id` is '' for a photo that somebody brought along."""

    generation_id: str = ""
    n: int = 0
    how: How


class Generation(Stored):
    """`versions` are the LoRA files that it was drawn with, one for each of the request's people ('' for none): a step
    number may mean another file tomorrow. Empty in records of before this field. `people` are in the pictures beyond those of
    the request, which names four at most: a graph of ComfyUI's canvas may draw more, and whoever was in the picture that these
    were `made_from` may still be seen. Null for those that began with nothing. `album_id`: the album it is in, '' for none; it may
    be one that was taken away. `mending`: `waiting` from the order on, where small faces were to be redrawn, until that is done."""

    id: str
    prompt_ids: list[str] = Field(default_factory=list)
    recipe: str
    request: GenerationRequest
    versions: list[str] = Field(default_factory=list)
    people: list[str] = Field(default_factory=list)
    album_id: str = ""
    purpose: Purpose = "user"
    made_from: MadeFrom | None = None
    state: GenerationState = GenerationState.QUEUED
    progress: GenerationProgress = Field(default_factory=GenerationProgress)
    images: list[GeneratedImage] = Field(default_factory=list)
    error: JobError | None = None
    #: One of its pictures is; before each had its own, all were.
    favourite: bool = False
    #: drawn in practice mode, by a placeholder instead of a trained LoRA
    practice: bool = False
    mending: Literal["", "waiting"] = ""
    correlation_id: str = ""
    created_at: str
    finished_at: str | None = None
    deleted_at: str | None = None

    def as_told(self) -> dict[str, Any]:
        """The data of generation.state."""
        return {"state": self.state.value, "generation": self.model_dump(mode="json")}


def everybody_in(generation: Generation) -> list[str]:
    """The ids of all who are in its pictures."""
    return sorted({use.id for use in generation.request.characters} | set(generation.people))


class PicturePlace(Record):
    """A picture of a generation."""

    generation_id: Annotated[str, id_text("gen")]
    n: Annotated[Whole, Field(ge=0, le=9999)]


class PicturePatch(PicturePlace):
    """Changes of a picture; null leaves a value as it is. `album_id` moves all pictures of its generation, '' takes them out of their
    album; `deleted` is into the trash, or back."""

    favourite: Truth | None = None
    album_id: Annotated[str, Field(max_length=60)] | None = None
    deleted: Truth | None = None
