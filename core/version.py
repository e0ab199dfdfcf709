"""The pack's version (pyproject.toml says the same, which a test compares), and comparing versions."""

from __future__ import annotations

from itertools import takewhile

VERSION = "0.1.0"


def numbers(version: str) -> tuple[int, ...]:
    """`v0.9.2rc1` as (0, 9): the leading parts that are numbers, for comparing; () where there is none."""
    parts = version.removeprefix("v").split(".")
    return tuple(int(part) for part in takewhile(str.isdecimal, parts))
