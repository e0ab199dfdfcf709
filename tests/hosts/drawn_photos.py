"""Photos of the woman on our templates' thumbnails, who does not exist: whom the README's pictures show in place of anybody real."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from .recipe_thumbnails import (
    ANN,
    BLUE,
    GREEN,
    PLUM,
    RED,
    SAND,
    WHITE,
    Colour,
    beach,
    books,
    cafe,
    city,
    dusk,
    evening,
    garden,
    harbour,
    mountains,
    person,
    studio,
    window,
)

NAME = "Ann"
SCENES: tuple[Callable[[], Image.Image], ...] = (
    *(window, beach, garden, cafe, mountains, books),
    *(harbour, city, dusk, studio, evening),
)
CLOTHES: tuple[Colour, ...] = (BLUE, WHITE, RED, GREEN, SAND, PLUM)


def photo(number: int) -> Image.Image:
    """Another place, other clothes, nearer or farther away; the same each time."""
    choice = random.Random(number)
    image = SCENES[number % len(SCENES)]()
    clothes = CLOTHES[(number + number // len(CLOTHES)) % len(CLOTHES)]
    where, size, turn = choice.uniform(0.4, 0.6), choice.uniform(0.62, 1.2), choice.uniform(-0.12, 0.12)
    person(image, ANN, clothes, where, size, turn)
    return image


def write(folder: Path, count: int) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"ann_{number:02d}.jpg" for number in range(count)]
    for number, file in enumerate(files):
        photo(number).save(file, quality=90)
    return files
