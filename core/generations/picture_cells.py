"""What parts of a picture have to do with each other: how noise is told from anything that somebody would call a picture."""

from __future__ import annotations

from typing import Any

#: Cells along each side between which structure is looked for.
CELLS = 16


def structure_of(cells: Any) -> float:
    """Likeness of neighbouring cells of a grid, as a correlation: about 0 for noise, 1 for one colour all over."""
    import numpy as np

    values = np.asarray(cells, dtype=np.float64)
    if float(np.ptp(values)) == 0.0:
        return 1.0
    pairs = ((values[:, 1:], values[:, :-1]), (values[1:], values[:-1]))
    return max(_correlation(one.ravel(), other.ravel()) for one, other in pairs)


def _correlation(one: Any, other: Any) -> float:
    """0 where one side is the same all over: it says nothing of the other."""
    import numpy as np

    if np.ptp(one) == 0.0 or np.ptp(other) == 0.0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])
