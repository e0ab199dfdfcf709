"""One step back for captions that were written for many photos at once: what stood there before, beside the photos."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from .. import atomic
from ..errors import ConflictError
from ..paths import DataPaths
from ..records.base import Stored
from ..records.photo import CaptionSource, Photo
from ..storage.file_moves import noted
from ..storage.library import Library
from .character_sidecars import write_sidecar
from .photo_store import PhotoStore
from .trigger_words import renamed

BEFORE_FILE = "captions-before.json"
_log = logging.getLogger("isengard.captions")


class Before(Stored):
    """A photo's caption before and after it was replaced."""

    caption: str
    source: CaptionSource
    after: str


def write_captions(
    character_id: str,
    captions: Mapping[str, tuple[str, CaptionSource]],
    *,
    photos: PhotoStore,
    library: Library,
    paths: DataPaths,
) -> list[Photo]:
    """Replace captions by photo id, remembering what stood there; all photos afterwards. Unknown ids are left out."""
    before: dict[str, Before] = {}
    with library.transaction():
        for photo in photos.list(character_id):
            if photo.id in captions:
                text, source = captions[photo.id]
                before[photo.id] = Before(caption=photo.caption, source=photo.caption_source, after=text)
                photos.store(photo.model_copy(update={"caption": text, "caption_source": source}))
        content = {photo_id: entry.model_dump(mode="json") for photo_id, entry in before.items()}
        folder = paths.character(character_id)
        folder.mkdir(mode=0o700, exist_ok=True)  # somebody may have cleared it away
        atomic.write_json(folder / BEFORE_FILE, content)
    noted(lambda: write_sidecar(library, paths, character_id))
    return photos.list(character_id)


def undo_captions(
    character_id: str, *, photos: PhotoStore, library: Library, paths: DataPaths
) -> Sequence[Photo]:
    """The captions as they were, except where somebody has written since. ConflictError `nothing_to_undo`."""
    file = paths.character(character_id) / BEFORE_FILE
    before = _read(file)
    if not before:
        raise ConflictError(
            "nothing_to_undo", "There is nothing to undo.", "You can undo captions only once."
        )
    with library.transaction():
        for photo in photos.list(character_id):
            entry = before.get(photo.id)
            if entry is not None and photo.caption == entry.after:
                restored = {"caption": entry.caption, "caption_source": entry.source}
                photos.store(photo.model_copy(update=restored))
    noted(lambda: write_sidecar(library, paths, character_id))
    noted(lambda: file.unlink(missing_ok=True))
    return photos.list(character_id)


def rename_before(paths: DataPaths, character_id: str, before: str, now: str) -> None:
    """Put the new trigger word into what would be put back, too, so that it is still found to be what stood there. OSError."""
    file = paths.character(character_id) / BEFORE_FILE
    if (kept := _read(file)) and before != now:
        named = {
            photo_id: {
                **entry.model_dump(mode="json"),
                "caption": renamed(entry.caption, before, now),
                "after": renamed(entry.after, before, now),
            }
            for photo_id, entry in kept.items()
        }
        atomic.write_json(file, named)


def _read(file: Path) -> dict[str, Before]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return {str(photo_id): Before.model_validate(entry) for photo_id, entry in content.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, ValidationError) as damage:
        _log.warning(
            "The captions of before cannot be read",
            extra={"context": {"character_id": file.parent.name, "reason": type(damage).__name__}},
        )
        return {}
