"""Drawn pictures for tests of photos, and the shortest way to add one."""

from __future__ import annotations

import random

from PIL import Image, ImageDraw, ImageFilter


def drawing(seed: int = 0, size=(900, 700)) -> Image.Image:
    """A picture with edges everywhere, different for each seed."""
    image = Image.new("RGB", size, (40 + seed * 9 % 200, 120, 200 - seed * 7 % 150))
    draw = ImageDraw.Draw(image)
    for step in range(0, size[0], 23):
        x = (step * (seed + 3)) % size[0]
        draw.ellipse(
            (x, step % size[1], x + 60, step % size[1] + 90),
            fill=((step * 7) % 255, (step * 3 + seed * 40) % 255, 90),
        )
    return image


def photograph(seed: int, side=720) -> Image.Image:
    """Colours and edges at every size, as real scenes have."""
    chance = random.Random(seed)
    image = Image.new("RGB", (side, side), tuple(chance.randrange(60, 190) for _ in range(3)))
    marks = ImageDraw.Draw(image)
    for _ in range(260):
        size = int(side * 10 ** chance.uniform(-2.1, -0.6))
        x, y = chance.randrange(side), chance.randrange(side)
        shape = marks.ellipse if chance.random() < 0.5 else marks.rectangle
        shape(
            (x, y, x + size, y + int(size * chance.uniform(0.4, 2))),
            tuple(chance.randrange(20, 230) for _ in range(3)),
        )
    return image.filter(ImageFilter.GaussianBlur(0.5))


def saved(paths, image, name="upload", **options):
    file = paths.tmp / name
    image.save(file, **options)
    return file


def add(photos, paths, ann, seed=0, **options):
    options.setdefault("format", "JPEG")
    return photos.add(ann.id, saved(paths, drawing(seed), **options), f"IMG_{seed}.jpg")
