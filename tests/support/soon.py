"""Waiting for what comes soon, however busy the machine is."""

from __future__ import annotations

import time
from collections.abc import Callable

WITHIN_S = 15.0


def until(holds: Callable[[], object], within_s: float = WITHIN_S) -> None:
    """AssertionError where it does not hold in time."""
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)
