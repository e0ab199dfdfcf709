"""What routes answer besides the records as they are stored, for openapi.json. tests/web holds real answers to it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, RootModel

from ...core.characters.caption_lint import Leak
from ...core.faces.models.records import Role
from ...core.privacy.personal_data import ForgetReport
from ...core.records import job as job_record
from ...core.records import photo as photo_record
from ...core.records.album import Album
from ...core.records.character import Character
from ...core.records.generation import GeneratedImage
from ...core.records.photo_day import AsideReason, PhotoDay, PlannedPicture
from ...core.records.spoken import Sentence
from ...core.records.worker import BackendState
from ...generation.image.interface import RecipeInfo
from ...training.planning.placement import Waiting
from ...training.tasks.installable import SetupOffer


def sometimes(*fields: str) -> ConfigDict:
    """A mark for fields that not every answer has."""

    def loosen(schema: dict[str, Any]) -> None:
        schema["required"] = [name for name in schema.get("required", []) if name not in fields]

    return ConfigDict(json_schema_extra=loosen)


class ErrorBody(BaseModel):
    """An error: what is wrong, why, and what to do; `said` has those sentences that have gaps."""

    model_config = sometimes("said")

    code: str
    message: str
    hint: str
    correlation_id: str
    said: dict[str, Sentence] = {}


class Error(BaseModel):
    """The envelope of every refusal."""

    error: ErrorBody


class Job(job_record.Job):
    """A job. `waits_for` says why a queued one does not begin; answers of the list and of one job have it, events do not."""

    model_config = sometimes("waits_for")

    waits_for: Waiting | None = None


class Photo(photo_record.Photo):
    """A photo. `leaks` are the words of its caption that describe the person; not told of one that was just moved to or
    from the trash, or just uploaded."""

    model_config = sometimes("leaks")

    leaks: list[Leak] = []


class CropProposal(BaseModel):
    """A crop that would make the set teach more; shares are the face's of the height, null where no face is known."""

    photo_id: str
    kind: Literal["head", "close", "person", "frame"]
    box: tuple[int, int, int, int]
    replaces: bool
    reason: str
    before: float | None
    after: float | None


class PhotoLeft(BaseModel):
    """A photo that a crop would help and that has none, and why."""

    photo_id: str
    reason: Literal["few_pixels", "heads_touch", "who"]


class Improvements(BaseModel):
    """The crops that were found, once `looked` has come to `of` and `done` is true; `faces` says whether faces could be looked at, `batch`
    what undo would take back."""

    done: bool
    looked: int
    of: int
    faces: bool
    batch: str
    proposals: list[CropProposal]
    left: list[PhotoLeft]


class Crops(BaseModel):
    """Crops that were made together, and the batch that undo takes back."""

    batch: str
    photos: list[Photo]


class TurnedPhotos(BaseModel):
    """All photos after some were turned, and the batch that undo takes back."""

    batch: str
    photos: list[Photo]


class Recipe(RecipeInfo):
    """A way to make pictures, as the panel shows it."""


class PracticePerson(BaseModel):
    """Somebody made in practice mode."""

    id: str
    name: str


class PracticeLeft(BaseModel):
    """The people that practice mode has left, and the numbers of pictures and of other people's LoRAs."""

    people: list[PracticePerson]
    pictures: int
    loras: int


class PracticeRemoved(BaseModel):
    """The ids of what went into the trash, as they are sent to bring it back."""

    characters: list[str]
    generations: list[str]
    loras: list[str]


class SessionLink(BaseModel):
    """The addresses that open a session, and the token in them."""

    links: list[str]
    token: str


class Capability(BaseModel):
    """A line of the specification's matrix."""

    model_config = sometimes("backend", "notes")

    supported: bool
    status: str
    backend: str = ""
    notes: str = ""


class Capabilities(RootModel[dict[str, dict[str, Capability]]]):
    """The specification's matrix: group, then thing."""


class Video(Capability):
    """The matrix's entry for video, with the words above its tab."""

    banner: str


class ComfyUI(BaseModel):
    """Whether ComfyUI can be restarted from here, and how many prompts it runs or keeps."""

    can_restart: bool
    queue: int


class Restarting(BaseModel):
    """How many prompts of ComfyUI's queue are lost."""

    lost: int


class Setting(BaseModel):
    """A setting: of a secret only whether it is set; `running` is the value that this process started with."""

    name: str
    value: str | int | float | bool | list[str] | None
    source: str
    running: str | int | float | bool | None
    choices: list[str]
    editable: bool
    secret: bool


class OutsideLora(BaseModel):
    """A LoRA that Isengard did not make, by ComfyUI's name; `person` has it, '' where nobody has."""

    name: str
    person: str


class OutsideLoraFacts(BaseModel):
    """Facts that such a LoRA says of itself: `bases` what it calls its model, `family` which of ours that is ('' where nothing tells),
    `fitting` the models here that it fits, `words` what calls the person, the likeliest first, `steps` 0 where it says none."""

    title: str
    family: str
    fitting: list[str]
    bases: list[str]
    words: list[str]
    steps: int
    size: int
    preview: bool


class DataFolders(BaseModel):
    """The folders of the data and the logs."""

    data: str
    logs: str


class Settings(BaseModel):
    """Every setting and where its value comes from; `can_sign`: whether what signs pictures is installed."""

    items: list[Setting]
    folders: DataFolders
    can_sign: bool


class LogLine(BaseModel):
    """A line of our logs."""

    timestamp: str
    level: str
    service: str
    correlation_id: str
    message: str
    context: dict[str, Any]


class Forgotten(BaseModel):
    """A report of what forgetting a person removes or has removed."""

    report: ForgetReport


class FaceModel(BaseModel):
    """A model that measures likeness or looks at pictures in place of the default: what it does, whether it is here, what it takes."""

    key: str
    label: str
    roles: list[Role]
    licence: str
    size: int
    is_calibrated: bool
    state: BackendState
    setup: SetupOffer


class LikenessTools(BaseModel):
    """Whether likeness can be measured, and what setting it up takes; `used`: which model fills each role now."""

    state: BackendState
    setup: SetupOffer
    models: list[FaceModel]
    used: dict[str, str]


class Measuring(BaseModel):
    """How many pictures are measured now."""

    pictures: int


class ImportedCharacter(BaseModel):
    """Somebody out of a file: `refused` could not be taken; `former_trigger` is the file's trigger word where it was taken."""

    character: Character
    refused: list[ErrorBody]
    former_trigger: str


class UploadedPhoto(BaseModel):
    """The outcome of one file of an upload: a photo or an error."""

    file: str
    photo: Photo | None
    error: ErrorBody | None


class UploadedPhotos(BaseModel):
    """The outcome of every file of an upload."""

    items: list[UploadedPhoto]


class AlbumCover(BaseModel):
    """The newest picture of an album."""

    generation_id: str
    n: int


class AlbumContent(Album):
    """An album with how many pictures are in it and the newest of them; null where it is empty."""

    pictures: int
    cover: AlbumCover | None


class PhotoDayPlan(BaseModel):
    """A photo day as it would be; `seconds_each` null where no picture of this model was made here yet."""

    pictures: list[PlannedPicture]
    seconds_each: float | None


class DayPicture(PlannedPicture):
    """A picture of a photo day: its `image` once it is there, why it was put `aside`, and of a twin the number of the better one."""

    image: GeneratedImage | None
    aside: AsideReason
    twin_of: int | None


class PhotoDayView(PhotoDay):
    """A photo day as somebody looks at it: `order` are the pictures that are not put aside, the best first; `measures`: whether faces can
    be measured; `waits_for`: what goes before the next picture."""

    pictures: list[DayPicture]  # type: ignore[assignment]
    order: list[int]
    seconds_each: float | None
    waits_for: Literal["", "pictures", "training", "comfyui", "photo_day", "likeness"]
    measures: bool


class OpenedRecipe(BaseModel):
    """A picture's recipe with the request filled in: `graph` in API format, `layout` in the canvas's own, where one ships."""

    recipe: str
    graph: dict[str, Any]
    layout: dict[str, Any] | None


class Style(BaseModel):
    """A style for prompts, or words that are put into one by a press."""

    kind: Literal["style", "shot", "scene", "light", "clothes"]
    name: str
    label: str
    prompt: str


class RemovedRecipe(BaseModel):
    """A recipe of the user's that is in the trash now."""

    name: str
    deleted: bool
