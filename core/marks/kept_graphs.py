"""The graph that a picture was drawn by, as ComfyUI keeps it in the file."""

from __future__ import annotations

import json
from pathlib import Path

#: EXIF's Model, in which ComfyUI's WebP keeps it behind this word.
_GRAPH, _BEFORE = 0x0110, "prompt:"


def graph_in(file: Path) -> object:
    """Read it from a PNG or WebP; None where there is none, or no picture."""
    from PIL import Image

    try:
        with Image.open(file) as picture:
            text = str(picture.info.get("prompt") or picture.getexif().get(_GRAPH, ""))
        return json.loads(text.removeprefix(_BEFORE))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
