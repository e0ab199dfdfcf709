"""A disk of a fixed size with plenty of room, whatever the machine has: what a test says of room is what it put there."""

from __future__ import annotations

import shutil
from typing import Any

GB = 10**9
TOTAL, FREE = 1000 * GB, 500 * GB
#: A disk as small as this was made by a test (tests/faults): it is told as it is.
_OWN_BYTES = GB


def told(usage: Any) -> Any:
    """What `shutil.disk_usage` answers in tests, of what it would have answered."""
    if usage.total < _OWN_BYTES:
        return usage
    return usage._replace(total=TOTAL, used=TOTAL - FREE, free=FREE)


def make_roomy(patch: Any) -> None:
    """For this process, until `patch` is undone; a test that wants less sets `shutil.disk_usage` itself."""
    real = shutil.disk_usage
    patch.setattr(shutil, "disk_usage", lambda path: told(real(path)))
