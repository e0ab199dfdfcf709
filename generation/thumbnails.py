"""Small copies of generated pictures for the gallery, made once and left beside them."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from ..core import atomic
from ..core.generation_sidecars import thumbnail_path

#: Longest side in pixels: the width of the panel on a usual screen, half of it on a dense one.
SIDE = 512
_QUALITY = 85


def thumbnail_of(picture: Path) -> Path:
    """The JPEG beside `picture`; blocks for some tens of milliseconds the first time. Raises OSError."""
    target = thumbnail_path(picture)
    if not target.is_file():
        target.parent.mkdir(mode=0o700, exist_ok=True)
        atomic.write_bytes(target, _small(picture))
    return target


def _small(picture: Path) -> bytes:
    with Image.open(picture, formats=("PNG",)) as image:
        small = image.convert("RGB")
    small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    stream = io.BytesIO()
    small.save(stream, "JPEG", quality=_QUALITY)
    return stream.getvalue()
