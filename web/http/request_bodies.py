"""Bodies that only one route knows. The drafts and patches of records are in core/records."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from ...core.records.base import Line, Record, Truth, Whole, id_text
from ...core.records.character import Name
from ...core.records.generation import PicturePatch, PicturePlace
from ...core.records.training import MAX_STEPS, TrainingRequest

#: Beyond any place in any line; SQLite and Redis hold it.
_FARTHEST = 1_000_000
#: Beyond what anybody makes in practice mode; one press takes away no more.
_MOST_THINGS = 10_000


class JobMove(Record):
    """PATCH /training/jobs/{id}; null leaves a value as it is."""

    priority: Annotated[Whole, Field(ge=0, le=100)] | None = None
    position: Annotated[Whole, Field(ge=-_FARTHEST, le=_FARTHEST)] | None = None


class SetUpAndTrainOrder(Record):
    """POST /training/set-up-and-train: `confirm` says that the person has agreed to the downloads."""

    training: TrainingRequest
    confirm: Truth = False


class Retry(Record):
    """POST /training/jobs/{id}/retry: `smaller` queues a new job that needs less memory."""

    smaller: Truth = False


class MoreSteps(Record):
    """POST /training/jobs/{id}/continue."""

    steps: Annotated[Whole, Field(ge=1, le=MAX_STEPS)]


class PracticeThings(Record):
    """POST /practice/restore: what POST /practice/remove has answered."""

    characters: Annotated[list[Annotated[str, id_text("chr")]], Field(max_length=_MOST_THINGS)]
    generations: Annotated[list[Annotated[str, id_text("gen")]], Field(max_length=_MOST_THINGS)]
    loras: Annotated[list[Annotated[Line, Field(max_length=300)]], Field(max_length=_MOST_THINGS)] = []


class FolderChoice(Record):
    """POST /folders/open: one of our folders by name, `of` the training or person whose it is."""

    name: Literal["data", "models", "pictures", "recipes", "logs", "job", "person"]
    of: Annotated[str, Field(pattern=r"^((job|chr)_[0-9a-z]{26})?$")] = ""

    @model_validator(mode="after")
    def _belongs(self) -> FolderChoice:
        kind = {"job": "job_", "person": "chr_"}.get(self.name, "")
        if self.of[:4] != kind:
            raise ValueError("of must name what the folder belongs to, and nothing for any other")
        return self


class SpaceToFree(Record):
    """POST /storage/free: `model` is a family's key where files of a model are meant."""

    what: Literal["trash", "thumbnails", "caches", "model"]
    model: Annotated[str, Field(pattern=r"^[a-z0-9_]{0,40}$")] = ""
    confirm: Truth = False


class Favourite(Record):
    """PATCH of one picture."""

    favourite: Truth


class GenerationPatch(Record):
    """PATCH /generations/{id}; null leaves a value as it is. `album_id` '' takes it out of its album."""

    favourite: Truth | None = None
    album_id: Annotated[str, Field(max_length=60)] | None = None


class PictureUse(Record):
    """POST of a picture to somebody's photos: `reference` and `cover` are not trained on."""

    character_id: Annotated[str, id_text("chr")]
    use: Literal["reference", "cover", "training"]


class PicturePlaces(Record):
    """POST /generations/zip: at most as many pictures as somebody chooses by hand."""

    pictures: Annotated[list[PicturePlace], Field(min_length=1, max_length=2000)]


class PicturesPatch(Record):
    """PATCH /generations: each picture says what becomes of it, so that one request takes a whole selection back, too."""

    pictures: Annotated[list[PicturePatch], Field(min_length=1, max_length=500)]


class VersionPick(Record):
    """POST /characters/{id}/versions/pick: `file` as the list of versions gives it."""

    file: Annotated[str, Field(max_length=400)]


class VersionCompanions(Record):
    """POST /characters/{id}/versions/companions: whether name and preview lie beside this version's file."""

    file: Annotated[str, Field(max_length=400)]
    shown: Truth


class LoraAdoption(Record):
    """POST /outside-loras: `lora` as ComfyUI's loaders name it. For somebody who is here by `character_id`, else for a new person.
    `trigger_word` is whatever the LoRA was trained with, '' for none."""

    lora: Annotated[str, Field(min_length=1, max_length=1000)]
    family: Annotated[Line, Field(max_length=80)]
    trigger_word: Annotated[Line, Field(max_length=200)] = ""
    character_id: Annotated[str, id_text("chr")] | None = None
    name: Name | None = None
    class_word: Annotated[Line, Field(max_length=40)] | None = None
    consent: Truth = False

    @model_validator(mode="after")
    def _one_person(self) -> LoraAdoption:
        if (self.character_id is None) == (self.name is None):
            raise ValueError("either character_id or name says whose LoRA it is")
        return self
