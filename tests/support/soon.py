"""Waiting for what comes soon, however busy the machine is."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

#: Nobody waits for so long where it comes: a machine that builds and tests for others may stand still for seconds.
WITHIN_S = 60.0
Found = TypeVar("Found")


def until(holds: Callable[[], Found], within_s: float = WITHIN_S) -> Found:
    """What holds, as soon as it does; AssertionError where it does not in time."""
    deadline = time.monotonic() + within_s
    while not (found := holds()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)
    return found
