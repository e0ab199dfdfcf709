"""Comparing pictures by their pixels: PNG files of the same pixels differ by their metadata."""

from __future__ import annotations

from pathlib import Path


def mean_difference(one: Path, other: Path) -> float:
    """Mean absolute difference of two pictures of one size, in 8-bit RGB steps (0 to 255)."""
    import numpy as np
    from PIL import Image

    with Image.open(one, formats=("PNG",)) as a, Image.open(other, formats=("PNG",)) as b:
        first, second = (np.asarray(image.convert("RGB"), dtype=np.int16) for image in (a, b))
    if first.shape != second.shape:
        raise ValueError("the pictures differ in size")
    return float(np.abs(first - second).mean())
