"""Draws the thumbnails of our recipes (ours, nothing fetched; workflow_files.py runs it)."""

from __future__ import annotations

import colorsys

from isengard.generation.image.templates import templates
from PIL import Image, ImageDraw, ImageFilter

SIZE, FINE = 512, 2
#: recipe -> (hue of the light, people as (x, hue of their clothes), photo cards behind them)
SCENES = {
    "fast-test": (0.0, [(0.5, None)], 0),
    "sd15-identity": (0.09, [(0.5, 0.58)], 0),
    "sdxl-identity": (0.55, [(0.5, 0.02)], 0),
    "flux1-dev-identity": (0.75, [(0.5, 0.13)], 0),
    "flux2-klein-identity": (0.40, [(0.5, 0.90)], 0),
    "flux2-klein-reference": (0.40, [(0.5, 0.62)], 4),
    "flux2-klein-both": (0.46, [(0.5, 0.80)], 2),
    "z-image-identity": (0.62, [(0.5, 0.30)], 0),
    "two-people": (0.12, [(0.3, 0.58), (0.7, 0.02)], 0),
}


def colour(hue: float | None, saturation: float, value: float) -> tuple[int, int, int]:
    """Grey where there is no hue: the placeholder."""
    red, green, blue = colorsys.hsv_to_rgb(hue or 0.0, 0.0 if hue is None else saturation, value)
    return round(255 * red), round(255 * green), round(255 * blue)


def scene(hue: float, people: list[tuple[float, float | None]], cards: int) -> Image.Image:
    side = SIZE * FINE
    grey = people[0][1] is None
    image = Image.new("RGB", (side, side))
    draw = ImageDraw.Draw(image)
    for y in range(side):
        share = y / side
        draw.line([(0, y), (side, y)], colour(None if grey else hue, 0.28 + 0.3 * share, 0.95 - 0.45 * share))
    light = Image.new("L", (side, side))
    ImageDraw.Draw(light).ellipse([side * 0.05, -side * 0.25, side * 0.75, side * 0.55], fill=150)
    image.paste(
        Image.new("RGB", image.size, "white"), mask=light.filter(ImageFilter.GaussianBlur(side * 0.09))
    )
    for number in range(cards):
        card(image, side * (0.05 + 0.235 * number), hue + 0.07 * number)
    for x, clothes in people:
        person(image, x * side, side * (0.8 if len(people) > 1 else 1.0), clothes)
    return image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)


def card(image: Image.Image, left: float, hue: float) -> None:
    """A small photo of somebody, as those that make a likeness without training."""
    side = image.width
    draw, top, size = ImageDraw.Draw(image), side * 0.05, side * 0.2
    draw.rounded_rectangle([left, top, left + size, top + size], side * 0.015, fill="white")
    inner = side * 0.012
    box = [left + inner, top + inner, left + size - inner, top + size - inner]
    draw.rectangle(box, fill=colour(hue % 1, 0.35, 0.75))
    middle, face = left + size / 2, size * 0.2
    draw.ellipse([middle - face, top + size * 0.2, middle + face, top + size * 0.65], fill=(236, 204, 178))
    draw.pieslice(
        [middle - 1.7 * face, top + size * 0.62, middle + 1.7 * face, top + size * 1.2],
        180,
        360,
        fill=(70, 74, 92),
    )


def person(image: Image.Image, x: float, scale: float, clothes: float | None) -> None:
    """Shoulders, neck, hair and a face without features: anybody."""
    draw = ImageDraw.Draw(image)
    unit, foot = scale * 0.1, image.height
    skin = colour(0.07 if clothes is not None else None, 0.32, 0.9)
    hair = colour(0.06 if clothes is not None else None, 0.5, 0.28)
    head = foot - 5.6 * unit
    draw.ellipse([x - 1.75 * unit, head - 1.9 * unit, x + 1.75 * unit, head + 2.1 * unit], fill=hair)
    draw.rounded_rectangle(
        [x - 0.55 * unit, head + unit, x + 0.55 * unit, foot - 2.2 * unit], unit * 0.4, fill=skin
    )
    draw.pieslice(
        [x - 3.1 * unit, foot - 3 * unit, x + 3.1 * unit, foot + 4.4 * unit], 180, 360,
        fill=colour(clothes, 0.55, 0.62),
    )  # fmt: skip
    draw.ellipse([x - 1.3 * unit, head - 1.45 * unit, x + 1.3 * unit, head + 1.75 * unit], fill=skin)
    draw.pieslice(
        [x - 1.5 * unit, head - 1.75 * unit, x + 1.5 * unit, head + 0.55 * unit], 180, 360, fill=hair
    )


def write() -> None:
    for recipe, template in templates().items():
        hue, people, cards = SCENES[recipe]
        scene(hue, people, cards).save(template.picture, quality=82, optimize=True)
