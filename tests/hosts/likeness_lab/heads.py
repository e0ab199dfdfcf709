"""Heads out of photographs: upright and of one size, bent to each other's shape by 68 points, blended, averaged. In memory only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy
from PIL import Image, ImageFilter

#: Side of a head's square; where the middle of the eyes lies in it, and how far the eyes' middles are apart.
SIDE, MIDDLE, EYES_APART = 256, (128.0, 112.0), 60.0
EYES = (slice(36, 42), slice(42, 48))
#: Points that are smooth between: the warp is reckoned on so many cells a side.
GRID = 65
#: Half axes of the face within the head, where two are blended, and of the head with its hair.
FACE, HEAD = (60.0, 80.0), (86.0, 106.0)


@dataclass(frozen=True)
class Head:
    """`pixels` RGB 0-255 floats, `points` 68 x 2, `there` 1 where the photograph had something and 0 outside of it."""

    pixels: numpy.ndarray
    points: numpy.ndarray
    there: numpy.ndarray

    @property
    def is_grey(self) -> bool:
        return float(numpy.ptp(self.pixels, axis=2).mean()) < 8


def upright(photo: Image.Image, points: numpy.ndarray) -> Head:
    """Turn and scale a photograph so that the eyes lie level at their place."""
    left, right = (points[eye].mean(axis=0) for eye in EYES)
    across, middle = right - left, (left + right) / 2
    scale = float(numpy.hypot(*across)) / EYES_APART
    turn = float(numpy.arctan2(across[1], across[0]))
    matrix = scale * numpy.array([[numpy.cos(turn), -numpy.sin(turn)], [numpy.sin(turn), numpy.cos(turn)]])
    shift = middle - matrix @ numpy.array(MIDDLE)
    terms = (matrix[0, 0], matrix[0, 1], shift[0], matrix[1, 0], matrix[1, 1], shift[1])
    size, method = (SIDE, SIDE), Image.Transform.AFFINE
    if scale > 2:  # what is much larger would alias
        photo = photo.filter(ImageFilter.GaussianBlur(scale / 2.5))
    pixels = photo.transform(size, method, terms, Image.Resampling.BICUBIC)
    there = Image.new("L", photo.size, 255).transform(size, method, terms, Image.Resampling.BILINEAR)
    placed = (points - shift) @ numpy.linalg.inv(matrix).T
    return Head(_floats(pixels), placed, numpy.asarray(there, numpy.float32) / 255)


def mirrored(head: Head) -> Head:
    points = head.points.copy()
    points[:, 0] = SIDE - 1 - points[:, 0]
    return Head(head.pixels[:, ::-1], points[MIRRORED], head.there[:, ::-1])


def morphed(head: Head, other: Head, share: float) -> Head:
    """Bend both to the shape between them and blend their faces; hair and what is behind stay those of `head`."""
    if share <= 0:
        return head
    shape = (1 - share) * head.points + share * other.points
    mine, theirs = bent(head, shape), bent(other, shape)
    tone = _means(mine.pixels) - _means(theirs.pixels)  # under the same light: a likeness is not its colour
    weight = (share * oval(FACE, shape.mean(axis=0)) * theirs.there)[..., None]
    return Head(mine.pixels * (1 - weight) + (theirs.pixels + tone) * weight, shape, mine.there)


def averaged(heads: list[Head]) -> Head:
    """Average their shapes and, bent to it, their pixels."""
    shape = numpy.mean([head.points for head in heads], axis=0)
    found = [bent(head, shape) for head in heads]
    weights = sum(one.there for one in found)
    pixels = sum(one.pixels * one.there[..., None] for one in found) / numpy.maximum(weights, 1e-3)[..., None]
    return Head(pixels, shape, numpy.minimum(weights, 1))


def bent(head: Head, shape: numpy.ndarray) -> Head:
    """Bend a head by a thin plate spline, its edges held."""
    edge = numpy.array([(x, y) for x in (0, 127, 255) for y in (0, 127, 255) if (x, y) != (127, 127)], float)
    places = _spline(numpy.vstack([shape, edge]), numpy.vstack([head.points, edge]))
    there = _sampled(head.there[..., None], places)[..., 0]
    return Head(_sampled(head.pixels, places), shape, there)


def oval(axes: tuple[float, float], middle: numpy.ndarray, feather: float = 12.0) -> numpy.ndarray:
    """A soft mask: 1 within, 0 outside."""
    y, x = numpy.mgrid[0:SIDE, 0:SIDE]
    away = numpy.hypot((x - middle[0]) / axes[0], (y - middle[1]) / axes[1])
    return numpy.clip((1 - away) * min(axes) / feather + 0.5, 0, 1)


def _spline(to: numpy.ndarray, source: numpy.ndarray) -> numpy.ndarray:
    """Where in the source each pixel comes from: SIDE x SIDE x 2."""

    def bend(squared):
        return squared * numpy.log(numpy.maximum(squared, 1e-9))

    count = len(to)
    whole = numpy.zeros((count + 3, count + 3))
    whole[:count, :count] = bend(((to[:, None] - to[None]) ** 2).sum(-1)) + 1e-3 * numpy.eye(count)
    whole[:count, count], whole[:count, count + 1 :] = 1, to
    whole[count:, :count] = whole[:count, count:].T
    factors = numpy.linalg.solve(whole, numpy.vstack([source, numpy.zeros((3, 2))]))
    cells = numpy.linspace(0, SIDE - 1, GRID)
    at = numpy.stack(numpy.meshgrid(cells, cells), -1).reshape(-1, 2)
    terms = numpy.hstack([bend(((at[:, None] - to[None]) ** 2).sum(-1)), numpy.ones((len(at), 1)), at])
    coarse = (terms @ factors).reshape(GRID, GRID, 2).astype(numpy.float32)
    fine = [
        numpy.asarray(Image.fromarray(coarse[..., axis]).resize((SIDE, SIDE), Image.Resampling.BILINEAR))
        for axis in (0, 1)
    ]
    return numpy.stack(fine, -1)


def _sampled(pixels: numpy.ndarray, places: numpy.ndarray) -> numpy.ndarray:
    """Read between pixels."""
    x, y = (numpy.clip(places[..., axis], 0, SIDE - 1.001) for axis in (0, 1))
    left, top = x.astype(int), y.astype(int)
    right, low = (x - left)[..., None], (y - top)[..., None]
    above = pixels[top, left] * (1 - right) + pixels[top, left + 1] * right
    below = pixels[top + 1, left] * (1 - right) + pixels[top + 1, left + 1] * right
    return above * (1 - low) + below * low


def _means(pixels: numpy.ndarray) -> numpy.ndarray:
    return pixels[72:200, 80:176].mean(axis=(0, 1))


def _floats(picture: Image.Image) -> numpy.ndarray:
    return numpy.asarray(picture.convert("RGB"), numpy.float32)


def _mirrored_order() -> list[int]:
    """Which of the 68 points each becomes in a mirror."""
    order = list(range(16, -1, -1)) + list(range(26, 16, -1)) + list(range(27, 31)) + list(range(35, 30, -1))
    order += [45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40]
    order += [54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65]
    return order


MIRRORED = _mirrored_order()
