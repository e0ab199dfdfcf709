"""DINOv2: how a picture looks as a whole, told by the first token of a vision transformer, as a vector of length 1.

Shorter side to 256 pixels (bicubic), the middle 224 x 224, red, green, blue less ImageNet's mean, by its deviation: so the
preprocessor beside the published weights says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy
from PIL import Image

from .imagenet import normalised, unit
from .interface import Maker
from .onnx_network import OnnxNetwork

SHORT, SIDE = 256, 224


class Dinov2Describer:
    def __init__(self, files: Mapping[str, str]) -> None:
        self._network = OnnxNetwork(files["model"])

    def describe(self, pixels: Any) -> list[float]:
        image = Image.fromarray(pixels)
        scale = SHORT / min(image.size)
        image = image.resize([round(side * scale) for side in image.size], Image.Resampling.BICUBIC)
        left, top = ((side - SIDE) // 2 for side in image.size)
        middle = numpy.asarray(image.crop((left, top, left + SIDE, top + SIDE)))
        return unit(self._network.run(normalised(middle), ["last_hidden_state"])[0][0, 0])


PARTS: Mapping[str, Maker] = {"variety": Dinov2Describer}
