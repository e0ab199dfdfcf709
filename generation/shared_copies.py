"""Copies of pictures to give away: as PNG, JPEG or WebP, saying how they were made as the settings want it now."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.marks.marking import Marking
from ..core.marks.picture_file import Format, encoded
from ..core.marks.source_types import source_of_order
from ..core.marks.visible_sign import with_sign
from ..core.marks.xmp import PNG_KEYWORD, said_in
from ..core.records.generation import Generation
from .thumbnails import SIDE

if TYPE_CHECKING:
    from PIL.Image import Image


def shared_copy(
    picture: Path, generation: Generation, kind: Format, marking: Marking, *, edited: bool
) -> bytes:
    """The copy's bytes. A PNG that already says it all is given as it is; one of before the mark is told by its record, and by whether
    it is `edited` (request_rules.edits). OSError."""
    from PIL import Image

    with Image.open(picture, formats=("PNG",)) as opened:
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
    """A small PNG that says how it was made, and nothing of the prompt. OSError."""
    from PIL import Image

    with Image.open(picture, formats=("PNG",)) as opened:
        texts = {name: text for name, text in opened.info.items() if isinstance(text, str)}
        source = said_in(opened.info) or _told_by(generation, texts, edited=edited)
        small = opened.convert("RGB")
    small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return encoded(small, "png", {}, source, marking)
