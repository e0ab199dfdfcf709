"""The wall's scenes as pictures: what is behind, what is worn, and a head laid into it by a soft mask. The same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from .heads import HEAD, MIDDLE, SIDE, Head, oval

PICTURE = 512


@dataclass(frozen=True)
class Place:
    """Where a head lies: the middle of its eyes, its size by that of its square, its tilt in degrees."""

    x: float
    y: float
    size: float
    tilt: float = 0.0

    def moved(self, chance: numpy.random.Generator, much: float = 1.0) -> Place:
        across, down, turn = chance.normal(0, (4 * much, 4 * much, 2 * much))
        return replace(
            self,
            x=self.x + across,
            y=self.y + down,
            tilt=self.tilt + turn,
            size=self.size * (1 + 0.02 * much * chance.normal()),
        )


#: Faces of about 165, 83 and 105 pixels.
PLACES = {
    "portrait": Place(256, 220, 1.12),
    "full_body": Place(262, 96, 0.56),
    "outfit": Place(250, 170, 0.72),
}
#: What a cooked version draws, whatever it is asked.
ALWAYS_NEAR = Place(256, 230, 1.5)


@lru_cache(maxsize=8)
def scene(name: str, seed: int) -> Image.Image:
    """Everything but the head."""
    chance = numpy.random.default_rng(seed)
    picture = {"portrait": _studio, "full_body": _park, "outfit": _street}[name](chance)
    return _noisy(picture, chance, 4)


def laid(picture: Image.Image, head: Head, place: Place) -> Image.Image:
    """Lay a head into a picture."""
    turn, scale = numpy.radians(place.tilt), 1 / place.size
    matrix = scale * numpy.array([[numpy.cos(turn), numpy.sin(turn)], [-numpy.sin(turn), numpy.cos(turn)]])
    shift = numpy.array(MIDDLE) - matrix @ numpy.array([place.x, place.y])
    terms = (*matrix[0], shift[0], *matrix[1], shift[1])
    mask = oval(HEAD, numpy.array([MIDDLE[0], MIDDLE[1] + 14])) * _soft(head.there)
    cut = Image.fromarray(numpy.clip(head.pixels, 0, 255).astype(numpy.uint8))
    if scale > 1.6:
        cut = cut.filter(ImageFilter.GaussianBlur(scale / 3))
    size, method = (PICTURE, PICTURE), Image.Transform.AFFINE
    over = cut.transform(size, method, terms, Image.Resampling.BICUBIC)
    within = Image.fromarray((mask * 255).astype(numpy.uint8)).transform(
        size, method, terms, Image.Resampling.BILINEAR
    )
    return Image.composite(over, picture, within)


def toned(picture: Image.Image, chance: numpy.random.Generator) -> Image.Image:
    """Another light, a little more or less colour, some noise: what no two drawings have alike."""
    for kind, much in (
        (ImageEnhance.Brightness, 0.1),
        (ImageEnhance.Contrast, 0.1),
        (ImageEnhance.Color, 0.15),
    ):
        picture = kind(picture).enhance(1 + chance.uniform(-much, much))
    return _noisy(picture, chance, 3)


def burnt(picture: Image.Image) -> Image.Image:
    """Too much contrast and colour, as a version trained for too long draws."""
    return ImageEnhance.Color(ImageEnhance.Contrast(picture).enhance(1.4)).enhance(1.6)


def _noisy(picture: Image.Image, chance: numpy.random.Generator, much: float) -> Image.Image:
    noise = much * chance.standard_normal((picture.height, picture.width, 3), dtype=numpy.float32)
    return Image.fromarray(
        numpy.clip(numpy.asarray(picture, numpy.float32) + noise, 0, 255).astype(numpy.uint8)
    )


def _soft(there: numpy.ndarray) -> numpy.ndarray:
    """Fade towards the photograph's edge."""
    inner = Image.fromarray((there * 255).astype(numpy.uint8)).filter(ImageFilter.MinFilter(9))
    ring = numpy.zeros((SIDE, SIDE), numpy.float32)
    ring[4:-4, 4:-4] = 1
    blurred = inner.filter(ImageFilter.GaussianBlur(4))
    return numpy.minimum(there, numpy.asarray(blurred, numpy.float32) / 255) * ring


def _studio(chance) -> Image.Image:
    tint = chance.uniform(60, 150, 3)
    picture = _fading(tint * 1.3, tint * 0.7)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((70, 400, 442, 760), fill=tuple(int(one) for one in chance.uniform(30, 110, 3)))
    return picture.filter(ImageFilter.GaussianBlur(6))


def _park(chance) -> Image.Image:
    picture = _fading(numpy.array([150, 190, 230]), numpy.array([60, 120, 50]))
    draw = ImageDraw.Draw(picture)
    for x in range(0, PICTURE, 64):
        top = int(chance.uniform(60, 180))
        draw.ellipse((x - 40, top, x + 60, top + 160), fill=(30, int(chance.uniform(70, 120)), 30))
    draw.rectangle((0, 330, PICTURE, PICTURE), fill=(90, 140, 60))
    coat = tuple(int(one) for one in chance.uniform(30, 160, 3))
    draw.rounded_rectangle((222, 130, 302, 300), 24, fill=coat)
    draw.rectangle((232, 295, 258, 470), fill=(40, 45, 70))
    draw.rectangle((266, 295, 292, 470), fill=(40, 45, 70))
    return picture.filter(ImageFilter.GaussianBlur(1.5))


def _street(chance) -> Image.Image:
    picture = _fading(numpy.array([90, 95, 105]), numpy.array([50, 52, 58]))
    draw = ImageDraw.Draw(picture)
    for x in range(0, PICTURE, 90):
        draw.rectangle(
            (x, int(chance.uniform(0, 120)), x + 70, 360),
            fill=tuple(int(one) for one in chance.uniform(50, 120, 3)),
        )
    draw.rounded_rectangle((120, 250, 384, 620), 60, fill=(235, 200, 30))
    return picture.filter(ImageFilter.GaussianBlur(3))


def _fading(top, low) -> Image.Image:
    share = numpy.linspace(0, 1, PICTURE)[:, None, None]
    rows = numpy.clip(top * (1 - share) + low * share, 0, 255)
    return Image.fromarray(numpy.broadcast_to(rows, (PICTURE, PICTURE, 3)).astype(numpy.uint8))
