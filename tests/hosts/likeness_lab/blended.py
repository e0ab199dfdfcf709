"""Somebody with several photographs where only packages bring any: no package brings enough of one person, so they are one woman's face, each
time blended with another stranger's."""

from __future__ import annotations

from pathlib import Path

from hosts import fixtures
from PIL import Image

from .heads import morphed
from .kinds import Cast, Photo
from .scenes import PLACES, laid, scene
from .walls import Measurer

#: How much of somebody else is in each of her photos: they are 0.65 alike then, as photos of one day are.
OTHERS = 0.35
#: 0.62, nearly as photos of one person are (0.60): a copy of one stands out from the others as it does there.
APART = 0.4


def cast_of_packages(measurer: Measurer, others: float = OTHERS) -> Cast:
    """Three photos trained, two held back, one unseen."""
    her, *_ = _people(measurer, fixtures.photograph())
    strangers = [photo for file in fixtures.other_people().values() for photo in _people(measurer, file)]
    photos: list[Photo] = []
    for number, stranger in enumerate(strangers[:6]):
        head = morphed(her.head, stranger.head, others)
        photos += measurer.people(laid(scene("portrait", number), head, PLACES["portrait"]))
    return Cast("her", 7, photos[:3], photos[3:5], photos[5:], strangers[4:7], strangers[:1])


def _people(measurer: Measurer, file: Path) -> list[Photo]:
    with Image.open(file) as opened:
        return measurer.people(opened.convert("RGB"))
