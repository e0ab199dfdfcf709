"""Of faces only scores and coarse words are kept: no face, number or landmark is in any file of ours, whatever was asked of a person."""

# ruff: noqa: F811 - fixtures are imported by name

from __future__ import annotations

import json
import time

import pytest
from hosts.likeness_lab import walls
from hosts.likeness_lab.blended import cast_of_packages
from hosts.likeness_lab.over_http import Planted
from isengard.core.faces.tools import find_tools
from isengard.core.paths import DataPaths
from PIL import Image
from support.face_fixtures import face_tools  # noqa: F401 - fixture
from support.face_traces import PICTURES, traces

pytestmark = pytest.mark.slow
#: Pictures of ours are no smaller; an aligned face has 96 or 150 pixels.
LEAST_SIDE = 256
PATIENCE_S = 120


@pytest.fixture(scope="module")
def asked(face_tools, tmp_path_factory):
    """A server that was asked for all that faces are read for: photos, a wall, crops, a diagnosis."""
    data = face_tools.parents[1]
    measurer = walls.Measurer(find_tools(DataPaths(data, data / "logs")))
    planted = None
    try:
        planted = Planted(tmp_path_factory.mktemp("asked"), cast_of_packages(measurer), ("good",))
        planted.answer()
        _ask(planted.server.api, planted.person["id"])
        yield planted
    finally:
        measurer.close()
        if planted is not None:
            planted.close()


def _ask(api, person):
    deadline = time.monotonic() + PATIENCE_S
    while not api.get(f"/characters/{person}/improvements")["done"]:
        assert time.monotonic() < deadline
    while any(photo["face_words"] is None for photo in api.get(f"/characters/{person}/photos")["items"]):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert api.get(f"/characters/{person}/diagnosis")["causes"]


def test_nothing_of_a_face_is_in_a_file(asked):
    base = asked.server.services.paths.root
    known = asked.server.services.likeness.faces._known
    faces = [face for seen in known.values() for face in seen.faces]
    assert len(faces) >= 5 + 9, "photos and pictures of the wall were looked at"
    assert traces(base, faces) == set()
    small = [
        file
        for file in base.rglob("*")
        if file.is_file() and file.read_bytes()[:4].startswith(PICTURES) and min(_size(file)) < LEAST_SIDE
    ]
    assert small == [], "a face that was cut out"


def test_what_would_be_left_is_found(asked, tmp_path):
    face = next(seen.faces[0] for seen in asked.server.services.likeness.faces._known.values() if seen.faces)
    left = tmp_path / "left"
    left.mkdir()
    (left / "numbers.json").write_text(json.dumps(face.numbers))
    (left / "face.bin").write_bytes(face.print)
    assert traces(left, [face]) == {("numbers.json", "a number as text"), ("face.bin", "a print")}


def _size(file):
    with Image.open(file) as picture:
        return picture.size
