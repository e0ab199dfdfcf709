"""Copies of pictures to give away: as PNG, JPEG or WebP, saying how they were made as the settings want it now."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import StorageError
from ..core.generations.generation_store import GenerationStore
from ..core.marks.marking import Marking
from ..core.marks.picture_file import Format, encoded
from ..core.marks.source_types import edits, source_of_order
from ..core.marks.visible_sign import with_sign
from ..core.marks.xmp import PNG_KEYWORD, said_in
from ..core.records.generation import Generation
from .damaged_pictures import told_if_damaged
from .thumbnails import SIDE

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True)
class SharedCopies:
    """A maker of copies of the pictures of one data folder, as the settings want them when it was made."""

    store: GenerationStore
    marking: Marking

    def of(self, generation_id: str, number: int, kind: Format) -> bytes:
        """Make one picture's. NotFoundError `generation_not_found`, `image_not_found`; OSError."""
        return self._copy(self.store.image_path(generation_id, number), kind)

    def of_file(self, file: Path) -> bytes:
        """Make one of a picture that is known by its file, as PNG."""
        return self._copy(file, "png")

    def _copy(self, file: Path, kind: Format) -> bytes:
        generation = self.store.get(file.parent.name)
        edited = edits(generation, self.store.get)
        return shared_copy(file, generation, kind, self.marking, edited=edited)


def shared_copy(
    picture: Path, generation: Generation, kind: Format, marking: Marking, *, edited: bool
) -> bytes:
    """The copy's bytes. A PNG that already says it all is given as it is; one of before the mark is told by its record, and by whether
    it is `edited` (source_types.edits). A damaged one is given as it is as well, and not as another format: StorageError
    `picture_damaged`. OSError."""
    try:
        return _copied(picture, generation, kind, marking, edited=edited)
    except StorageError:
        if kind != "png":
            raise
        return picture.read_bytes()


def _copied(picture: Path, generation: Generation, kind: Format, marking: Marking, *, edited: bool) -> bytes:
    from PIL import Image

    with told_if_damaged(), Image.open(picture, formats=("PNG",)) as opened:
        texts = {name: text for name, text in opened.info.items() if isinstance(text, str)}
        said = said_in(opened.info)
        source = said or _told_by(generation, texts, edited=edited)
        if kind == "png" and not marking.visible and bool(said) == (marking.in_file and bool(source)):
            return picture.read_bytes()
        copied = opened.copy()
    texts.pop(PNG_KEYWORD, None)
    return encoded(_signed_visibly(copied, source, marking), kind, texts, source, marking)


def _told_by(generation: Generation, texts: dict[str, str], *, edited: bool) -> str:
    """What a picture without the mark was made by. Of a graph of the canvas the save node has said what it found, so nothing."""
    if generation.purpose == "nodes":
        return ""
    try:
        graph = json.loads(texts.get("prompt", "{}"))
    except ValueError:
        graph = {}
    return source_of_order(graph if isinstance(graph, dict) else {}, edits=edited)


def _signed_visibly(picture: Image, source: str, marking: Marking) -> Image:
    return with_sign(picture) if marking.visible and source else picture


def small_copy(picture: Path, generation: Generation, marking: Marking, *, edited: bool) -> bytes:
    """A small PNG that says how it was made, and nothing of the prompt. OSError, StorageError `picture_damaged`."""
    from PIL import Image

    with told_if_damaged(), Image.open(picture, formats=("PNG",)) as opened:
        texts = {name: text for name, text in opened.info.items() if isinstance(text, str)}
        source = said_in(opened.info) or _told_by(generation, texts, edited=edited)
        small = opened.convert("RGB")
    small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return encoded(small, "png", {}, source, marking)
