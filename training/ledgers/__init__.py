"""Adapters of the ledger port (core/jobs/ledger.py)."""

from __future__ import annotations

from ...core.clock import Clock
from ...core.jobs.ledger import Ledger
from ...core.paths import DataPaths
from ...core.settings import Settings
from .job_files import JobFiles

#: A job whose owner showed no sign of life for so long is taken back. Longer where a network lies between: a runner
#: outlives a Redis that is away for a minute.
LEASE_S, REDIS_LEASE_S = 60.0, 120.0
MAX_ATTEMPTS = 3


def lease_of(settings: Settings) -> float:
    return REDIS_LEASE_S if settings.redis_url else LEASE_S


def open_ledger(
    settings: Settings,
    paths: DataPaths,
    clock: Clock,
    *,
    lease_s: float | None = None,
    max_attempts: int = MAX_ATTEMPTS,
) -> Ledger:
    """The ledger that the settings ask for: SQLite, or Redis when REDIS_URL is set. Jobs it does not know (it was damaged,
    or a crash came between a job's folder and its row) come back from their folders."""
    files = JobFiles(paths)
    lease = lease_of(settings) if lease_s is None else lease_s
    if settings.redis_url:
        from .redis.redis_ledger import RedisLedger

        return RedisLedger(settings.redis_url, clock, lease_s=lease, max_attempts=max_attempts, files=files)
    from .sqlite.sqlite_ledger import SqliteLedger

    return SqliteLedger(paths.jobs_db, clock, lease_s=lease, max_attempts=max_attempts, files=files)
