"""Draws the thumbnails of our templates: somebody drawn by us, in a scene for each model (workflow_files.py runs it).

Nobody's photo and no model's picture: which model draws what is not to be promised by a drawing either. The practice template
shows what practice makes, a placeholder.
"""

from __future__ import annotations

import colorsys
import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from isengard.generation.image.templates import templates
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

SIZE, FINE = 512, 2
SIDE = SIZE * FINE
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Look:
    """How somebody looks; the same person is the same in each picture, but for the clothes."""

    skin: Colour
    hair: Colour
    eyes: Colour
    long_hair: bool


ANN = Look((232, 188, 158), (74, 46, 34), (78, 96, 58), True)
BEN = Look((150, 102, 74), (30, 26, 26), (64, 42, 30), False)
BLUE, RED, GREEN, SAND, PLUM, WHITE = (
    (58, 96, 148),
    (168, 62, 58),
    (62, 118, 92),
    (204, 164, 106),
    (120, 66, 112),
    (232, 230, 224),
)


def shade(colour: Colour, by: float) -> Colour:
    red, green, blue = (min(255, max(0, round(part * by))) for part in colour)
    return red, green, blue


def gradient(top: Colour, bottom: Colour) -> Image.Image:
    image = Image.new("RGB", (SIDE, SIDE))
    draw = ImageDraw.Draw(image)
    for y in range(SIDE):
        share = y / SIDE
        line = tuple(round(a + (b - a) * share) for a, b in zip(top, bottom, strict=True))
        draw.line([(0, y), (SIDE, y)], fill=line)
    return image


def at(*shares: float) -> list[float]:
    return [share * SIDE for share in shares]


def blurred(image: Image.Image, share: float) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(share * SIDE))


def window() -> Image.Image:
    """A room with light from the left."""
    image = gradient((214, 192, 164), (150, 120, 96))
    draw = ImageDraw.Draw(image)
    draw.rectangle(at(0.04, 0.06, 0.4, 0.62), fill=(250, 246, 232))
    for x in (0.04, 0.21, 0.38):
        draw.rectangle(at(x, 0.06, x + 0.02, 0.62), fill=(122, 92, 70))
    draw.rectangle(at(0.04, 0.33, 0.4, 0.35), fill=(122, 92, 70))
    draw.rectangle(at(0.0, 0.62, 0.44, 0.66), fill=(134, 102, 78))
    return blurred(image, 0.008)


def beach() -> Image.Image:
    image = gradient((250, 196, 132), (236, 122, 96))
    draw = ImageDraw.Draw(image)
    draw.ellipse(at(0.62, 0.3, 0.86, 0.54), fill=(255, 240, 196))
    draw.rectangle(at(0, 0.5, 1, 0.74), fill=(70, 124, 150))
    for number in range(9):
        y = 0.52 + 0.024 * number
        draw.line(at(0.6 - 0.02 * number, y, 0.88 + 0.02 * number, y), fill=(246, 190, 150), width=6)
    draw.rectangle(at(0, 0.74, 1, 1), fill=(214, 178, 132))
    return blurred(image, 0.008)


def city() -> Image.Image:
    """Lights at night, out of focus."""
    image = gradient((26, 28, 58), (60, 36, 74))
    choice = random.Random(4)
    for _ in range(60):
        x, y, size = choice.random(), choice.random(), choice.uniform(0.02, 0.06)
        light = Image.new("RGB", image.size)
        hue = choice.choice((0.08, 0.12, 0.55, 0.9))
        red, green, blue = colorsys.hsv_to_rgb(hue, 0.55, choice.uniform(0.25, 0.6))
        fill = (round(255 * red), round(255 * green), round(255 * blue))
        ImageDraw.Draw(light).ellipse(at(x - size, y - size, x + size, y + size), fill=fill)
        image = ImageChops.screen(image, light)
    return blurred(image, 0.004)


def garden() -> Image.Image:
    image = gradient((190, 220, 160), (70, 116, 70))
    draw, choice = ImageDraw.Draw(image), random.Random(7)
    for _ in range(260):
        x, y, size = choice.random(), choice.random(), choice.uniform(0.01, 0.035)
        fill = choice.choice(((96, 150, 84), (130, 178, 98), (226, 120, 140), (244, 214, 120), (80, 130, 76)))
        draw.ellipse(at(x - size, y - size, x + size, y + size), fill=fill)
    return blurred(image, 0.012)


def mountains() -> Image.Image:
    image = gradient((126, 176, 224), (224, 236, 246))
    draw = ImageDraw.Draw(image)
    for x, peak, reach, fill in (
        (0.2, 0.2, 0.34, (120, 138, 164)),
        (0.82, 0.14, 0.4, (104, 122, 150)),
        (0.5, 0.36, 0.4, (140, 156, 178)),
    ):
        draw.polygon(at(x, peak, x - reach, 0.8, x + reach, 0.8), fill=fill)
        draw.polygon(
            at(x, peak, x - reach * 0.3, peak + 0.18, x, peak + 0.13, x + reach * 0.3, peak + 0.18),
            fill=(248, 250, 252),
        )
    draw.rectangle(at(0, 0.76, 1, 1), fill=(240, 244, 248))
    return blurred(image, 0.006)


def books() -> Image.Image:
    image = Image.new("RGB", (SIDE, SIDE), (92, 66, 48))
    draw, choice = ImageDraw.Draw(image), random.Random(2)
    for row in range(4):
        x, foot = 0.0, 0.25 * row + 0.23
        while x < 1:
            width, height = choice.uniform(0.02, 0.05), choice.uniform(0.14, 0.2)
            fill = choice.choice(
                ((150, 70, 60), (60, 96, 110), (190, 150, 90), (84, 110, 76), (120, 84, 120))
            )
            draw.rectangle(at(x, foot - height, x + width - 0.004, foot), fill=fill)
            x += width
    return blurred(image, 0.01)


def studio() -> Image.Image:
    return gradient((206, 214, 224), (142, 152, 170))


def harbour() -> Image.Image:
    """Water in the morning, and boats far off."""
    image = gradient((196, 222, 236), (250, 232, 206))
    draw = ImageDraw.Draw(image)
    draw.rectangle(at(0, 0.52, 1, 1), fill=(96, 146, 166))
    for x, high, fill in (
        (0.12, 0.24, (168, 62, 58)),
        (0.3, 0.16, (232, 230, 224)),
        (0.84, 0.28, (58, 96, 148)),
    ):
        draw.polygon(at(x, 0.52 - high, x - 0.07, 0.5, x + 0.05, 0.5), fill=fill)
        draw.polygon(at(x - 0.09, 0.51, x + 0.08, 0.51, x + 0.05, 0.55, x - 0.06, 0.55), fill=(92, 66, 48))
    for number in range(10):
        y = 0.58 + 0.04 * number
        draw.line(at(0.08 * (number % 3), y, 0.3 + 0.06 * number, y), fill=(150, 190, 202), width=5)
    return blurred(image, 0.006)


def dusk() -> Image.Image:
    """Hills behind each other after the sun has gone."""
    image = gradient((88, 70, 128), (244, 170, 130))
    draw = ImageDraw.Draw(image)
    for height, fill in ((0.56, (132, 92, 130)), (0.68, (96, 70, 112)), (0.82, (58, 48, 84))):
        points = [(x / 24, height + 0.05 * math.sin(x * 0.7 + height * 20)) for x in range(25)]
        draw.polygon(at(*(part for point in points for part in point), 1, 1, 0, 1), fill=fill)
    return blurred(image, 0.006)


def cafe() -> Image.Image:
    image = gradient((122, 84, 60), (74, 48, 38))
    for x in (0.2, 0.5, 0.8):
        glow = Image.new("RGB", image.size)
        ImageDraw.Draw(glow).ellipse(at(x - 0.16, -0.02, x + 0.16, 0.3), fill=(190, 140, 80))
        image = ImageChops.screen(image, blurred(glow, 0.05))
        draw = ImageDraw.Draw(image)
        draw.line(at(x, 0, x, 0.1), fill=(40, 30, 26), width=8)
        draw.pieslice(at(x - 0.06, 0.07, x + 0.06, 0.2), 180, 360, fill=(46, 62, 60))
        draw.ellipse(at(x - 0.025, 0.12, x + 0.025, 0.165), fill=(255, 236, 180))
    return blurred(image, 0.005)


def person(
    image: Image.Image, look: Look, clothes: Colour, x: float = 0.5, scale: float = 1.0, turn: float = 0.0
) -> None:
    """Head and shoulders; `turn` moves the face within the head."""
    layer = Image.new("RGBA", image.size)
    draw, unit = ImageDraw.Draw(layer), 0.1 * scale
    head = 1.02 - 5.4 * unit

    def oval(dx: float, dy: float, wide: float, high: float, fill: Colour) -> None:
        left, top = x + dx * unit, head + dy * unit
        box = at(left - wide * unit, top - high * unit, left + wide * unit, top + high * unit)
        draw.ellipse(box, fill=fill)

    shoulders(oval, draw, look, (x, head, unit), clothes)
    face(oval, draw, look, (x, head, unit), turn)
    fringe(draw, look, (x, head, unit))
    shadow = blurred(layer.getchannel("A"), 0.03).point(lambda part: part // 4)
    image.paste((54, 48, 48), mask=shadow)
    image.paste(layer, mask=layer)


def shoulders(
    oval: Callable[..., None],
    draw: ImageDraw.ImageDraw,
    look: Look,
    place: tuple[float, float, float],
    clothes: Colour,
) -> None:
    """Hair behind the head, neck, clothes and the head itself."""
    x, head, unit = place

    def box(left: float, top: float, right: float, bottom: float) -> list[float]:
        return at(x + left * unit, head + top * unit, x + right * unit, head + bottom * unit)

    if look.long_hair:
        draw.rounded_rectangle(box(-1.75, -0.9, 1.75, 3.0), 0.9 * unit * SIDE, fill=shade(look.hair, 0.85))
    oval(0, -0.25, 1.72, 1.95, look.hair)
    draw.rounded_rectangle(box(-0.6, 1, 0.6, 3.2), 0.4 * unit * SIDE, fill=shade(look.skin, 0.86))
    draw.pieslice(box(-3.2, 2.3, 3.2, 10), 180, 360, fill=clothes)
    draw.pieslice(box(-0.95, 1.75, 0.95, 3.35), 0, 180, fill=shade(look.skin, 0.9))
    oval(0, 0.1, 1.32, 1.7, look.skin)


def face(
    oval: Callable[..., None],
    draw: ImageDraw.ImageDraw,
    look: Look,
    place: tuple[float, float, float],
    turn: float,
) -> None:
    x, head, unit = place
    for side in (-1, 1):
        oval(side * 0.72 + turn * 0.5, 0.75, 0.3, 0.2, shade(look.skin, 0.95))
        oval(side * 0.55 + turn, -0.05, 0.25, 0.15, (250, 248, 244))
        oval(side * 0.55 + turn * 1.2, -0.04, 0.135, 0.145, look.eyes)
        oval(side * 0.55 + turn * 1.2, -0.04, 0.065, 0.07, (24, 20, 20))
        oval(side * 0.55 + turn * 1.2 - 0.04, -0.09, 0.03, 0.03, (255, 255, 255))
        brow = at(
            x + (side * 0.55 + turn - 0.32) * unit,
            head - 0.55 * unit,
            x + (side * 0.55 + turn + 0.32) * unit,
            head - 0.1 * unit,
        )
        draw.arc(brow, 205, 335, fill=shade(look.hair, 0.9), width=round(0.09 * unit * SIDE))
    oval(turn * 1.5, 0.5, 0.17, 0.12, shade(look.skin, 0.88))
    oval(turn * 1.5, 0.42, 0.12, 0.2, shade(look.skin, 0.98))
    mouth = at(x + (turn - 0.45) * unit, head + 0.55 * unit, x + (turn + 0.45) * unit, head + 1.15 * unit)
    draw.chord(mouth, 15, 165, fill=(176, 78, 78))
    draw.line(
        [
            mouth[0] + 0.06 * unit * SIDE,
            (mouth[1] + mouth[3]) / 2 + 0.07 * unit * SIDE,
            mouth[2] - 0.06 * unit * SIDE,
            (mouth[1] + mouth[3]) / 2 + 0.07 * unit * SIDE,
        ],
        fill=(140, 56, 60),
        width=round(0.05 * unit * SIDE),
    )


def fringe(draw: ImageDraw.ImageDraw, look: Look, place: tuple[float, float, float]) -> None:
    """Hair over the forehead, parted on one side."""
    x, head, unit = place
    high = 0.95 if look.long_hair else 1.05
    draw.chord(
        at(x - 1.5 * unit, head - 1.95 * unit, x + 1.1 * unit, head + high * 0.35 * unit),
        165,
        322,
        fill=look.hair,
    )
    draw.chord(
        at(x - 0.3 * unit, head - 1.95 * unit, x + 1.62 * unit, head + high * 0.3 * unit),
        205,
        15,
        fill=shade(look.hair, 1.12),
    )


def card(image: Image.Image, x: float, scene: Image.Image, clothes: Colour, tilt: float) -> None:
    """A photo of the same person, as those that a likeness is taken from; below, since the frontend puts its own words on top."""
    photo = scene.copy()
    person(photo, ANN, clothes, turn=tilt / 40)
    size, edge = round(0.21 * SIDE), round(0.012 * SIDE)
    framed = Image.new("RGBA", (size + 2 * edge, size + 4 * edge), (252, 252, 250, 255))
    framed.paste(photo.resize((size, size), Image.Resampling.LANCZOS), (edge, edge))
    turned = framed.rotate(tilt, Image.Resampling.BICUBIC, expand=True)
    image.paste(turned, (round(x * SIDE), round(0.7 * SIDE)), turned)


def labelled(image: Image.Image, label: str) -> Image.Image:
    """With the model's name: titles are cut off where the template browser is narrow."""
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(0.05 * SIDE)
    wide = draw.textlength(label, font) / SIDE
    draw.rounded_rectangle(at(0.93 - wide, 0.03, 0.97, 0.11), 0.02 * SIDE, fill=(28, 28, 36))
    draw.text(at(0.95 - wide / 2, 0.07), label, (250, 250, 250), font, anchor="mm")
    return image


def pencilled(image: Image.Image) -> Image.Image:
    """What practice makes is a stand-in: no colours, and lines across."""
    grey = image.convert("L").convert("RGB")
    lines = Image.new("RGB", image.size, "white")
    draw = ImageDraw.Draw(lines)
    for offset in range(-SIDE, SIDE, 44):
        draw.line([(offset, 0), (offset + SIDE, SIDE)], fill=(206, 206, 206), width=8)
    return Image.blend(ImageChops.multiply(grey, lines), Image.new("RGB", image.size, "white"), 0.25)


def portrait(scene: Callable[[], Image.Image], clothes: Colour, turn: float) -> Image.Image:
    image = scene()
    person(image, ANN, clothes, turn=turn)
    return image


def from_photos(scene: Callable[[], Image.Image], clothes: Colour, cards: int) -> Image.Image:
    image = scene()
    person(image, ANN, clothes, scale=0.92, turn=-0.06)
    behind = ((window, BLUE, -7), (garden, RED, 4), (beach, WHITE, -3), (mountains, GREEN, 6))
    for number, (place, worn, tilt) in enumerate(behind[:cards]):
        card(image, 0.015 + 0.238 * number, place(), worn, tilt)
    return image


def couple() -> Image.Image:
    image = cafe()
    person(image, ANN, BLUE, 0.3, 0.82, 0.1)
    person(image, BEN, SAND, 0.71, 0.86, -0.1)
    return image


def trained() -> Image.Image:
    """Photos, the person they make, and how far it is."""
    image = from_photos(evening, BLUE, 4)
    draw = ImageDraw.Draw(image)
    for right, colour in ((0.92, (32, 34, 44)), (0.6, (96, 196, 128))):
        draw.rounded_rectangle(at(0.08, 0.955, right, 0.985), 0.015 * SIDE, fill=colour)
    return image


def evening() -> Image.Image:
    return gradient((214, 206, 226), (112, 92, 136))


PICTURES: dict[str, Callable[[], Image.Image]] = {
    "fast-test": lambda: pencilled(portrait(studio, BLUE, 0.0)),
    "sd15-identity": lambda: portrait(window, BLUE, -0.08),
    "sdxl-identity": lambda: portrait(beach, WHITE, 0.06),
    "flux1-dev-identity": lambda: portrait(city, PLUM, -0.05),
    "flux2-klein-identity": lambda: portrait(garden, RED, 0.05),
    "flux2-klein-reference": lambda: from_photos(studio, PLUM, 4),
    "flux2-klein-both": lambda: from_photos(books, GREEN, 2),
    "qwen-image-reference": lambda: from_photos(harbour, SAND, 3),
    "qwen-image-both": lambda: from_photos(mountains, BLUE, 2),
    "z-image-identity": lambda: portrait(mountains, RED, 0.0),
    "qwen-image-identity": lambda: portrait(harbour, SAND, -0.04),
    "chroma-identity": lambda: portrait(dusk, GREEN, 0.04),
    "krea2-identity": lambda: portrait(cafe, GREEN, 0.04),
    "two-people": couple,
    "train-lora": trained,
}


def write() -> None:
    from .picture_thumbnails import FROM_PICTURES

    pictures = {**PICTURES, **FROM_PICTURES}
    for recipe, template in templates().items():
        _, _, label = template.title.rstrip(")").partition("(")
        large = labelled(pictures[recipe](), label)
        large.resize((SIZE, SIZE), Image.Resampling.LANCZOS).save(template.picture, quality=84, optimize=True)
