"""Opening a picture file of ours for what looks at it."""

from __future__ import annotations

from typing import Any

MAX_PIXELS = 40_000_000


def opened(path: str, longest: int) -> tuple[Any, tuple[int, int]]:
    """An RGB picture of at most so many pixels a side, and the file's own width and height."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # our own, lower limit is checked below
    with Image.open(path, formats=("JPEG", "PNG")) as image:
        width, height = image.size
        if width * height > MAX_PIXELS:
            raise ValueError("too many pixels")
        image.draft("RGB", (longest, longest))
        upright = image.convert("RGB")
        upright.thumbnail((longest, longest))
        return upright, (width, height)
