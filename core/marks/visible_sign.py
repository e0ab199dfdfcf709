"""The words "Made with AI" in a corner of a picture."""

from __future__ import annotations

from typing import Any

WORDS = "Made with AI"
#: Height of the letters as a share of the shorter side, and at least in pixels.
_SHARE, _LEAST = 0.024, 11
_PLATE, _LETTERS = (0, 0, 0, 150), (255, 255, 255, 235)


def with_sign(picture: Any) -> Any:
    """A Pillow picture with the words on a dark plate at its lower right, in the mode that it had."""
    from PIL import Image, ImageDraw

    size = max(_LEAST, round(min(picture.size) * _SHARE))
    font = _font(size)
    left, top, right, bottom = ImageDraw.Draw(picture).textbbox((0, 0), WORDS, font=font)
    room = size // 2
    width, height = right - left + 2 * room, bottom - top + 2 * room
    x, y = picture.width - width - room, picture.height - height - room
    layer = Image.new("RGBA", picture.size)
    draw = ImageDraw.Draw(layer)
    draw.rectangle((x, y, x + width, y + height), fill=_PLATE)
    draw.text((x + room - left, y + room - top), WORDS, font=font, fill=_LETTERS)
    return Image.alpha_composite(picture.convert("RGBA"), layer).convert(picture.mode)


def _font(size: int) -> Any:
    from PIL import ImageFont

    try:
        return ImageFont.load_default(size)
    except TypeError:  # Pillow before 10.1, which has one size
        return ImageFont.load_default()
