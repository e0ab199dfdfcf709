"""Stands in for dlib where pictures show nobody: every picture has one face in its middle, about as alike to any other as two photos
of one person are. Imported by the reading child in place of the real one, which finds no face in a tiny model's pictures."""

import hashlib
import math

import numpy

#: Two faces lie 0.4 apart: 128 numbers of this length, drawn by the pixels.
LENGTH = 0.4 / math.sqrt(2)


class rectangle:
    def __init__(self, left, top, right, bottom):
        self._edges = left, top, right, bottom

    left, top, right, bottom = (lambda self, at=at: self._edges[at] for at in range(4))


class point:
    def __init__(self, x, y):
        self.x, self.y = x, y


class full_object_detection:
    def __init__(self, box, points):
        self.rect, self._points = box, points

    def parts(self):
        return self._points


class get_frontal_face_detector:
    def run(self, pixels, again, least):
        high, wide = pixels.shape[:2]
        return [rectangle(wide // 4, high // 4, 3 * wide // 4, 3 * high // 4)], [1.0], [0]


def shape_predictor(file):
    return lambda pixels, box: full_object_detection(box, [point(*place) for place in _places(box)])


def get_face_chip(pixels, shape, side, padding):
    box = shape.rect
    rows = numpy.linspace(box.top(), box.bottom() - 1, side).astype(int).clip(0, pixels.shape[0] - 1)
    columns = numpy.linspace(box.left(), box.right() - 1, side).astype(int).clip(0, pixels.shape[1] - 1)
    return pixels[rows][:, columns]


class face_recognition_model_v1:
    def __init__(self, file):
        pass

    def compute_face_descriptor(self, chip):
        seed = int.from_bytes(hashlib.sha256(chip.tobytes()).digest()[:8], "big")
        values = numpy.random.default_rng(seed).standard_normal(128)
        return values * LENGTH / numpy.linalg.norm(values)


def _places(box):
    """68 points of a face that looks straight ahead, as shares of its box."""
    width, height = box.right() - box.left(), box.bottom() - box.top()
    jaw = [
        (0.5 - 0.5 * math.cos(math.pi * n / 16), 0.35 + 0.6 * math.sin(math.pi * n / 16)) for n in range(17)
    ]
    brows = [(0.15 + 0.075 * n, 0.25) for n in range(5)] + [(0.55 + 0.075 * n, 0.25) for n in range(5)]
    nose = [(0.5, 0.35 + 0.07 * n) for n in range(4)] + [(0.4 + 0.05 * n, 0.6) for n in range(5)]
    eyes = [
        (middle + 0.06 * math.cos(a), 0.37 + 0.02 * math.sin(a)) for middle in (0.3, 0.7) for a in _turns(6)
    ]
    lips = [
        (0.5 + wide * math.cos(a), 0.75 + wide * 0.2 * math.sin(a))
        for wide, n in ((0.15, 12), (0.1, 8))
        for a in _turns(n)
    ]
    return [(box.left() + x * width, box.top() + y * height) for x, y in jaw + brows + nose + eyes + lips]


def _turns(count):
    """Around once, beginning on the left."""
    return [math.pi + 2 * math.pi * n / count for n in range(count)]
