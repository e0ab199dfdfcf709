"""Describers trained as ArcFace is: a face of 112 pixels, turned so that its five points lie where they always do, becomes a vector.

Red, green, blue from -1 to 1. Two vectors are compared by their cosine; told is half a unit vector, so that the Euclidean distance of
two is sqrt((1 - cosine) / 2): 0 for one face, 1 at most, in the very order of their cosines.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy

from .five_points import five_of, turned
from .interface import Maker, Marked
from .onnx_network import OnnxNetwork

SIDE = 112
#: Eyes, nose, mouth's corners, in pixels: the places that ArcFace's authors align to.
PLACES = ((38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041))
_MIDDLE = 127.5


class ArcFaceDescriber:
    def __init__(self, files: Mapping[str, str]) -> None:
        self._network = OnnxNetwork(files["model"])

    def align(self, pixels: Any, marked: Marked) -> Any:
        return turned(pixels, five_of(marked), PLACES, SIDE)

    def describe(self, chip: Any) -> list[float]:
        values = self._network.run((chip.astype(numpy.float32) - _MIDDLE) / _MIDDLE)[0].ravel()
        length = float(numpy.linalg.norm(values))
        return [float(value) for value in values / max(2 * length, 1e-9)]


PARTS: Mapping[str, Maker] = {"describer": ArcFaceDescriber}
