"""JPEGs that stop before their end marker: are their pixels all there? Pillow only; loaded by the child by path."""

from __future__ import annotations

import io
from collections.abc import Callable

from PIL import Image, ImageChops

_END = b"\xff\xd9"
#: Stands for pixels that are missing, where some are: read as such, it draws something else than no data does.
_FILLER = bytes(range(0x31, 0x7E)) * 16


def completed(data: bytes, load: Callable[[io.BytesIO], Image.Image]) -> Image.Image | None:
    """The picture where only its end marker is missing, else None.

    A decoder draws missing pixels in grey without a word once there is an end marker. So it is asked twice: with nothing
    and with something in place of what may be missing. Where no pixel differs, none was missing.
    """
    body = data.rstrip(b"\xff")  # half an end marker
    plain = load(io.BytesIO(body + _END))
    filled = load(io.BytesIO(body + _FILLER + _END))
    same = plain.size == filled.size and ImageChops.difference(plain, filled).getbbox() is None
    return plain if same else None
