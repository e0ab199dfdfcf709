"""The seam of captioners: what the worker and the server know of a program that describes photos, and nothing else of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from ...core.records.base import Record
from ...core.records.job import Needs
from ...core.records.photo import CaptionSource
from ...core.records.worker import BackendState
from ...core.storage.documents import known
from ..tasks.task import Task

#: In a captioning job's folder: the private copy of the photos, what was asked, and what came of it.
PHOTOS, ORDER_FILE, RESULT_FILE = "photos", "captioning.json", "captions.json"


@dataclass(frozen=True)
class AskedPhoto:
    """A photo to describe, `file` inside the private copy; caption and source as they stood when it was asked."""

    photo_id: str
    file: str
    caption: str = ""
    source: CaptionSource = ""


@dataclass(frozen=True)
class Captioning:
    """A captioning with every choice made, frozen at submit."""

    character_id: str
    trigger_word: str
    class_word: str
    photos: list[AskedPhoto]

    def to_json(self) -> dict[str, object]:
        return asdict(self)

    @classmethod
    def read(cls, job_dir: Path) -> Captioning:
        """Raises OSError, ValueError, TypeError or LookupError when the file is damaged."""
        content = json.loads((job_dir / ORDER_FILE).read_text(encoding="utf-8"))
        photos = [AskedPhoto(**known(AskedPhoto, photo)) for photo in content["photos"]]
        return cls(**{**known(cls, content), "photos": photos})


class CaptionerCapabilities(Record):
    """Facts that the panel may know. `model` '' where none is needed; `download_bytes` what is still to be fetched at first use."""

    name: str
    label: str
    needs: Needs
    model: str = ""
    licence: str = ""
    download_bytes: int = 0
    placeholder: bool = False


class Captioner(Protocol):
    name: str

    def capabilities(self) -> CaptionerCapabilities: ...

    def state(self) -> BackendState:
        """`ready`, or a `detail` a person can act on."""

    def describe(self, task: Task, asked: Captioning) -> dict[str, str]:
        """Prose by file name for the photos in `task.dir / PHOTOS`, those that could be described. The work of a job: it
        tells its progress by photo, stops when it is told to, and goes on where an earlier attempt stopped."""
