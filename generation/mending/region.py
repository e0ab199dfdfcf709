"""The square of a picture that is drawn again round a face. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...core.families.face_mending import FaceMending

#: left, top, right, bottom as shares of the picture.
Box = tuple[float, float, float, float]
#: Region and corner are whole cells of the latents that most families have: what stands in a graph is a place, not a face.
CELL = 8
#: A face in a region below this has next to nothing around it.
LEAST_SIDE = 128
#: Beside another face it may be smaller, rather than take a part of that.
LEAST_BESIDE = 64
#: The region still holds the whole face: its side in faces.
LEAST_REACH = 1.25
#: Pixels that old and new mix over at least. The outermost pixel of the region takes at most (2 / feather) squared of the new picture:
#: with 23 that is less than two grey levels of 255 where black becomes white.
LEAST_FEATHER = 23


@dataclass(frozen=True)
class Region:
    """A square of `side` pixels; the feathers are how many pixels old and new mix over at each edge, 0 where the picture ends."""

    left: int
    top: int
    side: int
    feather_left: int = 0
    feather_top: int = 0
    feather_right: int = 0
    feather_bottom: int = 0


def region_of(box: Box, size: tuple[int, int], how: FaceMending, others: Sequence[Box] = ()) -> Region:
    """Find the region round a face in a picture of `size`, which covers none of the `others` as far as that is possible."""
    face = _side(box, size)
    most = _whole(min(size))
    wanted = min(most, max(LEAST_SIDE, _whole(how.reach * face + CELL - 1)))
    least = min(wanted, max(LEAST_BESIDE, _whole(LEAST_REACH * face + CELL - 1)))
    sides = range(wanted, least - 1, -CELL)
    places = [_placed(box, size, side) for side in sides]
    free = (place for place in places if not any(_covers(place, other, size) for other in others))
    left, top, side = next(free, places[-1])
    feather = min(side // 2, max(LEAST_FEATHER, round(how.feather * side)))
    width, height = size
    return Region(
        left,
        top,
        side,
        feather if left else 0,
        feather if top else 0,
        feather if left + side < width else 0,
        feather if top + side < height else 0,
    )


def gains(region: Region, how: FaceMending) -> bool:
    """Tell whether the pass draws it larger than it is: else nothing is gained that a new picture would not have."""
    return region.side < how.side


def _side(box: Box, size: tuple[int, int]) -> float:
    width, height = size
    return max((box[2] - box[0]) * width, (box[3] - box[1]) * height)


def _whole(pixels: float) -> int:
    """Whole cells that fit; a picture smaller than one is taken as it is."""
    return int(pixels) // CELL * CELL or int(pixels)


def _placed(box: Box, size: tuple[int, int], side: int) -> tuple[int, int, int]:
    """Round the face's middle, moved into the picture."""
    left, top = (
        max(0, min(round(((box[at] + box[at + 2]) / 2 * along - side / 2) / CELL) * CELL, along - side))
        for at, along in enumerate(size)
    )
    return left, top, side


def _covers(place: tuple[int, int, int], other: Box, size: tuple[int, int]) -> bool:
    left, top, side = place
    width, height = size
    apart = (
        other[2] * width <= left
        or other[0] * width >= left + side
        or other[3] * height <= top
        or other[1] * height >= top + side
    )
    return not apart
