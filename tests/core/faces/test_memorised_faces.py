"""Copies of training photos are told from new pictures of the same person, on photographs that packages bring.

No package brings enough photographs of one person: hers are one woman's face, each time blended with another stranger's
(`dev.py likeness FOLDER` does the same with real ones, and more)."""

# ruff: noqa: F811 - fixtures are imported by name

from __future__ import annotations

import pytest
from hosts import fixtures
from hosts.likeness_lab import kinds, verdicts, walls
from hosts.likeness_lab.heads import morphed
from hosts.likeness_lab.scenes import PLACES, laid, scene
from isengard.core.faces.choosing import choose
from isengard.core.faces.tools import find_tools
from isengard.core.paths import DataPaths
from PIL import Image
from support.face_fixtures import face_tools  # noqa: F401 - fixture

pytestmark = pytest.mark.slow
#: How much of somebody else is in each of her photos: as unlike each other as photos of one person are.
OTHERS = 0.35


@pytest.fixture(scope="module")
def wall(face_tools):
    data = face_tools.parents[1]
    measurer = walls.Measurer(find_tools(DataPaths(data, data / "logs")))
    try:
        yield _measured(measurer)
    finally:
        measurer.close()


def _measured(measurer):
    her, *_ = _people(measurer, fixtures.photograph())
    strangers = [photo for file in fixtures.other_people().values() for photo in _people(measurer, file)]
    photos = []
    for number, stranger in enumerate(strangers[:6]):
        head = morphed(her.head, stranger.head, OTHERS)
        photos += measurer.people(laid(scene("portrait", number), head, PLACES["portrait"]))
    cast = kinds.Cast("her", 7, photos[:3], photos[3:5], photos[5:], strangers[4:7], strangers[:1])
    return walls.measured(cast, measurer, ("good", "mem_some", "average"))


def _people(measurer, file):
    with Image.open(file) as opened:
        return measurer.people(opened.convert("RGB"))


def test_copies_are_caught_and_nothing_else_is(wall):
    found = verdicts.signs_of([wall])
    told = {(one.kind, one.copies, one.told()) for one in found}
    assert told == {
        ("good", False, False),
        ("mem_some", True, True),
        ("mem_some", False, False),
        ("average", False, False),
    }


def test_the_honest_version_is_best_whatever_came_first(wall):
    rows = [verdicts.row_of(wall, kind) for kind in ("good", "mem_some")]
    for order in (rows, rows[::-1]):
        choice = choose(order, verdicts.yardstick(wall).own)
        assert choice.best == "good" and choice.faults["mem_some"] == ("copies",)
