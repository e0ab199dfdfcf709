"""The doorbell: huey carries (job id, attempt) to wake a worker, nothing else. The ledger decides what runs.

The seven traps of huey (each checked): JSON instead of pickle; a fixed `__module__`; never its Consumer in ComfyUI's
process; no `lock_task`; no `timeout=`; fsync and strict FIFO; no WAL on a network share.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable
from typing import Any

from huey import Huey, PriorityRedisHuey, SqliteHuey
from huey.exceptions import HueyException
from huey.registry import Message
from huey.serializer import Serializer

from ...core.paths import DataPaths
from ...core.private_files import keep_private, make_private
from ...core.records.job import Job
from ...core.settings import Settings
from ...core.storage.database import move_aside, on_network_filesystem

QUEUE_NAME = "isengard"
#: The longest a ring waits before a listening worker hears it.
LISTEN_DELAY_S = 0.25
#: After a fault: the workers' own look into the ledger goes on meanwhile.
FAULT_DELAY_S = 5.0
#: So long Redis may take to answer.
REDIS_S = 5.0
_LOG = logging.getLogger("isengard.queue")

Ring = tuple[str, int]


def _redis_faults() -> tuple[type[Exception], ...]:
    try:
        from redis.exceptions import RedisError
    except ImportError:
        return ()
    return (RedisError,)


#: What a broken, full or unreachable queue raises, and a message that is not ours.
_FAULTS: tuple[type[Exception], ...] = (
    *(sqlite3.Error, OSError, HueyException, ValueError, TypeError, LookupError),
    *_redis_faults(),
)


class JsonSerializer(Serializer):  # type: ignore[misc]
    """huey's default is pickle: whoever could write the file or Redis would execute code here."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(data._asdict() if isinstance(data, Message) else data).encode("utf-8")

    def _deserialize(self, data: bytes) -> Any:
        value = json.loads(bytes(data))
        return Message(**value) if isinstance(value, dict) and "name" in value else value


class Doorbell:
    """Ringing and listening never fail: workers also look into the ledger by themselves."""

    def __init__(self, settings: Settings, paths: DataPaths) -> None:
        self._huey = _redis(settings.redis_url) if settings.redis_url else _sqlite(paths)
        self._heard: Callable[[str, int], None] = lambda job_id, attempt: None

        def ring(job_id: str, attempt: int) -> None:
            self._heard(job_id, attempt)

        # The task is called module.function: it must not depend on how the package was loaded.
        ring.__module__ = "isengard"
        self._task = self._huey.task()(ring)

    def ring(self, job_id: str, attempt: int, priority: int = 0) -> None:
        """Wake a worker for `job_id`; ringing twice is harmless."""
        try:
            self._huey.enqueue(self._task.s(job_id, attempt, priority=priority))
        except _FAULTS as fault:
            _LOG.warning("Doorbell did not ring", extra={"context": {"job_id": job_id, "reason": str(fault)}})

    def ring_missing(self, queued: Iterable[Job]) -> None:
        """Ring for those queued jobs for which no ring is waiting."""
        jobs = list(queued)
        if not jobs:
            return
        waiting = self.waiting()
        for job in jobs:
            if (job.id, job.attempt) not in waiting:
                self.ring(job.id, job.attempt, job.priority)

    def waiting(self) -> set[Ring]:
        """The rings that no worker has heard yet."""
        try:
            return {(str(task.args[0]), int(task.args[1])) for task in self._huey.pending()}
        except _FAULTS as fault:
            _LOG.warning("Doorbell cannot be read", extra={"context": {"reason": str(fault)}})
            return set()

    def listen(self, heard: Callable[[str, int], None], stop: threading.Event) -> None:
        """Call `heard` for each ring until `stop`; blocks, for a thread of the worker."""
        self._heard = heard
        while not stop.is_set():
            try:
                task = self._huey.dequeue()
                if task is not None:
                    task.execute()
            except _FAULTS as fault:
                _LOG.warning("Doorbell cannot be read", extra={"context": {"reason": str(fault)}})
                stop.wait(FAULT_DELAY_S)
                continue
            if task is None:
                stop.wait(LISTEN_DELAY_S)

    def close(self) -> None:
        self._huey.storage.close()


def _sqlite(paths: DataPaths) -> Huey:
    try:
        return _open_sqlite(paths)
    except sqlite3.DatabaseError as damage:
        if isinstance(damage, sqlite3.OperationalError):
            raise
        move_aside(paths.queue_db, str(damage))
        return _open_sqlite(paths)


def _open_sqlite(paths: DataPaths) -> Huey:
    make_private(paths.queue_db)
    huey = SqliteHuey(
        QUEUE_NAME,
        filename=str(paths.queue_db),
        journal_mode="truncate" if on_network_filesystem(paths.queue_db) else "wal",
        fsync=True,
        strict_fifo=True,
        timeout=10,
        results=False,
        serializer=JsonSerializer(),
    )
    keep_private(paths.queue_db)
    return huey


def _redis(url: str) -> Huey:
    """huey names no limits, and redis-py has none before its version 8: whoever rings would wait for ever for a Redis that hangs."""
    import redis

    pool = redis.ConnectionPool.from_url(
        url, socket_timeout=REDIS_S, socket_connect_timeout=REDIS_S, health_check_interval=30
    )
    return PriorityRedisHuey(
        QUEUE_NAME,
        connection_pool=pool,
        results=False,
        blocking=True,
        read_timeout=1,
        serializer=JsonSerializer(),
    )
