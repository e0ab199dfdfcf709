"""The strip at the top of the README: photos of somebody, and pictures with her. All of it is drawn, and it says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from hosts import drawn_photos
from hosts.recipe_thumbnails import ANN, BLUE, RED, Colour, city, couple, mountains, person, studio
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

#: Drawn at twice what a README's column is wide, then made smaller.
WIDTH, HEIGHT, FINE = 1200, 400, 2
CARD, PICTURE, EDGE = 146, 200, 6
#: Where the photos lie (left, top, degrees) and which they are.
CARDS = ((2, 46, 6.0, 0), (122, 58, -5.0, 1), (60, 182, 3.0, 2))
ARROW, FIRST, GAP = 290, 352, 14
LOW = 72
#: Sizes of the words: they are read on a phone too, a third as large.
WORDS, SAYS = 28, 26
#: background (none: the page's own shows), words, quiet words
THEMES: dict[str, tuple[Colour, Colour]] = {
    "light": ((36, 41, 47), (87, 96, 106)),
    "dark": ((240, 246, 252), (145, 152, 161)),
}
ACCENT = (226, 118, 63)
SAID = "Drawn by a script to show the idea: Ann does not exist, and no model made these."


@dataclass(frozen=True)
class Asked:
    words: str
    drawn: Callable[[], Image.Image]


def hiking() -> Image.Image:
    image = mountains()
    person(image, ANN, RED, scale=0.95, turn=0.06)
    return image


def night() -> Image.Image:
    image = city()
    person(image, ANN, BLUE, 0.46, 1.1, -0.08)
    return image


def pencil() -> Image.Image:
    """Outlines and soft tones on paper."""
    image = studio()
    person(image, ANN, BLUE, scale=1.05, turn=0.04)
    grey = np.asarray(image.convert("L"), np.float32)
    soft = np.asarray(image.convert("L").filter(ImageFilter.GaussianBlur(14)), np.float32)
    lines = np.minimum(255, grey * 255 / np.maximum(1, soft))
    drawn = Image.fromarray(np.clip(1.9 * (0.55 * lines + 0.45 * grey) - 205, 0, 255).astype(np.uint8))
    return ImageOps.colorize(drawn, (52, 48, 52), (250, 246, 238))


ASKED = (
    Asked("in the snow", hiking),
    Asked("at night", night),
    Asked("in pencil", pencil),
    Asked("with Ben", couple),
)


def strip(theme: str) -> Image.Image:
    words, quiet = THEMES[theme]
    image = Image.new("RGBA", (WIDTH * FINE, HEIGHT * FINE))
    draw = ImageDraw.Draw(image)
    for left, top, tilt, number in CARDS:
        lay(image, card(drawn_photos.photo(number), tilt), left, top)
    arrow(draw)
    for place, asked in enumerate(ASKED):
        left = FIRST + place * (PICTURE + GAP)
        lay(image, rounded(asked.drawn()), left, LOW)
        middle = left + PICTURE / 2
        write(draw, middle, LOW + PICTURE + 30, f"“{asked.words}”", words, WORDS)
    write(draw, 146, 22, "photos of Ann", words, WORDS)
    write(draw, FIRST + 2 * PICTURE + 1.5 * GAP, 22, "pictures with Ann", words, WORDS)
    write(draw, WIDTH / 2, HEIGHT - 20, SAID, quiet, SAYS)
    return image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def card(photo: Image.Image, tilt: float) -> Image.Image:
    side, edge = CARD * FINE, EDGE * FINE
    framed = Image.new("RGBA", (side + 2 * edge, side + 2 * edge), (252, 252, 250, 255))
    framed.paste(photo.resize((side, side), Image.Resampling.LANCZOS), (edge, edge))
    ImageDraw.Draw(framed).rectangle(
        (0, 0, *(part - 1 for part in framed.size)), outline=(196, 196, 196), width=2
    )
    return framed.rotate(tilt, Image.Resampling.BICUBIC, expand=True)


def rounded(picture: Image.Image) -> Image.Image:
    side = PICTURE * FINE
    mask = Image.new("L", (side, side))
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, side - 1, side - 1), 10 * FINE, fill=255)
    shown = picture.resize((side, side), Image.Resampling.LANCZOS).convert("RGBA")
    shown.putalpha(mask)
    return shown


def lay(image: Image.Image, part: Image.Image, left: float, top: float) -> None:
    image.alpha_composite(part, (round(left * FINE), round(top * FINE)))


def arrow(draw: ImageDraw.ImageDraw) -> None:
    y = (LOW + PICTURE / 2) * FINE
    left, right, head = ARROW * FINE, (ARROW + 42) * FINE, 13 * FINE
    draw.line((left, y, right - head / 2, y), fill=ACCENT, width=6 * FINE)
    draw.polygon((right, y, right - head, y - head, right - head, y + head), fill=ACCENT)


def write(draw: ImageDraw.ImageDraw, x: float, y: float, said: str, fill: Colour, size: int) -> None:
    draw.text((x * FINE, y * FINE), said, fill, ImageFont.load_default(size * FINE), anchor="mm")


def save(folder: Path) -> None:
    for theme in THEMES:
        strip(theme).save(folder / f"strip-{theme}.webp", quality=86, method=6)
