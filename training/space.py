"""A full disk pauses a training; when there is room again it goes on by itself."""

from __future__ import annotations

import shutil
from pathlib import Path

from ..core.job_states import JobState
from ..core.ledger import JobFilter, Ledger
from ..core.paths import DataPaths
from ..core.records.job import Job, JobError
from .machine import disk_free

DISK_FULL = "disk_full"
#: So much more than when it stopped has to be free: this, or a twentieth of a small disk.
_ROOM_BYTES, _ROOM_SHARE = 256 * 1024**2, 0.05
_FULL_BYTES, _FULL_SHARE = 64 * 1024**2, 0.01
_LOOKED_AT = 100


def is_full(root: Path) -> bool:
    """So little is left that a trainer's own words about why it failed may not have fitted either."""
    usage = shutil.disk_usage(root)
    return usage.free < min(_FULL_BYTES, int(usage.total * _FULL_SHARE))


def with_room_left(error: JobError, root: Path) -> JobError:
    """`error` with what was free when it happened, which is what has to grow."""
    hint = "Free some space: it goes on by itself from its last checkpoint."
    return error.model_copy(update={"free_bytes": disk_free(root), "hint": hint})


def resume_where_room(ledger: Ledger, paths: DataPaths) -> list[Job]:
    """Queue those again that a full disk has paused; those that were."""
    paused = ledger.jobs(JobFilter(states=[JobState.PAUSED]), limit=_LOOKED_AT).items
    stopped = [(job, job.error) for job in paused if job.error is not None and job.error.code == DISK_FULL]
    if not stopped:
        return []
    usage = shutil.disk_usage(paths.root)
    room = min(_ROOM_BYTES, int(usage.total * _ROOM_SHARE))
    ready = [job for job, error in stopped if usage.free >= (error.free_bytes or 0) + room]
    return [ledger.requeue(job.id, keep_attempts=True) for job in ready]
