"""A captioning job: photos frozen at submit, described by a captioner, results left in the job's folder for the server.

The worker never opens the library: what came of it is taken over by the server (web/services/caption_import.py).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from ...core import atomic
from ...core.characters.caption_lint import leaks
from ...core.characters.captions import fallback
from ...core.characters.photo_store import PhotoStore
from ...core.characters.trigger_words import renamed
from ...core.errors import ConflictError, NotReadyError
from ...core.paths import contained
from ...core.plugins import PluginRegistry
from ...core.records.base import Stored
from ...core.records.character import Character
from ...core.records.photo import Photo
from ...core.said import said
from ..job_folder.dataset import copy_photo, not_copied
from ..tasks.task import Task
from .interface import ORDER_FILE, PHOTOS, RESULT_FILE, AskedPhoto, Captioner, Captioning
from .prose import caption_of

SEAM = "captioners"


class Result(Stored):
    """Outcome for one photo. `described` false: nothing was said, and `caption` is the fallback."""

    photo_id: str
    caption: str
    described: bool
    leaks: list[str] = Field(default_factory=list)
    before: str = ""


def chosen(photos: Sequence[Photo], *, overwrite: bool) -> list[Photo]:
    """The photos to describe: what a person wrote stays unless they said otherwise. ConflictError `nothing_to_caption`."""
    selection = [
        photo for photo in photos if overwrite or photo.caption_source != "user" or not photo.caption
    ]
    if not selection:
        why = "Every caption was written by hand." if photos else "There are no photos to describe."
        do = "Choose to replace captions written by hand too." if photos else "Add photos first."
        raise ConflictError("nothing_to_caption", why, do)
    return selection


@dataclass(frozen=True)
class Freezer:
    """Writes everything a captioning needs into its job's folder."""

    character: Character
    asked: Sequence[Photo]
    store: PhotoStore

    def __call__(self, job_dir: Path) -> None:
        """StorageError `disk_full` or `photos_not_copied`."""
        entries = []
        try:
            (job_dir / PHOTOS).mkdir(mode=0o700)
            for number, photo in enumerate(self.asked, 1):
                source = self.store.image_path(photo, "full")
                file = f"{number:04d}{source.suffix}"
                copy_photo(source, job_dir / PHOTOS / file)
                entries.append(AskedPhoto(photo.id, file, photo.caption, photo.caption_source))
        except OSError as fault:
            shutil.rmtree(job_dir, ignore_errors=True)
            raise not_copied(fault) from fault
        who = self.character
        order = Captioning(who.id, who.trigger_word, who.class_word, entries)
        atomic.write_json(job_dir / ORDER_FILE, order.to_json())


def describe(registry: PluginRegistry, task: Task) -> None:
    """The work of the job. NotReadyError `captions_missing` when not a single photo could be described. What an earlier attempt has
    described to its end is taken: its photos may have gone."""
    results = results_of(task.dir) or _described(registry, task)
    missing = [result for result in results if not result.described]
    if len(missing) == len(results):
        raise NotReadyError(
            "captions_missing",
            "The captioner described none of the photos. Your captions are unchanged.",
            "Check the log, then press Retry, or write the captions by hand.",
        )
    atomic.write_json(task.dir / RESULT_FILE, [result.model_dump(mode="json") for result in results])
    if missing:
        task.warnings.append(
            said(
                "{missing} of {photos} photos could not be described.",
                missing=len(missing),
                photos=len(results),
            )
        )
    shutil.rmtree(task.dir / PHOTOS, ignore_errors=True)  # ours, and needed by a retry only
    task.tell("finishing", step=len(results) - len(missing), total=len(results))


def _described(registry: PluginRegistry, task: Task) -> list[Result]:
    asked = Captioning.read(task.dir)
    captioner: Captioner = registry.get(SEAM, task.job.backend)
    texts = captioner.describe(task, asked)
    return [_result(photo, texts.get(photo.file, ""), asked) for photo in asked.photos]


def _result(photo: AskedPhoto, said: str, asked: Captioning) -> Result:
    words = (asked.trigger_word, asked.class_word)
    if not said.strip():
        kept = photo.caption or fallback(*words)
        return Result(photo_id=photo.photo_id, caption=kept, described=False, before=photo.caption)
    caption = caption_of(said, *words)
    return Result(
        photo_id=photo.photo_id,
        caption=caption,
        described=True,
        leaks=[leak.word for leak in leaks(caption, words)],
        before=photo.caption,
    )


def results_of(job_dir: Path, trigger_word: str = "") -> list[Result]:
    """Empty where the job left none, or what it left is damaged. `trigger_word`: the one that the person has by now."""
    try:
        content = json.loads(contained(job_dir, RESULT_FILE).read_text(encoding="utf-8"))
        results = [Result.model_validate(entry) for entry in content]
    except (OSError, ValueError, TypeError):
        return []
    before = _trigger_of(job_dir) if trigger_word else ""
    if before.lower() == trigger_word.lower():
        return results
    return [one.model_copy(update={"caption": renamed(one.caption, before, trigger_word)}) for one in results]


def _trigger_of(job_dir: Path) -> str:
    """The trigger word when the captions were asked for; '' where that cannot be read."""
    try:
        return Captioning.read(job_dir).trigger_word
    except (OSError, ValueError, TypeError, LookupError):
        return ""
