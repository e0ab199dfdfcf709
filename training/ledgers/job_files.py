"""jobs/<id>/job.json: every job as it is now, beside its files, so that a lost ledger comes back from the folders."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from ...core import atomic
from ...core.clock import SystemClock
from ...core.errors import IsengardError
from ...core.ids import is_id
from ...core.paths import DataPaths
from ...core.records.job import Job
from ...core.records.recovery import Recovery, RecoveryCode
from ...core.storage.crash_cleanup import JOB_FILE
from ...core.storage.file_lock import FileLock
from ...core.storage.recovery_notices import Recoveries
from ...core.storage.set_aside import set_aside

#: how long a writer waits for another
_LOCK_S = 5.0
_log = logging.getLogger("isengard.job_files")


class JobFiles:
    """Written by whoever changed the job, under one lock and from the ledger's newest word, so that no older one wins."""

    def __init__(self, paths: DataPaths) -> None:
        self._paths = paths

    def keep(self, job_id: str, read: Callable[[str], Job]) -> None:
        """Never fails: the ledger has decided already, this is its copy."""
        lock = FileLock(self._paths.run / "job-files.lock")
        try:
            folder = self._paths.job(job_id)
            locked = lock.acquire(_LOCK_S)
            for half in folder.glob(f".{JOB_FILE}.*{atomic.TEMP_SUFFIX}") if locked else ():
                half.unlink()  # of a writer that was killed
            if folder.is_dir():
                atomic.write_json(folder / JOB_FILE, read(job_id).model_dump(mode="json"))
        except (IsengardError, OSError) as fault:
            context = {"job_id": job_id, "reason": str(fault)}
            _log.warning("A job's copy could not be written", extra={"context": context})
        finally:
            lock.release()

    def all(self) -> list[Job]:
        """Read every job that has a whole folder, those that never changed since their submit (no position yet) last, oldest
        first. What cannot be read is left alone and told in the log."""
        jobs = [job for file in self._paths.jobs.glob(f"*/{JOB_FILE}") if (job := _read(file)) is not None]
        return sorted(jobs, key=lambda job: (not job.position, job.created_at))

    def has(self, job_id: str) -> bool:
        """Tell whether there is one, readable or not."""
        return (self._paths.job(job_id) / JOB_FILE).exists()

    def read(self, job_id: str) -> Job | None:
        """The job's copy; None where it cannot be read."""
        return _read(self._paths.job(job_id) / JOB_FILE)

    def set_aside(self, job_id: str, text: str, *, came_back: bool) -> None:
        """Keep what a damaged row said, and tell it."""
        set_aside(self._paths, SystemClock(), table="job", record_id=job_id, text=text, came_back=came_back)

    def came_back(self, code: RecoveryCode, at: str, *, count: int, file: str = "") -> None:
        """Tell a person that a ledger was rebuilt from here."""
        Recoveries(self._paths).tell(Recovery(code=code, at=at, count=count, file=file))


def _read(file: Path) -> Job | None:
    """None when it is not a job's file or belongs to another folder: hand-made files are not trusted."""
    try:
        job = Job.model_validate_json(file.read_bytes())
        if is_id("job", job.id) and job.id == file.parent.name:
            return job
        reason = "another job's"
    except (OSError, ValidationError) as damage:
        reason = type(damage).__name__
    context = {"folder": file.parent.name, "reason": reason}
    _log.error("A job's file cannot be read; it is left as it is", extra={"context": context})
    return None
