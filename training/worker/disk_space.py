"""A disk that is full, or takes no writes any more, pauses a training; when it can be written again it goes on by itself."""

from __future__ import annotations

import errno
import json
import logging
import os
import secrets
import shutil
from pathlib import Path

from ...core import atomic
from ...core.atomic import TEMP_SUFFIX
from ...core.errors import IsengardError
from ...core.jobs.ledger import JobFilter, Ledger
from ...core.paths import DataPaths
from ...core.records.job import Job, JobError
from ...core.records.job_states import JobState
from ..machine.machine_facts import disk_free, nearest_there
from ..machine.os_locks import machine_name

DISK_FULL, READ_ONLY = "disk_full", "folder_read_only"
#: How a folder says that it takes no writes: a disk mounted read-only, permissions that were taken.
REFUSALS = (errno.EROFS, errno.EACCES, errno.EPERM)
#: So much more than when it stopped has to be free: this, or a twentieth of a small disk.
_ROOM_BYTES, _ROOM_SHARE = 256 * 1024**2, 0.05
_FULL_BYTES, _FULL_SHARE = 64 * 1024**2, 0.01
_LOOKED_AT = 100
#: In the job's folder: what was full, where that need not be the data folder's disk (models and the hub's cache may be elsewhere).
FULL_FILE = "full-disk.json"
_log = logging.getLogger("isengard.worker")


def is_full(root: Path) -> bool:
    """Tell whether so little is left that a trainer's own words about why it failed may not have fitted either."""
    usage = shutil.disk_usage(root)
    return usage.free < min(_FULL_BYTES, int(usage.total * _FULL_SHARE))


def with_room_left(error: JobError, folder: Path) -> JobError:
    """`error` with what was free of that folder's disk when it happened, which is what has to grow."""
    hint = "Free some space: it resumes automatically from its last checkpoint."
    return error.saying(free_bytes=disk_free(folder), hint=hint)


def note_full(job_dir: Path, root: Path, folder: Path | None) -> None:
    """Remember whose disk it is that has to get room; None for the data folder's. A disk that takes no such note counts as that."""
    note = job_dir / FULL_FILE
    try:
        note.unlink(missing_ok=True)
        if folder is not None:
            said = {"folder": str(folder), "machine": machine_name(), "data_free": disk_free(root)}
            atomic.write_json(note, said)
    except (IsengardError, OSError) as fault:
        context = {"job_id": job_dir.name, "reason": str(fault)}
        _log.warning("Which disk was full could not be noted", extra={"context": context})


def _where_and_before(job_dir: Path, root: Path, error: JobError) -> tuple[Path, int]:
    """The folder on whose disk there has to be room, and what was free there. A path on another machine says nothing here: of the
    folder that both share, what was free of its disk then."""
    before = error.free_bytes or 0
    try:
        noted = json.loads((job_dir / FULL_FILE).read_text(encoding="utf-8"))
        if noted["machine"] == machine_name():
            return Path(noted["folder"]), before
        return root, int(noted["data_free"])
    except (OSError, ValueError, LookupError, TypeError):
        return root, before


def takes_writes(folder: Path) -> bool:
    """Tried, not asked: permissions do not tell of a disk that went read-only. False for refusals alone."""
    probe = folder / f".probe-{secrets.token_hex(4)}{TEMP_SUFFIX}"
    try:
        os.close(os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        probe.unlink()
    except OSError as fault:
        return fault.errno not in REFUSALS
    return True


def resume_where_room(ledger: Ledger, paths: DataPaths) -> list[Job]:
    """Queue those again that a full or read-only disk has paused; those that were."""
    paused = ledger.jobs(JobFilter(states=[JobState.PAUSED]), limit=_LOOKED_AT).items
    stopped = [(job, job.error) for job in paused if job.error is not None]
    ready = [job for job, error in stopped if _can_go_on(job, error, paths)]
    return [ledger.requeue(job.id, keep_attempts=True) for job in ready]


def _can_go_on(job: Job, error: JobError, paths: DataPaths) -> bool:
    if error.code == READ_ONLY:
        return takes_writes(paths.job(job.id))
    if error.code != DISK_FULL:
        return False
    folder, before = _where_and_before(paths.job(job.id), paths.root, error)
    there = nearest_there(folder)
    if there is None:
        return False
    usage = shutil.disk_usage(there)
    room = min(_ROOM_BYTES, int(usage.total * _ROOM_SHARE))
    return usage.free >= before + room
