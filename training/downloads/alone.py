"""One download of the same at a time, whoever on this computer wants it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from ...core.storage.file_lock import FileLock
from ..tasks.task import Task

_LOOK_S = 0.5
_log = logging.getLogger("isengard.tasks")


@contextmanager
def alone(task: Task, lock: FileLock) -> Iterator[None]:
    """Wait for whoever fetches it now; the second then finds it there. Where the lock's file cannot be had (another user's, a folder
    that takes no files), nobody is waited for."""
    try:
        while not lock.acquire(_LOOK_S):
            task.check()
    except OSError as fault:
        _log.warning("A download is not locked", extra={"context": {"reason": str(fault)}})
    try:
        yield
    finally:
        lock.release()
