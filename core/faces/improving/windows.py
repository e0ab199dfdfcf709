"""Where a crop lies: whole heads only. Pure; boxes are left, top, right, bottom in pixels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from ..face import Face, Shares

Box = tuple[int, int, int, int]
#: A head is the face's box, grown by these shares of its height: hair, both sides, chin.
HEAD_UP, HEAD_ASIDE, HEAD_DOWN = 0.6, 0.35, 0.2
#: Somebody else's head is kept away from by so much more, as a share of their face: a face's box is never quite exact.
CLEARANCE = 0.2
#: The shapes that are tried, width by height, and how far a crop gets smaller before there is none.
_SHAPES = (1.0, 0.8, 0.7)
_SCALES = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55)


def face_box(face: Face, width: int, height: int) -> Box:
    """The face in pixels of a picture of this size."""
    return in_pixels(face.box, width, height)


def in_pixels(box: Shares, width: int, height: int) -> Box:
    left, top, right, bottom = box
    return round(left * width), round(top * height), round(right * width), round(bottom * height)


def head_of(face: Box, within: Box) -> Box:
    """The head as far as it is in the picture."""
    left, top, right, bottom = face
    high = bottom - top
    grown = (
        left - HEAD_ASIDE * high,
        top - HEAD_UP * high,
        right + HEAD_ASIDE * high,
        bottom + HEAD_DOWN * high,
    )
    low = [max(round(value), limit) for value, limit in zip(grown[:2], within[:2], strict=True)]
    high_end = [min(round(value), limit) for value, limit in zip(grown[2:], within[2:], strict=True)]
    return low[0], low[1], high_end[0], high_end[1]


def cleared(head: Box, face: Box) -> Box:
    """Somebody else's head with the room that is kept around it."""
    room = round(CLEARANCE * (face[3] - face[1]))
    return head[0] - room, head[1] - room, head[2] + room, head[3] + room


def contains(outer: Box, inner: Box) -> bool:
    return all(outer[at] <= inner[at] for at in (0, 1)) and all(outer[at] >= inner[at] for at in (2, 3))


def apart(one: Box, other: Box) -> bool:
    return one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def size_of(box: Box) -> tuple[int, int]:
    return box[2] - box[0], box[3] - box[1]


def window(
    within: Box, head: Box, *, middle: float, top: float, side: float, least: int, others: Sequence[Box]
) -> Box | None:
    """The crop that comes nearest to a square of this side, middle and top: it holds all of the head, none of the others
    even in part, and its shorter side has at least so many pixels. None where there is no such crop."""
    wide, high = size_of(within)
    for scale, shape in product(_SCALES, _SHAPES):
        width = min(round(side * scale * shape), wide)
        height = min(round(side * scale), high)
        if min(width, height) < least:
            continue
        ideal = (middle - width / 2, top + (side - side * scale) * 0.3)
        places = product(
            _starts(head, within, others, at=0, length=width, ideal=ideal[0]),
            _starts(head, within, others, at=1, length=height, ideal=ideal[1]),
        )
        boxes = [(left, up, left + width, up + height) for left, up in places]
        fit = [box for box in boxes if all(apart(box, other) for other in others)]
        if fit:
            return min(fit, key=lambda box: abs(box[0] - ideal[0]) + abs(box[1] - ideal[1]))
    return None


def _starts(
    head: Box, within: Box, others: Sequence[Box], *, at: int, length: int, ideal: float
) -> Iterator[int]:
    """Where a crop of this length may begin: the ideal place, and beside each of the others."""
    low, high = max(within[at], head[at + 2] - length), min(within[at + 2] - length, head[at])
    if low > high:
        return
    yield max(low, min(high, round(ideal)))
    for other in others:
        for start in (other[at + 2], other[at] - length):
            if low <= start <= high:
                yield start
