"""The pack's version (pyproject.toml says the same, which a test compares), and comparing versions."""

from __future__ import annotations

import re

VERSION = "0.1.0"


def numbers(version: str) -> tuple[int, ...]:
    """`v0.9.2rc1` as (0, 9, 2): the numbers that it begins with, for comparing; () where there is none."""
    leading = re.match(r"v?(\d+(?:\.\d+)*)", version)
    return tuple(int(part) for part in leading[1].split(".")) if leading else ()
