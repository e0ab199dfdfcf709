"""dlib: faces by histograms of gradients, 68 points, and 128 numbers of a residual network. The default, from the package registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .interface import Found, Maker, Marked

#: The detector's own confidence; real faces were seen down to 0.2, mistakes up to 0.13.
LEAST_CONFIDENCE = 0.2
#: What may be a face: somebody whom the picture's edge cuts was seen at -0.42, as small as from 37 pixels.
PERHAPS = -0.5
#: What the network was trained on: a square of so many pixels, with so much room around the face.
CHIP, PADDING = 150, 0.25


class HogDetector:
    #: A quarter less time. Of 268 faces of 36 to 50 pixels grey showed 268 and colours 265, of 92 of 104 to 130 pixels in photos of
    #: 3,600 grey 89 and colours 90.
    again_in_grey = True

    def __init__(self, files: Mapping[str, str]) -> None:
        self._detect = _dlib().get_frontal_face_detector()

    def find(self, pixels: Any, *, larger: bool) -> list[Found]:
        return self._run(pixels, int(larger), LEAST_CONFIDENCE)

    def perhaps(self, pixels: Any) -> list[Found]:
        return self._run(pixels, 1, PERHAPS)

    def _run(self, pixels: Any, doubled: int, least: float) -> list[Found]:
        boxes = self._detect.run(pixels, doubled, least)[0]
        return [Found(box.left(), box.top(), box.right(), box.bottom()) for box in boxes]


class ShapeMarker:
    def __init__(self, files: Mapping[str, str]) -> None:
        self._dlib = _dlib()
        self._predict = self._dlib.shape_predictor(files["landmarks"])

    def mark(self, pixels: Any, found: Found) -> Marked:
        shape = self._predict(pixels, _box(found))
        return Marked(found, [(part.x, part.y) for part in shape.parts()])

    def chip(self, pixels: Any, marked: Marked, side: int, padding: float) -> Any:
        return self._dlib.get_face_chip(pixels, _shape(marked), side, padding)


class ResNetDescriber:
    def __init__(self, files: Mapping[str, str]) -> None:
        self._dlib = _dlib()
        self._describe = self._dlib.face_recognition_model_v1(files["describer"])

    def align(self, pixels: Any, marked: Marked) -> Any:
        return self._dlib.get_face_chip(pixels, _shape(marked), CHIP, PADDING)

    def describe(self, chip: Any) -> list[float]:
        return [float(value) for value in self._describe.compute_face_descriptor(chip)]


PARTS: Mapping[str, Maker] = {"detector": HogDetector, "marker": ShapeMarker, "describer": ResNetDescriber}


def _dlib() -> Any:
    import _dlib_pybind11

    return _dlib_pybind11


def _box(found: Found) -> Any:
    return _dlib().rectangle(*(round(edge) for edge in (found.left, found.top, found.right, found.bottom)))


def _shape(marked: Marked) -> Any:
    dlib = _dlib()
    return dlib.full_object_detection(
        _box(marked.found), [dlib.point(round(x), round(y)) for x, y in marked.points]
    )
