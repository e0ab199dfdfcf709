"""LoKr: a layer's change as the Kronecker product of two matrices, each whole or made of two narrow ones (KohakuBlueleaf's LyCORIS)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

Shape = tuple[int, ...]
_FACTOR = re.compile(r"(.+)\.lokr_(w1|w2|w1_a|w1_b|w2_a|w2_b|t2)")


def factor_of(key: str) -> tuple[str, str] | None:
    """Split a tensor's name into its module and its part of a LoKr; None for any other tensor."""
    found = _FACTOR.fullmatch(key)
    return (found[1], found[2]) if found else None


def factors_of(shapes: Mapping[str, Shape]) -> dict[str, dict[str, Shape]]:
    """Gather the parts of each LoKr: module -> part -> shape."""
    modules: dict[str, dict[str, Shape]] = {}
    for key, shape in shapes.items():
        found = factor_of(key)
        if found is not None:
            modules.setdefault(found[0], {})[found[1]] = shape
    return modules


def applied_shape(factors: Mapping[str, Shape]) -> tuple[int, int] | None:
    """Tell (rows, columns) of what the parts multiply to; a convolution's columns count its kernel. None where they do not go together."""
    first, second = _matrix(factors, "w1"), _matrix(factors, "w2")
    if first is None or second is None:
        return None
    return first[0] * second[0], first[1] * second[1]


def unused_alpha(key: str, keys: Mapping[str, object]) -> bool:
    """Whether a tensor is the alpha of a LoKr whose two matrices are whole: it scales nothing, and AI-Toolkit writes an infinite one."""
    module = key.removesuffix(".alpha")
    return module != key and f"{module}.lokr_w1" in keys and f"{module}.lokr_w2" in keys


def _matrix(factors: Mapping[str, Shape], name: str) -> tuple[int, int] | None:
    """One of the two, whole or as the product of its narrow parts."""
    whole, left, right = (factors.get(part) for part in (name, f"{name}_a", f"{name}_b"))
    if whole is not None:
        return (whole[0], math.prod(whole[1:])) if len(whole) > 1 else None
    if left is None or right is None or len(left) != 2 or len(right) != 2:
        return None
    core = factors.get("t2") if name == "w2" else None
    if core is None:
        return (left[0], right[1]) if left[1] == right[0] else None
    goes = len(core) > 1 and (core[0], core[1]) == (left[0], right[0])
    return (left[1], right[1] * math.prod(core[2:])) if goes else None
