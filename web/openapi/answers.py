"""What routes answer when all is well, for openapi.json: status, records, pictures, streams."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from ...core.records.character import Character
from ...core.records.checkpoint import Checkpoint, Version
from ...core.records.generation import Generation
from ...core.records.job import Job
from ...core.records.photo import Photo
from ...core.records.worker import Worker
from ...generation.image.interface import RecipeInfo

_OBJECT = {"type": "object"}


@dataclass(frozen=True)
class Answer:
    """One record, a list of them (`many`), anything else as JSON, or another content type; `also` are statuses without a body."""

    model: type[BaseModel] | None = None
    many: bool = False
    status: int = 200
    content: str = "application/json"
    also: tuple[int, ...] = field(default=())

    @property
    def models(self) -> tuple[type[BaseModel], ...]:
        return (self.model,) if self.model else ()

    def described(self, names: Mapping[tuple[Any, Any], Any]) -> dict[str, Any]:
        """The response object; `names` says where each model's schema stands."""
        if self.status == 204:
            return {"description": "Done"}
        if self.content != "application/json":
            return {"description": "Done", "content": {self.content: {"schema": {}}}}
        schema = {"$ref": names[self.model, "serialization"]} if self.model else _OBJECT
        shown = _list_of(schema) if self.many else schema
        return {"description": "Done", "content": {"application/json": {"schema": shown}}}


def _list_of(item: dict[str, Any]) -> dict[str, Any]:
    cursor = {"type": ["string", "null"]}
    return {
        "type": "object",
        "required": ["items", "next_cursor"],
        "properties": {"items": {"type": "array", "items": item}, "next_cursor": cursor},
    }


LIST = Answer(many=True)
DONE = Answer(status=204)
PICTURE = Answer(content="image/*")
ZIP = Answer(content="application/zip")
EVENTS = Answer(content="text/event-stream")
ONE_JOB = Answer(Job)
QUEUED = Answer(Job, status=202)
ONE_PICTURE_SET = Answer(Generation)
PERSON = Answer(Character)

#: handler -> answer; what is not here answers with some JSON object
ANSWERS: Mapping[str, Answer] = {
    "system.dismiss_recovery": DONE,
    "system.session": DONE,
    "comfyui.restart": Answer(status=202),
    "events.everything": EVENTS,
    "events.of_job": EVENTS,
    "logs.take": DONE,
    "logs.find": LIST,
    "logs.diagnostics": ZIP,
    "characters.list_all": Answer(Character, many=True),
    "characters.create": Answer(Character, status=201),
    "characters.sample": Answer(Character, status=201),
    "characters.get": PERSON,
    "characters.update": PERSON,
    "characters.delete": PERSON,
    "characters.restore": PERSON,
    "characters.pick_version": PERSON,
    "characters.versions": Answer(Version, many=True),
    "likeness.measure": Answer(status=202),
    "transfers.give": ZIP,
    "transfers.take": Answer(status=201),
    "photos.list_all": Answer(Photo, many=True),
    "photos.update": Answer(Photo),
    "photos.delete": Answer(Photo),
    "photos.restore": Answer(Photo),
    "photos.image": PICTURE,
    "photos.captions": Answer(also=(202,)),
    "photos.captioners": LIST,
    "photos.edit_captions": Answer(Photo, many=True),
    "training.families": LIST,
    "training.presets": LIST,
    "training.backends": LIST,
    "training.workers": Answer(Worker, many=True),
    "training.setup": QUEUED,
    "training.uninstall": QUEUED,
    "training.give_back": DONE,
    "models.download": QUEUED,
    "jobs.list_all": Answer(Job, many=True),
    "jobs.submit": QUEUED,
    "jobs.get": ONE_JOB,
    "jobs.move": ONE_JOB,
    "jobs.cancel": ONE_JOB,
    "jobs.pause": ONE_JOB,
    "jobs.lend": ONE_JOB,
    "jobs.resume": ONE_JOB,
    "jobs.save_now": ONE_JOB,
    "follow_ups.retry": QUEUED,
    "follow_ups.go_on": QUEUED,
    "jobs.loss": LIST,
    "jobs.samples": LIST,
    "jobs.sample": PICTURE,
    "jobs.checkpoints": Answer(Checkpoint, many=True),
    "jobs.publish": Answer(Version),
    "generations.list_all": Answer(Generation, many=True),
    "generations.create": Answer(Generation, status=202),
    "generations.get": ONE_PICTURE_SET,
    "generations.update": ONE_PICTURE_SET,
    "generations.delete": ONE_PICTURE_SET,
    "generations.cancel": ONE_PICTURE_SET,
    "generations.restore": ONE_PICTURE_SET,
    "generations.image": PICTURE,
    "generations.update_image": ONE_PICTURE_SET,
    "generations.delete_image": ONE_PICTURE_SET,
    "generations.restore_image": ONE_PICTURE_SET,
    "generations.preview": Answer(content="image/*", also=(204,)),
    "generations.workflow": Answer(content="application/json"),
    "generations.styles": LIST,
    "recipes.list_all": Answer(RecipeInfo, many=True),
    "recipes.thumbnail": PICTURE,
    "recipes.add": Answer(RecipeInfo, status=201),
    "recipes.confirm": Answer(RecipeInfo),
    "recipes.restore": Answer(RecipeInfo),
}
