"""What practice mode draws instead of a person: a figure without a face, and words that say so."""

from __future__ import annotations

import colorsys
import textwrap
from typing import Any

SAYS = "PRACTICE PICTURE"
#: Height of the letters as a share of the shorter side, and at least in pixels.
_SHARE, _LEAST = 0.045, 9
_MOST_LINES = 3
_LARGE = 1024
_PLATE, _LETTERS, _QUIET = (12, 16, 24, 190), (255, 255, 255, 255), (255, 255, 255, 205)


def figure(text: str, width: int, height: int, seed: int) -> Any:
    """A Pillow picture; the seed chooses its colours and where the figure stands."""
    import numpy as np
    from PIL import Image

    chance = np.random.default_rng(seed % 2**63)
    hue, aside = float(chance.random()), float(chance.uniform(-0.06, 0.06))
    image = _sky(hue, width, height)
    side = min(width, height)
    person = _person(hue, side)
    image.paste(person, (round(width * (0.5 + aside) - side / 2), height - side), person)
    return Image.alpha_composite(image, _words(text, width, height)).convert("RGB")


def _colour(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    red, green, blue = (round(255 * part) for part in colorsys.hsv_to_rgb(hue % 1, saturation, value))
    return red, green, blue


def _sky(hue: float, width: int, height: int) -> Any:
    import numpy as np
    from PIL import Image

    top, bottom = np.array(_colour(hue, 0.35, 0.88)), np.array(_colour(hue + 0.09, 0.45, 0.55))
    share = np.linspace(0, 1, height)[:, None]
    rows = np.round(top * (1 - share) + bottom * share).astype(np.uint8)
    return Image.fromarray(np.repeat(rows[:, None, :], width, axis=1)).convert("RGBA")


def _person(hue: float, side: int) -> Any:
    """Shoulders, neck, head and hair in a square of that side; drawn large, so that the edges are smooth."""
    from PIL import Image, ImageDraw

    square = Image.new("RGBA", (_LARGE, _LARGE))
    draw = ImageDraw.Draw(square)
    skin, shade = (244, 222, 204, 255), (222, 196, 176, 255)
    cloth, hair = (*_colour(hue + 0.5, 0.42, 0.58), 255), (*_colour(hue + 0.46, 0.35, 0.26), 255)

    def oval(middle: float, wide: float, high: float, colour: tuple[int, ...]) -> None:
        ends = (0.5 - wide, middle - high, 0.5 + wide, middle + high)
        draw.ellipse([_LARGE * end for end in ends], colour)

    oval(0.38, 0.185, 0.22, hair)
    oval(1.0, 0.36, 0.31, cloth)
    draw.rounded_rectangle([_LARGE * end for end in (0.42, 0.42, 0.58, 0.74)], _LARGE * 0.08, shade)
    oval(0.42, 0.135, 0.175, skin)
    return square.resize((side, side), Image.Resampling.LANCZOS)


def _words(text: str, width: int, height: int) -> Any:
    """On a plate over the lower edge: what it is, and what was asked for."""
    from PIL import Image, ImageDraw

    size = max(_LEAST, round(min(width, height) * _SHARE))
    layer = Image.new("RGBA", (width, height))
    draw = ImageDraw.Draw(layer)
    small = max(_LEAST, round(size * 0.75))
    lines = textwrap.wrap(
        text, max(8, round(width / (small * 0.58))), max_lines=_MOST_LINES, placeholder=" …"
    )
    step = round(small * 1.35)
    top = height - round(size * 2.2) - step * len(lines)
    draw.rectangle((0, top, width, height), fill=_PLATE)
    left = round(size * 0.7)
    draw.text((left, top + size * 0.5), SAYS, _LETTERS, _font(size))
    for place, line in enumerate(lines):
        draw.text((left, top + size * 1.85 + place * step), line, _QUIET, _font(small))
    return layer


def _font(size: int) -> Any:
    from PIL import ImageFont

    try:
        return ImageFont.load_default(size)
    except TypeError:  # Pillow before 10.1, which has one size
        return ImageFont.load_default()
