"""Drawn faces as sample photos. Run with an environment that has Pillow: drawings.py FOLDER COUNT."""

from __future__ import annotations

import math
import random
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

SIDE = 768
SKIN, HAIR, SHIRTS = (
    (224, 182, 148),
    (70, 46, 32),
    ((46, 92, 140), (150, 60, 70), (60, 120, 84), (196, 150, 60)),
)


def face(number: int) -> Image.Image:
    """The same person each time: other place, light, pose and expression."""
    choice = random.Random(number)
    image = Image.new("RGB", (SIDE, SIDE))
    draw = ImageDraw.Draw(image)
    for y in range(SIDE):
        shade = [int(c + 60 * y / SIDE) for c in (40 + 14 * number % 120, 90 + 30 * math.sin(number), 120)]
        draw.line((0, y, SIDE, y), fill=tuple(max(0, min(255, c)) for c in shade))
    for _ in range(30):
        x, y, size = choice.randrange(SIDE), choice.randrange(SIDE), choice.randrange(20, 90)
        draw.rectangle((x, y, x + size, y + size), outline=(200, 200, 200), width=2)
    scale = choice.uniform(0.7, 1.15)
    cx, cy = SIDE / 2 + choice.uniform(-80, 80), SIDE * 0.44 + choice.uniform(-40, 40)

    def oval(x: float, y: float, w: float, h: float, fill: tuple[int, int, int]) -> None:
        left, top = cx + x * scale, cy + y * scale
        draw.ellipse((left - w * scale, top - h * scale, left + w * scale, top + h * scale), fill=fill)

    oval(0, 330, 250, 190, SHIRTS[number % len(SHIRTS)])
    oval(0, -40, 175, 215, HAIR)
    oval(0, 10, 140, 185, SKIN)
    turn = choice.uniform(-22, 22)
    for side in (-1, 1):
        oval(side * 55 + turn, -20, 20, 12 + choice.uniform(-4, 3), (250, 250, 250))
        oval(side * 55 + turn * 1.3, -20, 9, 10, (50, 90, 70))
    oval(turn, 40, 14, 30, (206, 160, 126))
    smile = choice.uniform(0, 40)
    box = [cx + (turn - 50) * scale, cy + 75 * scale, cx + (turn + 50) * scale, cy + (115 + smile) * scale]
    draw.arc(box, 20, 160, fill=(150, 60, 60), width=max(4, int(9 * scale)))
    noise = Image.effect_noise((SIDE, SIDE), 26).convert("RGB")
    return Image.blend(image.filter(ImageFilter.SMOOTH), noise, 0.06)


if __name__ == "__main__":
    for index in range(int(sys.argv[2])):
        face(index).save(Path(sys.argv[1]) / f"sample_{index:02d}.jpg", quality=92)
