"""How a photo looks: brightness, sharpness, a perceptual hash. Pillow and numpy; loaded by the child by path."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image, ImageFilter, ImageStat

#: Measures are taken on a copy of this longest side at most, so that they mean the same for every photo.
MEASURED_SIDE = 512
HASH_SIDE = 8
#: Sharpness is measured in tiles of about this side; what counts is the tile that so many per cent are not sharper than: a
#: portrait whose background is out of focus on purpose is a sharp photo.
TILE_SIDE, SHARP_TILE = 64, 90
#: From this grey on nothing is left of what was there.
_BURNT_FROM = 250
_LAPLACE = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)


def shrunk(
    image: Image.Image, side: int, resample: Image.Resampling = Image.Resampling.BICUBIC
) -> Image.Image:
    """A small copy as `thumbnail` makes it, without a copy of the whole picture first."""
    share = side / max(image.size)
    if share >= 1:
        return image
    width, height = (max(1, round(length * share)) for length in image.size)
    return image.resize((width, height), resample, reducing_gap=2.0)


def measure(image: Image.Image) -> dict[str, Any]:
    """`brightness` 0-255, `burnt` (share of the middle that is white), `sharpness` (variance of the Laplacian in the sharper tiles), `phash` (64-bit difference hash in hex)."""
    gray = shrunk(image, MEASURED_SIDE).convert("L")
    return {
        "brightness": round(ImageStat.Stat(gray).mean[0], 2),
        "burnt": round(_burnt(gray), 3),
        "sharpness": round(_sharpness(gray), 2),
        "phash": difference_hash(gray),
    }


def _sharpness(gray: Image.Image) -> float:
    edges = gray.filter(_LAPLACE)
    inner = edges.crop((1, 1, max(2, edges.width - 1), max(2, edges.height - 1)))
    pixels = np.asarray(inner, np.float32)
    down, across = (max(1, round(length / TILE_SIDE)) for length in pixels.shape)
    tiles = [
        float(tile.var())
        for band in np.array_split(pixels, down, axis=0)
        for tile in np.array_split(band, across, axis=1)
    ]
    return float(np.percentile(tiles, SHARP_TILE))


def _burnt(gray: Image.Image) -> float:
    """Of the middle half in each direction: a white wall around a person is no fault."""
    width, height = gray.size
    counts = gray.crop((width // 4, height // 4, width - width // 4, height - height // 4)).histogram()
    return sum(counts[_BURNT_FROM:]) / max(1, sum(counts))


def difference_hash(gray: Image.Image) -> str:
    """A hash of one bit per neighbouring pair on an 9 x 8 copy: alike for crops and re-saves of one picture."""
    small = gray.resize((HASH_SIDE + 1, HASH_SIDE), Image.Resampling.LANCZOS)
    values = list(small.tobytes())
    bits = 0
    for row in range(HASH_SIDE):
        for column in range(HASH_SIDE):
            at = row * (HASH_SIDE + 1) + column
            bits = bits << 1 | (values[at] > values[at + 1])
    return f"{bits:016x}"
