"""Adapters of the ledger port (core/ledger.py)."""

from __future__ import annotations

from ...core.clock import Clock
from ...core.errors import NotReadyError
from ...core.ledger import Ledger
from ...core.paths import DataPaths
from ...core.settings import Settings

#: A job whose owner showed no sign of life for so long is taken back.
LEASE_S = 60.0
MAX_ATTEMPTS = 3


def open_ledger(
    settings: Settings,
    paths: DataPaths,
    clock: Clock,
    *,
    lease_s: float = LEASE_S,
    max_attempts: int = MAX_ATTEMPTS,
) -> Ledger:
    """The ledger that the settings ask for: SQLite, or Redis when REDIS_URL is set."""
    if settings.redis_url:
        raise NotReadyError(
            "redis_not_ready_yet",
            "This version keeps its jobs in SQLite only.",
            "Remove REDIS_URL, or update Isengard.",
        )
    from .sqlite import SqliteLedger

    return SqliteLedger(paths.jobs_db, clock, lease_s=lease_s, max_attempts=max_attempts)
