"""Whether two pictures are parts of one photograph: crops, mirrored, brighter or darker. Pillow and numpy; loaded by the child by path.

Small marked places of both are matched; where some agree on one size and shift, the two are laid over each other and compared
field by field. So another pose before the same wall is another photograph, and the same face in another place too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

#: Longest side of what is compared.
SIDE = 256
#: How much smaller each level is than the one before, and how many there are: crops down to a quarter of the width.
_STEP, _LEVELS = 0.8, 7
_PLACES = 50
_PATCH, _CELLS = 16, 8
_ALIKE = 0.85
#: Matches that agree, and how closely, in pixels of the larger picture.
_AGREE, _NEAR = 5, 5.0
_MATCHES, _APART, _TRIES = 40, 20, 5
#: Side of the common part as it is compared, its fields, the least share of the smaller picture it must have.
_COMMON, _FIELDS, _LEAST_COMMON = 64, 4, 0.2
#: Correlation of a field that shows the same, and the share of fields with something in them that must.
_SAME, _MOST = 0.8, 0.85
#: Spread of the grey in a field below which there is nothing to compare.
_FLAT = 4.0
#: Brightest channel and sum of the channels between which a colour tells something; how much colours may differ.
_BURNT, _BLACK, _COLOUR = 240, 90, 0.011
Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Marks:
    """A picture as it is compared: small, its marked places (x, y in its pixels, size) and what they look like."""

    small: Image.Image
    places: Array
    looks: Array
    mirrored: Array


def marks_of(image: Image.Image) -> Marks:
    share = SIDE / max(image.size)
    size = (max(1, round(image.width * share)), max(1, round(image.height * share)))
    picture = image.convert("RGB").resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    gray = picture.convert("L")
    places, looks = [], []
    for level in range(_LEVELS):
        scale = _STEP**level
        width, height = round(size[0] * scale), round(size[1] * scale)
        if min(width, height) < 2 * _PATCH:
            break
        small = gray.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2.0)
        pixels = np.asarray(small.filter(ImageFilter.GaussianBlur(1)), np.float32)
        corners = _corners(pixels)
        looks_of, usable = _looks(pixels, corners)
        looks.append(looks_of[usable])
        at = corners[usable][:, ::-1] / scale
        places.append(np.column_stack([at, np.full(len(at), 1 / scale)]))
    look = np.concatenate(looks) if looks else np.empty((0, _CELLS, _CELLS), np.float32)
    place = np.concatenate(places) if places else np.empty((0, 3))
    flat = (len(look), _CELLS * _CELLS)
    return Marks(picture, place, look.reshape(flat), look[:, :, ::-1].reshape(flat))


def same_shot(one: Marks, other: Marks) -> bool:
    return _covers(one, other, mirrored=False) or _covers(one, other, mirrored=True)


def _corners(pixels: Array) -> Array:
    """(y, x) where the picture changes in both directions, strongest first, not close together."""
    dy, dx = np.gradient(pixels)
    xx, yy, xy = _summed(dx * dx), _summed(dy * dy), _summed(dx * dy)
    strength = (xx + yy) / 2 - np.sqrt(((xx - yy) / 2) ** 2 + xy**2)
    edge = _PATCH // 2
    inner = strength[edge:-edge, edge:-edge]
    best = _along_both(np.maximum, inner, 3)
    peaks = np.argwhere((inner >= best) & (inner > 1.0))
    order = np.argsort(-inner[peaks[:, 0], peaks[:, 1]])[:_PLACES]
    return peaks[order] + edge


def _summed(values: Array) -> Array:
    """Over 5 x 5 pixels."""
    return _along_both(np.add, values, 2)


def _along_both(combine: np.ufunc, values: Array, reach: int) -> Array:
    """Each value with those up to `reach` away in both directions, beginning anew at the other side; one longer copy for each
    direction, and no shifted ones."""
    for axis in (0, 1):
        lines = values.swapaxes(0, axis)
        count = len(lines)
        around = np.concatenate([lines[-reach:], lines, lines[:reach]])
        combined = lines.copy()
        for move in range(1, reach + 1):
            combine(combined, around[reach - move :][:count], out=combined)
            combine(combined, around[reach + move :][:count], out=combined)
        values = combined.swapaxes(0, axis)
    return values


def _looks(pixels: Array, corners: Array) -> tuple[Array, Array]:
    """What places look like whatever their light is, one mean and one spread, and which of them are not flat."""
    half, cell = _PATCH // 2, _PATCH // _CELLS
    window = np.lib.stride_tricks.sliding_window_view(pixels, (_PATCH, _PATCH))
    patches = window[corners[:, 0] - half, corners[:, 1] - half]
    small = patches.reshape(-1, _CELLS, cell, _CELLS, cell).mean((2, 4))
    small = small - small.mean((1, 2), keepdims=True)
    length = np.sqrt((small**2).sum((1, 2), keepdims=True))
    return small / np.maximum(length, 1e-6), length.ravel() > _FLAT


def _covers(one: Marks, other: Marks, *, mirrored: bool) -> bool:
    if not len(one.places) or not len(other.places):
        return False
    alike = one.looks @ (other.mirrored if mirrored else other.looks).T
    nearest = alike.argmax(1)
    rows = np.flatnonzero(alike[np.arange(len(nearest)), nearest] > _ALIKE)
    if len(rows) < _AGREE:  # of most pairs: the rest is not looked at
        return False
    rows = rows[alike[:, nearest[rows]].argmax(0) == rows]
    rows = rows[np.argsort(-alike[rows, nearest[rows]])[:_MATCHES]]
    if len(rows) < _AGREE:
        return False
    here, there = one.places[rows], other.places[nearest[rows]].copy()
    small = other.small
    if mirrored:
        small = small.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        there[:, 0] = small.width - there[:, 0]
    return any(_same_common(one.small, small, *fit) for fit in _fits(here, there))


def _fits(here: Array, there: Array) -> list[tuple[float, float, float]]:
    """(scale, x, y) that lead from one picture into the other, those with the most agreement first.

    Two places that are apart give the scale: it must be about that of the levels they were found on.
    """
    first, second = np.triu_indices(len(here), 1)
    apart, moved = here[second, :2] - here[first, :2], there[second, :2] - there[first, :2]
    length = np.hypot(apart[:, 0], apart[:, 1])
    scale = (apart * moved).sum(1) / np.maximum(length, 1) ** 2
    size = there[first, 2] / here[first, 2]
    sound = (length > _APART) & (scale > 0.15) & (np.abs(np.log(np.maximum(scale, 0.01) / size)) < 0.4)
    scale, first = scale[sound], first[sound]
    shift = there[first, :2] - scale[:, None] * here[first, :2]
    x, y = (scale[:, None] * here[:, at] + shift[:, at, None] - there[:, at] for at in (0, 1))
    near = (_NEAR * np.maximum(1.0, scale)) ** 2
    agree = (x * x + y * y < near[:, None]).sum(1)
    best = [at for at in np.argsort(-agree)[:_TRIES] if agree[at] >= _AGREE]
    return [(float(scale[at]), float(shift[at, 0]), float(shift[at, 1])) for at in best]


def _same_common(one: Image.Image, other: Image.Image, scale: float, x: float, y: float) -> bool:
    """Lay one over the other and compare what both show."""
    left, top = max(0.0, -x / scale), max(0.0, -y / scale)
    right = min(float(one.width), (other.width - x) / scale)
    bottom = min(float(one.height), (other.height - y) / scale)
    common = (right - left) * (bottom - top)
    least = min(one.width * one.height, other.width * other.height / scale**2)
    if right - left < 16 or bottom - top < 16 or common < _LEAST_COMMON * least:
        return False
    a = _part(one, (left, top, right, bottom))
    b = _part(other, (left * scale + x, top * scale + y, right * scale + x, bottom * scale + y))
    return _same_colours(a, b) and _same_fields(_grey(a), _grey(b))


def _part(picture: Image.Image, box: tuple[float, float, float, float]) -> Array:
    """Red, green and blue of a part, a row each."""
    bounded = (max(0.0, box[0]), max(0.0, box[1]), min(picture.width, box[2]), min(picture.height, box[3]))
    part = picture.resize((_COMMON, _COMMON), Image.Resampling.BILINEAR, box=bounded, reducing_gap=2.0)
    pixels = np.asarray(part.filter(ImageFilter.GaussianBlur(1)), np.float32)
    return np.ascontiguousarray(pixels.reshape(-1, 3).T)


def _same_colours(one: Array, other: Array) -> bool:
    """Whatever the light is; pixels that are burnt or black in one of them tell nothing."""
    sums = one[0] + one[1] + one[2], other[0] + other[1] + other[2]
    brightest = np.maximum(one, other)
    brightest = np.maximum(np.maximum(brightest[0], brightest[1]), brightest[2])
    telling = (brightest < _BURNT) & (np.minimum(*sums) > _BLACK)
    count = int(np.count_nonzero(telling))
    if count < _LEAST_COMMON * telling.size:
        return True
    apart = np.abs(one / np.maximum(sums[0], 1) - other / np.maximum(sums[1], 1))
    apart = (apart[0] + apart[1] + apart[2]) * telling
    differ = float(apart.sum()) / (3 * count)
    return differ < _COLOUR


def _grey(part: Array) -> Array:
    grey: Array = part.mean(0).reshape(_COMMON, _COMMON)
    return grey


def _same_fields(one: Array, other: Array) -> bool:
    a, b = _fields(one), _fields(other)
    spread = a.std(1), b.std(1)
    low, high = np.minimum(*spread), np.maximum(*spread)
    telling = (low >= _FLAT) | (high >= 3 * _FLAT)
    together = ((a - a.mean(1, keepdims=True)) * (b - b.mean(1, keepdims=True))).mean(1)
    same = telling & (low > 0.5) & (together > _SAME * low * high)
    return bool(telling.sum() >= _FIELDS and same.sum() >= _MOST * telling.sum())


def _fields(grey: Array) -> Array:
    """Pixels of each field, a row each."""
    step = _COMMON // _FIELDS
    rows: Array = grey.reshape(_FIELDS, step, _FIELDS, step).swapaxes(1, 2).reshape(_FIELDS**2, step**2)
    return rows
