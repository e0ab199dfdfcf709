"""The connection to Redis: its errors in our words, and an epoch that tells a Redis which lost everything from the one we know.

Every script names the epoch it means; on another one nothing is read or written before the ledger was rebuilt.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ....core.errors import LedgerAwayError, NotReadyError, StorageError
from ....core.records.job import Job
from ....core.records.worker import Worker
from ....core.said import said
from ....core.storage.documents import Documents
from .connecting import unreachable
from .scripts import BODIES, HEADER, RESTORE

if TYPE_CHECKING:
    import redis

PREFIX = "isengard:"
#: What Redis says where a key is of another kind, or not a number, than our scripts made it.
_FOREIGN = ("WRONGTYPE", "not an integer", "not a valid float", "is smaller", "equal or smaller")
_TIMEOUT_S = 5.0
#: Who rebuilds has so long; after that another process may begin again (it is harmless to do it twice).
_REBUILD_MS = 60_000
_WAIT_S = 30.0
_EPOCH = re.compile(r"[0-9a-f]{16}")


class Link:
    """Safe for several threads. Connects at the first use, so that a server may start before its Redis. `refill` gives what an
    empty one is filled with, `refilled` is told how many came back, before anybody else may use it. `copy` gives what lies
    beside a job's files, for one whose document was damaged (the text of it is told along); `missing` for one that is listed and
    not there: a Redis that is short of memory may drop keys.
    """

    def __init__(
        self,
        url: str,
        refill: Callable[[], list[tuple[str, ...]]],
        refilled: Callable[[int], None] = lambda count: None,
        copy: Callable[[str, str], Job | None] = lambda job_id, text: None,
        missing: Callable[[str], Job | None] = lambda job_id: None,
    ) -> None:
        self._redis = _client(url)
        self._refill, self._refilled, self.copy, self.missing = refill, refilled, copy, missing
        self.documents = Documents()
        self._scripts = {name: self._redis.register_script(HEADER + body) for name, body in BODIES.items()}
        self._restore = self._redis.register_script(RESTORE)
        self._lock = threading.RLock()
        self._epoch = ""
        #: called when we could not look for a while, or look at another ledger now
        self.gaps: list[Callable[[], None]] = []

    @property
    def epoch(self) -> str:
        """LedgerAwayError while Redis cannot be reached."""
        return self._epoch or self._meet()

    def run(self, script: str, *arguments: str | int) -> Any:
        """Run a script and return its answer. LedgerAwayError, StorageError, NotReadyError."""
        while True:
            epoch = self.epoch
            with self._in_our_words():
                answer = self._scripts[script](keys=[PREFIX], args=[epoch, *arguments])
            if answer != "EPOCH":
                return answer
            self._meet()

    def number(self, script: str, *arguments: str | int) -> int:
        """The whole number that a script answers. LedgerAwayError `redis_foreign` for anything else."""
        try:
            return int(self.run(script, *arguments))
        except ValueError as fault:
            raise foreign() from fault

    def restore(self, jobs: list[tuple[str, ...]]) -> int:
        """Insert those jobs that are not there; how many were."""
        with self._in_our_words():
            return sum(int(self._restore(keys=[PREFIX], args=list(job))) for job in jobs)

    def scrub(self) -> None:
        """Have Redis write its journal anew, without what was deleted; where it keeps none or may not, nothing is done."""
        with contextlib.suppress(LedgerAwayError, StorageError), self._in_our_words():
            self._redis.bgrewriteaof()

    def look(self) -> list[Worker]:
        """List who works for this Redis, without making it ours. LedgerAwayError, StorageError."""
        with self._in_our_words():
            return self.documents.every(
                Worker,
                [(str(name), document) for name, document in self._redis.hgetall(f"{PREFIX}workers").items()],
            )

    def memory_policy(self) -> str:
        """Ask what happens when its memory is full, by Redis's own word; '' where it does not say. LedgerAwayError where we may not ask."""
        with self._in_our_words():
            return str(self._redis.info("memory").get("maxmemory_policy", ""))

    def close(self) -> None:
        self._redis.close()

    def _meet(self) -> str:
        """Learn the epoch; an empty Redis gets one once it was filled from the job folders."""
        with self._lock, self._in_our_words():
            deadline = time.monotonic() + _WAIT_S
            while (epoch := self._known_epoch()) is None:
                if not self._begin() and time.monotonic() > deadline:
                    raise LedgerAwayError(
                        "ledger_starting", "The list of jobs is being rebuilt.", "Try again in a moment."
                    )
            if epoch != self._epoch:
                self._epoch = epoch
                self._tell_gap()
            return self._epoch

    def _known_epoch(self) -> str | None:
        """None where there is none, or something else stands in its place: then it goes, and a new one begins."""
        epoch = self._redis.get(f"{PREFIX}epoch")
        if epoch is None or _EPOCH.fullmatch(str(epoch)):
            return None if epoch is None else str(epoch)
        self._redis.delete(f"{PREFIX}epoch")
        return None

    def _begin(self) -> bool:
        """Fill an empty Redis; False when another process is at it."""
        mark, token = f"{PREFIX}rebuilding", secrets.token_hex(8)
        if not self._redis.set(mark, token, nx=True, px=_REBUILD_MS):
            time.sleep(0.1)
            return False
        try:
            self._refilled(self.restore(self._refill()))
            self._redis.set(f"{PREFIX}epoch", secrets.token_hex(8), nx=True)
        finally:
            self._redis.delete(mark)
        return True

    def _tell_gap(self) -> None:
        for tell in self.gaps:
            tell()

    @contextmanager
    def _in_our_words(self) -> Iterator[None]:
        import redis

        try:
            yield
        except redis.exceptions.AuthenticationError as fault:
            self._tell_gap()
            raise LedgerAwayError(
                "redis_refused", "Redis rejected the password.", "Correct the password in Redis's address."
            ) from fault
        except (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError, OSError) as fault:
            self._tell_gap()
            raise unreachable(fault) from fault
        except redis.exceptions.ResponseError as fault:
            raise _answered(fault) from fault


def _answered(fault: redis.ResponseError) -> LedgerAwayError | StorageError:
    """redis-py makes the word that some answers begin with a class, and takes it off the text."""
    from redis import exceptions

    text = str(fault)
    refused = isinstance(fault, (exceptions.NoPermissionError, exceptions.AuthenticationError))
    if refused or "NOAUTH" in text or "NOPERM" in text or "WRONGPASS" in text:
        return LedgerAwayError(
            "redis_refused",
            "Redis rejected the connection.",
            "Give Redis's address a user and password that may use isengard:* and huey.*.",
        )
    if any(words in text for words in _FOREIGN):
        return foreign()
    full = isinstance(fault, (exceptions.OutOfMemoryError, exceptions.ReadOnlyError))
    if full or text.startswith(("OOM", "MISCONF", "READONLY")):
        return StorageError(
            "redis_full", "Redis doesn't accept writes.", "Give Redis more memory and disk space."
        )
    return LedgerAwayError(
        "redis_unreachable", said("Redis answers: {words}", words=text[:200]), "Check Redis's log."
    )


def foreign() -> LedgerAwayError:
    return LedgerAwayError(
        "redis_foreign",
        "Another program has written to Isengard's data in Redis.",
        "Find out what writes to isengard:* there. Delete those keys; the jobs then come back from the data folder.",
    )


def _client(url: str) -> redis.Redis:
    try:
        import redis
    except ImportError as missing:
        raise NotReadyError(
            "redis_package_missing",
            "Redis is to be used, but Python's redis package is missing.",
            'Install it: python -m pip install "redis>=5".',
        ) from missing
    try:
        return redis.Redis.from_url(
            url,
            decode_responses=True,
            encoding_errors="backslashreplace",
            socket_timeout=_TIMEOUT_S,
            socket_connect_timeout=_TIMEOUT_S,
            health_check_interval=30,
        )
    except ValueError as fault:
        raise NotReadyError(
            "bad_setting",
            "The address that was set for Redis is not a Redis address.",
            "Write redis:// or rediss://user:password@host:6379/0.",
        ) from fault
