"""Copies of training photos are told from new pictures of the same person, on photographs that packages bring.

`dev.py likeness FOLDER` does the same with more people's real ones."""

# ruff: noqa: F811 - fixtures are imported by name

from __future__ import annotations

import pytest
from hosts.likeness_lab import verdicts, walls
from hosts.likeness_lab.blended import cast_of_packages
from isengard.core.faces.choosing import choose
from isengard.core.faces.tools import find_tools
from isengard.core.paths import DataPaths
from support.face_fixtures import face_tools  # noqa: F401 - fixture

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wall(face_tools):
    data = face_tools.parents[1]
    measurer = walls.Measurer(find_tools(DataPaths(data, data / "logs")))
    try:
        yield walls.measured(cast_of_packages(measurer), measurer, ("good", "mem_some", "average"))
    finally:
        measurer.close()


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
