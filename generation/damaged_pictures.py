"""A picture's file that cannot be read any more, in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..core.errors import StorageError


@contextmanager
def told_if_damaged() -> Iterator[None]:
    """StorageError `picture_damaged` where what is read in here is no whole picture. Faults of the disk are raised as they are."""
    try:
        yield
    except (OSError, SyntaxError) as fault:  # Pillow's: the system's have a number
        if isinstance(fault, OSError) and fault.errno is not None:
            raise
        raise StorageError(
            "picture_damaged",
            "This picture is damaged: it cannot be read.",
            "Make the picture again: the same seed gives the same picture.",
        ) from fault
