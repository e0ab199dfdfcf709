"""Draws the thumbnails of templates that start from a picture, with the people and places of recipe_thumbnails.py."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image, ImageDraw

from .recipe_thumbnails import (
    ANN,
    BLUE,
    GREEN,
    PLUM,
    RED,
    SAND,
    SIDE,
    WHITE,
    Colour,
    at,
    beach,
    cafe,
    dusk,
    garden,
    harbour,
    mountains,
    person,
    portrait,
)


def varied(scene: Callable[[], Image.Image], clothes: tuple[Colour, Colour, Colour]) -> Image.Image:
    """The same picture three times, each a little different."""
    image, wide = Image.new("RGB", (SIDE, SIDE), "white"), SIDE // 3
    for number, (worn, turn) in enumerate(zip(clothes, (-0.1, 0.0, 0.1), strict=True)):
        one = portrait(scene, worn, turn)
        left = round(SIDE * (0.34 + 0.03 * (number - 1)))
        image.paste(one.crop((left, 0, left + wide - SIDE // 100, SIDE)), (number * wide, 0))
    return image


def put_into(scene: Callable[[], Image.Image], clothes: Colour) -> Image.Image:
    """A place, where in it somebody is drawn, and who."""
    image = scene()
    person(image, ANN, clothes, x=0.66, scale=0.8, turn=-0.06)
    draw = ImageDraw.Draw(image)
    for start in range(0, 360, 20):
        draw.arc(at(0.38, 0.24, 0.94, 1.2), start, start + 11, fill=(250, 250, 250), width=10)
    return image


def enlarged(scene: Callable[[], Image.Image], clothes: Colour) -> Image.Image:
    """A picture, and behind it the same one larger."""
    image = portrait(scene, clothes, 0.0)
    small = image.resize((round(0.3 * SIDE),) * 2, Image.Resampling.LANCZOS)
    framed = Image.new("RGB", tuple(side + 24 for side in small.size), (252, 252, 250))
    framed.paste(small, (12, 12))
    image.paste(framed, (round(0.03 * SIDE), round(0.62 * SIDE)))
    return image


def mended(scene: Callable[[], Image.Image], clothes: Colour) -> Image.Image:
    """Somebody far away, and the square round their head as it is drawn again."""
    image = scene()
    person(image, ANN, clothes, x=0.26, scale=0.4)
    square = at(0.15, 0.68, 0.37, 0.9)
    close = portrait(scene, clothes, 0.0).crop(tuple(round(side) for side in at(0.14, 0.16, 0.86, 0.88)))
    framed = Image.new("RGB", (round(0.56 * SIDE),) * 2, (252, 252, 250))
    framed.paste(close.resize((round(0.54 * SIDE),) * 2, Image.Resampling.LANCZOS), (round(0.01 * SIDE),) * 2)
    image.paste(framed, (round(0.41 * SIDE), round(0.14 * SIDE)))
    ImageDraw.Draw(image).rectangle(square, outline=(252, 252, 250), width=10)
    return image


FROM_PICTURES: dict[str, Callable[[], Image.Image]] = {
    "from-picture": lambda: varied(beach, (WHITE, BLUE, RED)),
    "into-picture": lambda: put_into(mountains, RED),
    "enlarge-drawn": lambda: enlarged(garden, BLUE),
    "enlarge-model": lambda: enlarged(harbour, SAND),
    "mend-face": lambda: mended(beach, BLUE),
    "flux2-klein-from-picture": lambda: varied(dusk, (GREEN, PLUM, SAND)),
    "flux2-klein-into-picture": lambda: put_into(cafe, GREEN),
}
