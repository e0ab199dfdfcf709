"""Opening a picture file of ours for what looks at it."""

from __future__ import annotations

from typing import Any

MAX_PIXELS = 40_000_000


def decoded(path: str, least: int) -> tuple[Any, tuple[int, int]]:
    """An RGB picture with a longer side of at least so many pixels, where the file has them, and the file's own width and height; a
    JPEG is decoded at a half, a quarter or an eighth where that is enough."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # our own, lower limit is checked below
    with Image.open(path, formats=("JPEG", "PNG")) as image:
        width, height = image.size
        if width * height > MAX_PIXELS:
            raise ValueError("too many pixels")
        share = least / max(width, height)
        if share < 1:
            image.draft("RGB", (max(1, int(width * share)), max(1, int(height * share))))
        image.load()
        return image if image.mode == "RGB" else image.convert("RGB"), (width, height)


def shrunk(picture: Any, longest: int) -> Any:
    """The picture at no more than so many pixels a side."""
    if max(picture.size) <= longest:
        return picture
    smaller = picture.copy()
    smaller.thumbnail((longest, longest))
    return smaller
