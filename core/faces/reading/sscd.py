"""SSCD: whether two pictures are copies of one, cropped, toned or drawn over. A TorchScript file, run by ComfyUI's torch on the processor.

Shorter side to 288 pixels, red, green, blue less ImageNet's mean, by its deviation: as its authors say; what comes is of length 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy
from PIL import Image

from .imagenet import normalised, unit
from .interface import Maker

SHORT = 288


class SscdDescriber:
    def __init__(self, files: Mapping[str, str]) -> None:
        import torch

        torch.set_num_threads(1)
        self._torch: Any = torch
        self._network = self._torch.jit.load(files["model"], map_location="cpu").eval()

    def describe(self, pixels: Any) -> list[float]:
        image = Image.fromarray(pixels)
        scale = SHORT / min(image.size)
        small = image.resize([round(side * scale) for side in image.size], Image.Resampling.BILINEAR)
        values = normalised(numpy.asarray(small)).transpose(2, 0, 1)[None]
        with self._torch.inference_mode():
            return unit(self._network(self._torch.from_numpy(numpy.ascontiguousarray(values)))[0].numpy())


PARTS: Mapping[str, Maker] = {"copy": SscdDescriber}
