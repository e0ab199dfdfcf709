"""What 68 points and a picture's pixels tell beside who somebody is: angle, mouth, light, sharpness, and a print of the face.

Run by the child: numpy and Pillow, nothing of the package. Points are (x, y) in
pixels, numbered as in the iBUG 300-W annotation that dlib's predictor gives. Thresholds and figures: facts, likeness 3 and 5.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy
from PIL import Image, ImageFilter

Point = Sequence[float]
JAW_LEFT, JAW_RIGHT, NOSE_TIP = 0, 16, 30
EYE_LEFT, EYE_RIGHT = slice(36, 42), slice(42, 48)
EYE_OUTER_LEFT, EYE_OUTER_RIGHT = 36, 45
CHIN = 8
MOUTH_LEFT, MOUTH_RIGHT, LIP_TOP, LIP_BOTTOM = 48, 54, 62, 66
#: Side of the aligned face that sharpness and light are measured on, in pixels.
CHIP = 96
#: Side of its print, and the blur whose result is taken off it: what is left is edges, not light.
PRINT, PRINT_BLUR = 48, 8
#: A picture's layout: so many cells a side; its colours: so many steps a channel.
LAYOUT, COLOURS = 12, 4
#: Bright yellow in Pillow's hue, saturation and value (0-255): the raincoat of the wall's outfit scene.
YELLOW = ((28, 50), 130, 120)


def yaw(points: Sequence[Point]) -> float:
    """How far the head is turned: where the nose lies between the jaw's ends, -1 to 1, 0 for straight ahead.

    Against the angle of another detector r = 0.955 on 182 faces; below 0.15 frontal, to 0.45 three-quarter, above turned."""
    left, right, nose = (_xy(points[at]) for at in (JAW_LEFT, JAW_RIGHT, NOSE_TIP))
    jaw = right - left
    along = float(numpy.dot(nose - left, jaw) / max(float(numpy.dot(jaw, jaw)), 1e-9))
    return max(-1.0, min(1.0, 2 * along - 1))


def mouth(points: Sequence[Point]) -> tuple[float, float]:
    """(how open, how wide): the inner lips' distance by the mouth's width, and that by the distance of the eyes' outer corners."""
    width = _distance(points[MOUTH_LEFT], points[MOUTH_RIGHT])
    eyes = _distance(points[EYE_OUTER_LEFT], points[EYE_OUTER_RIGHT])
    return _distance(points[LIP_TOP], points[LIP_BOTTOM]) / max(width, 1e-9), width / max(eyes, 1e-9)


def eye_light(grey: Any, points: Sequence[Point]) -> float:
    """Brightness of the eyes by that of the cheeks below them; behind dark glasses below 0.3 (drawn ones 0.23, bare eyes from 0.30)."""
    eyes, cheeks = [], []
    for eye in (EYE_LEFT, EYE_RIGHT):
        place = numpy.asarray([_xy(point) for point in points[eye]])
        (left, top), (right, bottom) = place.min(axis=0), place.max(axis=0)
        wide = right - left
        eyes.append(_mean(grey, left, top - wide / 6, right, bottom + wide / 6))
        cheeks.append(_mean(grey, left, bottom + 0.6 * wide, right, bottom + 1.2 * wide))
    return float(numpy.mean(eyes) / max(float(numpy.mean(cheeks)), 1.0))


def sharpness(chip: Any) -> float:
    """Variance of the Laplacian of a grey chip; below 150 the face is out of focus (76 % of those found, 1 % false)."""
    grey = chip.astype(numpy.float32)
    edges = (
        grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * grey[1:-1, 1:-1]
    )  # the four neighbours less the middle
    return float(edges.var())


def light(chip: Any) -> tuple[float, float]:
    """(mean of a grey chip 0-255, by how much one side is brighter: left by right, above 1)."""
    half = chip.shape[1] // 2
    sides = sorted((float(chip[:, :half].mean()) + 1, float(chip[:, -half:].mean()) + 1))
    return float(chip.mean()), sides[1] / sides[0]


def clothes(pixels: Any, points: Sequence[Point]) -> list[int]:
    """Colour below the chin, where clothes are: the middle one of a field as wide as the face, [red, green, blue]; [] where the
    picture ends before half of it."""
    left, right, chin = (_xy(points[at]) for at in (JAW_LEFT, JAW_RIGHT, CHIN))
    width = float(numpy.linalg.norm(right - left))
    top, bottom = chin[1] + 0.6 * width, chin[1] + 1.7 * width
    if (top + bottom) / 2 > pixels.shape[0]:
        return []
    start, end = max(0, int(chin[0] - 0.6 * width)), max(0, int(chin[0] + 0.6 * width))
    part = pixels[max(0, int(top)) : max(0, int(bottom)), start:end].reshape(-1, 3)
    return [int(value) for value in numpy.median(part, axis=0)] if len(part) else []


def face_print(chip: Any) -> bytes:
    """A face's own edges, 48 x 48 half floats: grey, less its blur, within an oval, mean 0, length 1; zeros for a plain one.

    The dot product of two is their normalised cross-correlation."""
    small = Image.fromarray(chip).resize((PRINT, PRINT), Image.Resampling.BOX)
    values = numpy.asarray(small, numpy.float32)
    values = values - numpy.asarray(small.filter(ImageFilter.GaussianBlur(PRINT_BLUR)), numpy.float32)
    within = _oval(PRINT)
    values = numpy.where(within, values - values[within].mean(), 0)
    length = float(numpy.linalg.norm(values))
    return bytes((values / length if length > 1e-6 else 0 * values).astype("<f2").tobytes())


def scene_of(picture: Image.Image) -> dict[str, Any]:
    """Measure a whole picture: {"layout": 432 floats, mean 0; "colours": 64 shares; "yellow": share of bright yellow}."""
    cells = numpy.asarray(picture.resize((LAYOUT, LAYOUT), Image.Resampling.BOX), numpy.float32)
    layout = (cells - cells.mean(axis=(0, 1))).ravel()
    small = picture.resize((128, 128), Image.Resampling.BOX)
    steps = numpy.asarray(small, numpy.int32) * COLOURS // 256
    bins = (steps[..., 0] * COLOURS + steps[..., 1]) * COLOURS + steps[..., 2]
    shares = numpy.bincount(bins.ravel(), minlength=COLOURS**3) / bins.size
    hue, saturation, value = (numpy.asarray(band) for band in small.convert("HSV").split())
    (low, high), least_saturation, least_value = YELLOW
    yellow = (hue >= low) & (hue <= high) & (saturation > least_saturation) & (value > least_value)
    return {
        "layout": [round(float(one), 1) for one in layout],
        "colours": [round(float(one), 4) for one in shares],
        "yellow": round(float(yellow.mean()), 4),
    }


def measured(pixels: Any, points: Sequence[Point], chip: Any) -> dict[str, Any]:
    """All of one face, as the child answers it: `pixels` RGB of the picture, `chip` RGB of the aligned face."""
    grey = numpy.asarray(Image.fromarray(pixels).convert("L"))
    aligned = numpy.asarray(Image.fromarray(chip).convert("L"))
    opened, wide = mouth(points)
    mean, side = light(aligned)
    return {
        "yaw": round(yaw(points), 3),
        "mouth_open": round(opened, 3),
        "mouth_wide": round(wide, 3),
        "eye_light": round(eye_light(grey, points), 3),
        "sharpness": round(sharpness(aligned), 1),
        "light": round(mean, 1),
        "side_light": round(side, 3),
        "clothes": clothes(pixels, points),
        "print": base64.b64encode(face_print(aligned)).decode("ascii"),
    }


def _xy(point: Point) -> Any:
    return numpy.asarray(point, numpy.float64)


def _distance(one: Point, other: Point) -> float:
    return float(numpy.linalg.norm(_xy(one) - _xy(other)))


def _mean(grey: Any, left: float, top: float, right: float, bottom: float) -> float:
    """Of a box, as far as it lies in the picture; the picture's where it lies outside."""
    part = grey[max(0, int(top)) : max(0, int(bottom) + 1), max(0, int(left)) : max(0, int(right) + 1)]
    return float((part if part.size else grey).mean())


def _oval(side: int) -> Any:
    """A head's shape in a square: as high as it, nine tenths as wide."""
    at = (numpy.arange(side) - (side - 1) / 2) / (side / 2)
    return (at[None, :] / 0.9) ** 2 + at[:, None] ** 2 <= 1
