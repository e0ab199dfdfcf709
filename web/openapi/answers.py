"""What routes answer when all is well, for openapi.json: status, bodies, pictures, streams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel

from ...core.generations.prompt_book import PastPrompt, PromptMark
from ...core.records.album import Album
from ...core.records.character import Character
from ...core.records.checkpoint import Checkpoint, RankedVersion, Version
from ...core.records.diagnosis import Diagnosis
from ...core.records.event import Event
from ...core.records.generation import Generation
from ...core.records.photo_day import PhotoDay
from ...core.records.worker import Worker
from ..services.prompting.style_records import StylePictureList
from ..services.storage.use_records import Room, StorageState
from . import answer_bodies as bodies
from . import gallery_answers as gallery_bodies
from . import help_answers as help_bodies
from . import training_answers as training_bodies
from .event_data import EVENT_DATA
from .health_answers import Health
from .language_answers import LanguageList, LanguageWords

JSON = "application/json"
#: the body itself, or the list envelope around it
Shape = Literal["one", "many"]
#: Where each model's schema is referred to, by model and mode.
Names = Mapping[tuple[Any, Any], Any]


@dataclass(frozen=True)
class Answer:
    """A body as JSON by its model or, where it is somebody else's format, its `schema`; or another `content` type.

    `also` are further answers that a route may give instead.
    """

    model: type[BaseModel] | None = None
    shape: Shape = "one"
    status: int = 200
    content: str = JSON
    schema: Mapping[str, Any] = field(default_factory=dict)
    also: tuple[Answer, ...] = ()

    @property
    def models(self) -> tuple[type[BaseModel], ...]:
        """Every model that is spoken of."""
        mine: tuple[type[BaseModel], ...] = (self.model,) if self.model else ()
        if self.content == STREAM:
            mine = (*mine, *EVENT_DATA.values())
        return (*mine, *(model for other in self.also for model in other.models))

    def responses(self, names: Names) -> dict[str, Any]:
        """The response objects by status; `names` says where each model's schema stands."""
        described = {str(self.status): self._described(names)}
        for other in self.also:
            described |= other.responses(names)
        return described

    def _described(self, names: Names) -> dict[str, Any]:
        if self.status == 204:
            return {"description": "Done"}
        return {"description": "Done", "content": {self.content: {"schema": self._schema(names)}}}

    def _schema(self, names: Names) -> dict[str, Any]:
        if self.model is None:
            return dict(self.schema)
        body = {"$ref": names[self.model, "serialization"]}
        if self.content == STREAM:
            return {"type": "string", "contentMediaType": JSON, "contentSchema": _of_each_type(body, names)}
        return _shaped(self.shape, body)


def _of_each_type(event: dict[str, Any], names: Names) -> dict[str, Any]:
    """An event whose `data` is that of its type."""
    each = [
        {"properties": {"type": {"const": name}, "data": {"$ref": names[data, "serialization"]}}}
        for name, data in EVENT_DATA.items()
    ]
    return {"allOf": [event, {"oneOf": each}]}


def _shaped(shape: Shape, body: dict[str, Any]) -> dict[str, Any]:
    if shape == "one":
        return body
    items = {"type": "array", "items": body}
    return {
        "type": "object",
        "required": ["items", "next_cursor"],
        "properties": {"items": items, "next_cursor": {"type": ["string", "null"]}},
    }


def many(model: type[BaseModel]) -> Answer:
    """The list envelope."""
    return Answer(model, "many")


STREAM = "text/event-stream"
DONE = Answer(status=204)
PICTURE = Answer(content="image/*")
ZIP = Answer(content="application/zip")
EVENTS = Answer(Event, content=STREAM)
JOB = Answer(bodies.Job)
QUEUED = Answer(bodies.Job, status=202)
PHOTO = Answer(bodies.Photo)
GENERATION = Answer(Generation)
ALBUM = Answer(Album)
PHOTO_DAY = Answer(bodies.PhotoDayView)
CHARACTER = Answer(Character)
DIAGNOSIS = Answer(Diagnosis)
FORGOTTEN = Answer(bodies.Forgotten)
SETTINGS = Answer(bodies.Settings)
RECIPE = Answer(bodies.Recipe)
GPU = Answer(training_bodies.GpuHolders)
#: ComfyUI's own formats, and OpenAPI's
_NODE = {"type": "object", "required": ["class_type", "inputs"]}
_PROMPTS = {"type": "array", "items": {"type": "object", "additionalProperties": _NODE}}
_DOCUMENT = {
    "type": "object",
    "required": ["openapi", "info", "paths", "components"],
    "properties": {
        "openapi": {"type": "string"},
        "info": {"type": "object"},
        "paths": {"type": "object"},
        "components": {"type": "object"},
    },
}

#: handler -> answer; None for a route that only refuses
ANSWERS: Mapping[str, Answer | None] = {
    "panel.code": Answer(content="text/javascript", also=(Answer(status=304),)),
    "panel.languages": Answer(LanguageList, also=(Answer(status=304),)),
    "panel.language": Answer(LanguageWords, also=(Answer(status=304),)),
    "system.health": Answer(Health),
    "system.dismiss_recovery": DONE,
    "system.session": DONE,
    "system.session_link": Answer(bodies.SessionLink),
    "system.capabilities": Answer(bodies.Capabilities),
    "system.settings": SETTINGS,
    "system.change_settings": SETTINGS,
    "system.openapi": Answer(schema=_DOCUMENT),
    "system.practice_left": Answer(bodies.PracticeLeft),
    "system.remove_practice": Answer(bodies.PracticeRemoved),
    "system.restore_practice": DONE,
    "system.video": Answer(bodies.Video),
    "system.video_refused": None,
    "system.not_yet": None,
    "comfyui.show": Answer(bodies.ComfyUI),
    "comfyui.restart": Answer(bodies.Restarting, status=202),
    "events.everything": EVENTS,
    "events.of_job": EVENTS,
    "logs.take": DONE,
    "logs.find": many(bodies.LogLine),
    "logs.diagnostics": ZIP,
    "logs.issue": Answer(help_bodies.IssueDraft),
    "help.storage.show": Answer(StorageState),
    "help.storage.measure": Answer(StorageState, status=202),
    "help.storage.free": Answer(help_bodies.FreedSpace),
    "help.storage.room": Answer(Room),
    "help.storage.list_folders": Answer(help_bodies.FolderList),
    "help.storage.open_folder": DONE,
    "characters.list_all": many(Character),
    "characters.create": Answer(Character, status=201),
    "characters.sample": Answer(Character, status=201),
    "characters.get": CHARACTER,
    "characters.update": CHARACTER,
    "characters.delete": CHARACTER,
    "characters.restore": CHARACTER,
    "characters.pick_version": CHARACTER,
    "characters.versions": many(RankedVersion),
    "characters.would_go": FORGOTTEN,
    "characters.forget": FORGOTTEN,
    "diagnosis.of_person": DIAGNOSIS,
    "diagnosis.of_picture": DIAGNOSIS,
    "likeness.show": Answer(bodies.LikenessTools),
    "likeness.measure": Answer(bodies.Measuring, status=202),
    "transfers.give": ZIP,
    "transfers.take": Answer(bodies.ImportedCharacter, status=201),
    "photos.upload": Answer(bodies.UploadedPhotos),
    "photos.list_all": many(bodies.Photo),
    "photos.update": PHOTO,
    "photos.delete": PHOTO,
    "photos.restore": PHOTO,
    "photos.edit_many": many(bodies.Photo),
    "photos.delete_many": many(bodies.Photo),
    "photos.restore_many": many(bodies.Photo),
    "photos.image": PICTURE,
    "improvements.show": Answer(bodies.Improvements),
    "improvements.apply": Answer(bodies.Crops, status=201),
    "improvements.undo": many(bodies.Photo),
    "improvements.crop": Answer(bodies.Photo, status=201),
    "improvements.turn": Answer(bodies.TurnedPhotos, status=201),
    "improvements.undo_turn": many(bodies.Photo),
    "photos.captions": Answer(bodies.Photo, "many", also=(QUEUED,)),
    "photos.captioners": many(training_bodies.CaptionerInfo),
    "photos.edit_captions": many(bodies.Photo),
    "gpu.show": GPU,
    "gpu.free": GPU,
    "training.families": many(training_bodies.Family),
    "training.presets": many(training_bodies.PresetNumbers),
    "training.backends": many(training_bodies.Backend),
    "training.workers": many(Worker),
    "training.setup": QUEUED,
    "training.uninstall": QUEUED,
    "training.preflight": Answer(training_bodies.Preflight),
    "training.lending": Answer(training_bodies.LendingState),
    "training.give_back": DONE,
    "training.machine": Answer(training_bodies.MachineFacts),
    "models.download": QUEUED,
    "jobs.list_all": many(bodies.Job),
    "jobs.submit": QUEUED,
    "jobs.set_up_and_train": QUEUED,
    "jobs.get": JOB,
    "jobs.move": JOB,
    "jobs.cancel": JOB,
    "jobs.pause": JOB,
    "jobs.lend": JOB,
    "jobs.resume": JOB,
    "jobs.save_now": JOB,
    "follow_ups.retry": QUEUED,
    "follow_ups.go_on": QUEUED,
    "jobs.log": Answer(training_bodies.JobLog),
    "jobs.loss": many(training_bodies.Loss),
    "jobs.samples": many(training_bodies.Sample),
    "jobs.sample": PICTURE,
    "jobs.checkpoints": many(Checkpoint),
    "jobs.publish": Answer(Version),
    "outside_loras.list_all": many(bodies.OutsideLora),
    "outside_loras.show": Answer(bodies.OutsideLoraFacts),
    "outside_loras.preview": PICTURE,
    "outside_loras.adopt": Answer(Character, status=201),
    "outside_loras.release": CHARACTER,
    "characters.choose_companions": CHARACTER,
    "gallery.albums.list_all": many(bodies.AlbumContent),
    "gallery.albums.create": Answer(Album, status=201),
    "gallery.albums.rename": ALBUM,
    "gallery.albums.delete": ALBUM,
    "gallery.albums.restore": ALBUM,
    "gallery.albums.give": ZIP,
    "gallery.downloads.give": ZIP,
    "gallery.selection.change": Answer(gallery_bodies.PicturesChanged),
    "gallery.photo_days.plan": Answer(bodies.PhotoDayPlan),
    "gallery.photo_days.begin": Answer(bodies.PhotoDayView, status=202),
    "gallery.photo_days.list_all": many(PhotoDay),
    "gallery.photo_days.get": PHOTO_DAY,
    "gallery.photo_days.pause": PHOTO_DAY,
    "gallery.photo_days.resume": PHOTO_DAY,
    "gallery.photo_days.end": PHOTO_DAY,
    "gallery.photo_days.undo_end": PHOTO_DAY,
    "gallery.photo_days.choose": PHOTO_DAY,
    "gallery.photo_days.remove": Answer(PhotoDay),
    "gallery.photo_days.give": ZIP,
    "generations.list_all": many(Generation),
    "generations.create": Answer(Generation, status=202),
    "gallery.from_picture.create": Answer(Generation, status=202),
    "gallery.from_picture.keep": Answer(bodies.Photo, status=201),
    "generations.get": GENERATION,
    "generations.update": GENERATION,
    "generations.delete": GENERATION,
    "generations.cancel": GENERATION,
    "generations.restore": GENERATION,
    "generations.image": PICTURE,
    "generations.copy": PICTURE,
    "generations.update_image": GENERATION,
    "generations.delete_image": GENERATION,
    "generations.restore_image": GENERATION,
    "generations.mend": Answer(Generation, status=202),
    "generations.preview": Answer(content="image/*", also=(DONE,)),
    "generations.workflow": Answer(schema=_PROMPTS),
    "generations.opened": Answer(bodies.OpenedRecipe),
    "prompting.history": many(PastPrompt),
    "prompting.mark": Answer(PromptMark),
    "prompting.styles": many(bodies.Style),
    "prompting.style_pictures": Answer(StylePictureList),
    "prompting.make_style_pictures": Answer(StylePictureList, status=202),
    "prompting.stop_style_pictures": DONE,
    "prompting.style_picture": PICTURE,
    "recipes.list_all": many(bodies.Recipe),
    "recipes.thumbnail": PICTURE,
    "recipes.add": Answer(bodies.Recipe, status=201),
    "recipes.confirm": RECIPE,
    "recipes.remove": Answer(bodies.RemovedRecipe),
    "recipes.restore": RECIPE,
}
