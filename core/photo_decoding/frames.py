"""Bars and screenshots' frames round a picture. Pillow and numpy; loaded by the child by path.

A frame's lines have one colour, as even as only a program draws it, except for what is written on it; where the picture
begins, most of a line is of other colours at once. A plain wall or a sky is less even, and what stands before it comes
in gradually: neither is taken for a frame.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

#: Pixels of each line that are looked at.
SAMPLES = 512
#: Steps of 255 by which a channel of one colour differs at most (what JPEG leaves of an even colour).
EVEN = 8
#: Share of a frame's line that is of its colour (the rest are letters and icons).
MOSTLY = 0.4
#: Where the picture begins, so many lines before are of the frame's colour at least, and so many after it at most; between
#: them a JPEG may have smeared the edge.
BEFORE, STILL, AFTER, BEGUN, SMEAR = 5, 0.85, 6, 0.5, 8
#: A frame's first lines have its colour all over, and it is at least so thick, as a share of the side.
PLAIN, LEAST = 0.98, 0.015
#: The picture is at least such a share of each side.
LEAST_LEFT = 0.25
#: Thickest other line within a frame (a separator), as a share of the side.
SEPARATOR = 0.004
ROUNDS = 3
Array = np.ndarray[Any, np.dtype[Any]]


def within_frame(image: Image.Image) -> list[int] | None:
    """Left, top, right and bottom of the picture within its frame, None where it has none."""
    pixels = np.asarray(image, np.int16)
    left, top, right, bottom = whole = (0, 0, image.width, image.height)
    for _ in range(ROUNDS):  # bars of a film within a screenshot's frame
        before = (left, top, right, bottom)
        rows = _sampled(pixels[top:bottom, left:right])
        above, below = _thickness(rows), _thickness(rows[::-1])
        top, bottom = top + above, bottom - below
        columns = _sampled(pixels[top:bottom, left:right].swapaxes(0, 1))
        before_it, after_it = _thickness(columns), _thickness(columns[::-1])
        left, right = left + before_it, right - after_it
        if (left, top, right, bottom) == before:
            break
    if (left, top, right, bottom) == whole:
        return None
    if right - left < LEAST_LEFT * image.width or bottom - top < LEAST_LEFT * image.height:
        return None
    return [left, top, right, bottom]


def _sampled(lines: Array) -> Array:
    """The lines with at most SAMPLES pixels each."""
    return lines[:, :: max(1, lines.shape[1] // SAMPLES)]


def _thickness(lines: Array) -> int:
    """How many of the first lines are a frame."""
    colour = np.median(lines[0], axis=0)
    off = np.abs(lines - colour).max(axis=2)
    of_it, like_it = (off <= EVEN).mean(axis=1), (off <= 2 * EVEN).mean(axis=1)
    if of_it[: max(2, round(LEAST * len(lines) / 2))].min() < PLAIN:
        return 0
    ends = _last_line(of_it)
    of_sum, like_sum = (np.concatenate([[0.0], np.cumsum(share)]) for share in (of_it, like_it))
    first = max(BEFORE + SMEAR, round(LEAST * len(lines)))
    starts = np.arange(first, min(ends + SMEAR, len(lines) - AFTER) + 1)
    before = (of_sum[starts - SMEAR] - of_sum[starts - SMEAR - BEFORE]) / BEFORE
    after = (like_sum[starts + AFTER] - like_sum[starts]) / AFTER
    steps = starts[(before >= STILL) & (after <= BEGUN)]
    if not len(steps):
        return 0
    start = int(steps[-1]) - SMEAR
    return start + int(np.argmax(of_it[start : start + SMEAR + AFTER] <= BEGUN))


def _last_line(of_it: Array) -> int:
    """Where lines begin that no frame has, a separator left aside; the number of lines where all may be a frame's."""
    separator = max(1, round(SEPARATOR * len(of_it)))
    run = 0
    for at, share in enumerate(of_it):
        run = run + 1 if share < MOSTLY else 0
        if run > separator:
            return at - separator
    return len(of_it)
