"""What networks that were first trained on ImageNet want of a picture, and vectors of length 1."""

from __future__ import annotations

from typing import Any

import numpy

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def normalised(pixels: Any) -> Any:
    """Take ImageNet's mean of each colour off a picture's, of 0 to 1, and divide by its deviation."""
    return (pixels.astype(numpy.float32) / 255 - numpy.asarray(MEAN, "f4")) / numpy.asarray(DEVIATION, "f4")


def unit(values: Any) -> list[float]:
    """Scale a vector to length 1."""
    return [float(value) for value in values / max(float(numpy.linalg.norm(values)), 1e-9)]
