"""Comparing pictures by their pixels: PNG files of the same pixels differ by their metadata."""

from __future__ import annotations

from pathlib import Path

#: Cells along each side between which structure is looked for, as nodes/pixels.py does to tell noise.
_CELLS = 16


def structure(file: Path) -> float:
    """How alike neighbouring parts of a picture are, as a correlation: about 0 for noise, 1 for one colour all over."""
    import numpy as np
    from PIL import Image

    with Image.open(file, formats=("PNG",)) as image:
        small = image.convert("L").resize((_CELLS, _CELLS), Image.Resampling.BOX)
    cells = np.asarray(small, dtype=np.float64)
    if float(np.ptp(cells)) == 0.0:
        return 1.0
    pairs = ((cells[:, 1:], cells[:, :-1]), (cells[1:], cells[:-1]))
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(
            max(np.nan_to_num(np.corrcoef(one.ravel(), other.ravel())[0, 1]) for one, other in pairs)
        )


def mean_difference(one: Path, other: Path) -> float:
    """Mean absolute difference of two pictures of one size, in 8-bit RGB steps (0 to 255)."""
    import numpy as np
    from PIL import Image

    with Image.open(one, formats=("PNG",)) as a, Image.open(other, formats=("PNG",)) as b:
        first, second = (np.asarray(image.convert("RGB"), dtype=np.int16) for image in (a, b))
    if first.shape != second.shape:
        raise ValueError("the pictures differ in size")
    return float(np.abs(first - second).mean())
