"""The seam behind likeness: what finds faces, what marks and what describes one, and what describes a whole picture.

An adapter is a module beside this one with `PARTS`: for each role that it can fill, what makes it from the files of its model.
Pictures are RGB arrays (height, width, 3) of bytes, points are (x, y) in their pixels, everything lives in memory only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

#: Roles of a face, each filled once, and of a whole picture, each of which may be empty.
FACE_ROLES = ("detector", "marker", "describer")
PICTURE_ROLES = ("copy", "variety")

Point = tuple[float, float]
#: What makes a part of the files of its model, by the names that its record gives them.
Maker = Callable[[Mapping[str, str]], Any]


@dataclass(frozen=True)
class Found:
    """A face as it was found: the outermost pixels that belong to it, and five points where the detector tells them: the eye on
    the left of the picture, the other eye, the nose's tip, the mouth's corner on the left, the other one."""

    left: float
    top: float
    right: float
    bottom: float
    five: tuple[Point, ...] = ()

    @property
    def width(self) -> float:
        return self.right - self.left + 1

    @property
    def height(self) -> float:
        return self.bottom - self.top + 1


@dataclass(frozen=True)
class Marked:
    """A face with its 68 points, numbered as in iBUG 300-W."""

    found: Found
    points: Sequence[Point]


class Detector(Protocol):
    """Finder of faces. `again_in_grey`: the second look, for small faces, is given grey pixels."""

    again_in_grey: bool

    def find(self, pixels: Any, *, larger: bool) -> list[Found]:
        """Find all; `larger`: look for smaller ones too, which takes longer."""

    def perhaps(self, pixels: Any) -> list[Found]:
        """Find what may be a face, too: cut by the picture's edge, turned, small. Many are none."""


class Marker(Protocol):
    """Marker of 68 points: where eyes, nose, mouth and jaw are."""

    def mark(self, pixels: Any, found: Found) -> Marked: ...

    def chip(self, pixels: Any, marked: Marked, side: int, padding: float) -> Any:
        """Turn the face upright: a square of so many pixels, with so much room around it as a share of the face."""


class Describer(Protocol):
    """Describer of one face: by numbers whose Euclidean distance is 0 for one picture and at most 1."""

    def align(self, pixels: Any, marked: Marked) -> Any:
        """Turn the face as this model was trained to see it."""

    def describe(self, chip: Any) -> list[float]: ...


class PictureDescriber(Protocol):
    """Describer of a whole picture, whoever is in it: a vector of length 1, by cosine."""

    def describe(self, pixels: Any) -> list[float]: ...
