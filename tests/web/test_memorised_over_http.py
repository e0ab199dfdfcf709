"""A wall of all nine kinds of versions through the routes and the real reader: what memorised or is cooked is never chosen, and it is said
why. With photographs that packages bring; `dev.py likeness FOLDER --http FILE` does it with 28 walls of real people."""

# ruff: noqa: F811 - fixtures are imported by name

from __future__ import annotations

import pytest
from hosts.likeness_lab import http_report, over_http, walls
from hosts.likeness_lab.blended import APART, cast_of_packages
from hosts.likeness_lab.kinds import FIT, KINDS
from isengard.core.faces.tools import find_tools
from isengard.core.paths import DataPaths
from support.face_fixtures import face_tools  # noqa: F401 - fixture

pytestmark = [pytest.mark.full, pytest.mark.slow]
#: By which nothing is a copy.
NEVER = (0.0, 1.0)


@pytest.fixture(scope="module")
def answers(face_tools, tmp_path_factory):
    """By the server's own thresholds, and by none."""
    data = face_tools.parents[1]
    measurer = walls.Measurer(find_tools(DataPaths(data, data / "logs")))
    try:
        cast = cast_of_packages(measurer, APART)
    finally:
        measurer.close()
    return over_http.asked(cast, tmp_path_factory.mktemp("walls"), NEVER)


def test_an_honest_version_is_best_and_the_others_are_told_why_not(answers, capsys):
    answer = answers[0]
    text, holds = http_report.report([answer], "photographs of packages")
    with capsys.disabled():
        print(f"\n{text}", *http_report.walls([answer]), sep="\n")
    assert holds and answer.best in FIT
    for kind in ("mem_face", "mem_whole", "mem_some", "cooked_copy"):
        assert "copies" in answer.faults[kind], kind
    assert answer.faults[answer.best] == []
    parts = {"likeness", "own_photos", "copied", "told", "flexible", "low", "high", "measured"}
    assert parts <= set(answer.scores["good"])
    assert set(answer.scores) == set(KINDS)


def test_it_is_the_thresholds_that_tell_a_copy(answers):
    blind = answers[1]
    assert not any(picture.copied for picture in blind.pictures)
    assert not any("copies" in faults for faults in blind.faults.values())
