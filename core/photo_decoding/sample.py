"""Drawn photos of somebody who does not exist, for trying everything out. Pillow only; loaded by the child by path."""

from __future__ import annotations

import math
import random

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

SIDE = 768
#: Numbers that are drawn with something wrong, so that the findings can be seen: too small, too dark, blurred.
SMALL, DARK, BLURRED = 9, 10, 11
_SKIN, _HAIR = (224, 182, 148), (70, 46, 32)
_SHIRTS = ((46, 92, 140), (150, 60, 70), (60, 120, 84), (196, 150, 60))
_Colour = tuple[int, int, int]


def draw(number: int) -> Image.Image:
    """The same person each time: other place, light, pose and expression."""
    choice = random.Random(number)
    image = Image.new("RGB", (SIDE, SIDE))
    _room(ImageDraw.Draw(image), choice, number)
    scale = choice.uniform(0.62, 1.15)
    centre = (SIDE / 2 + choice.uniform(-80, 80), SIDE * 0.44 + choice.uniform(-40, 40))
    _person(ImageDraw.Draw(image), choice, centre, scale, shirt=_SHIRTS[number % len(_SHIRTS)])
    noise = Image.effect_noise((SIDE, SIDE), 26).convert("RGB")
    photo = Image.blend(image.filter(ImageFilter.SMOOTH), noise, 0.06)
    if number == SMALL:
        return photo.resize((SIDE // 2, SIDE // 2))
    if number == DARK:
        return ImageEnhance.Brightness(photo).enhance(0.28)
    return photo.filter(ImageFilter.GaussianBlur(7)) if number == BLURRED else photo


def _room(draw: ImageDraw.ImageDraw, choice: random.Random, number: int) -> None:
    for y in range(SIDE):
        shade = [int(c + 60 * y / SIDE) for c in (40 + 14 * number % 120, 90 + 30 * math.sin(number), 120)]
        draw.line((0, y, SIDE, y), fill=(_byte(shade[0]), _byte(shade[1]), _byte(shade[2])))
    for _ in range(30):
        x, y, size = choice.randrange(SIDE), choice.randrange(SIDE), choice.randrange(20, 90)
        draw.rectangle((x, y, x + size, y + size), outline=(200, 200, 200), width=2)


def _person(
    draw: ImageDraw.ImageDraw,
    choice: random.Random,
    centre: tuple[float, float],
    scale: float,
    *,
    shirt: _Colour,
) -> None:
    cx, cy = centre

    def oval(x: float, y: float, w: float, h: float, *, fill: _Colour) -> None:
        left, top = cx + x * scale, cy + y * scale
        draw.ellipse((left - w * scale, top - h * scale, left + w * scale, top + h * scale), fill=fill)

    oval(0, 330, 250, 190, fill=shirt)
    oval(0, -40, 175, 215, fill=_HAIR)
    oval(0, 10, 140, 185, fill=_SKIN)
    turn = choice.uniform(-22, 22)
    for side in (-1, 1):
        oval(side * 55 + turn, -20, 20, 12 + choice.uniform(-4, 3), fill=(250, 250, 250))
        oval(side * 55 + turn * 1.3, -20, 9, 10, fill=(50, 90, 70))
    oval(turn, 40, 14, 30, fill=(206, 160, 126))
    smile = choice.uniform(0, 40)
    box = (cx + (turn - 50) * scale, cy + 75 * scale, cx + (turn + 50) * scale, cy + (115 + smile) * scale)
    draw.arc(box, 20, 160, fill=(150, 60, 60), width=max(4, int(9 * scale)))


def _byte(value: int) -> int:
    return max(0, min(255, value))
