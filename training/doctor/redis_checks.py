"""What `doctor` says of Redis: whether it answers us, whether it answers everybody, and whether its workers see our files.

Nothing is changed in it: an empty Redis is filled by a server or a worker, never by a look.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit, urlunsplit

from ...core.addresses import is_loopback
from ...core.errors import IsengardError, for_operators
from ...core.paths import DataPaths
from ...core.records.worker import Worker
from ..ledgers.redis.link import Link
from ..machine.shared_folder_mark import data_mark

Finding = tuple[str, str]


def redis_findings(url: str, paths: DataPaths) -> Iterator[Finding]:
    """Nothing without REDIS_URL."""
    if not url:
        return
    try:
        workers = _look(url)
    except IsengardError as fault:
        unreached = fault.code == "redis_unreachable" and url.startswith("rediss:")
        tls = " It must speak TLS there (rediss://)." if unreached else ""
        yield "FAIL", f"{for_operators(fault)}{tls}"
        return
    yield "ok", "Redis answers"
    if _lets_everybody_in(url):
        yield (
            "warn",
            "Redis asks for no password: whoever reaches it can read and change jobs. Set requirepass.",
        )
    if urlsplit(url).scheme == "redis" and not is_loopback(urlsplit(url).hostname or ""):
        yield "warn", "the way to Redis is not encrypted: use rediss:// where others share the network"
    if _may_drop_keys(url):
        yield (
            "warn",
            "Redis may drop jobs when its memory is full: set maxmemory-policy to noeviction, or give Isengard a Redis of its own",
        )
    yield from _folders(workers, data_mark(paths))


def _may_drop_keys(url: str) -> bool:
    """Whether what has no time to live may go, as in a cache; False where it does not say."""
    try:
        with closing(Link(url, list)) as link:
            return link.memory_policy().startswith("allkeys-")
    except IsengardError:
        return False


def _lets_everybody_in(url: str) -> bool:
    parts = urlsplit(url)
    bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    try:
        _look(bare)
    except IsengardError:
        return False
    return True


def _look(url: str) -> list[Worker]:
    """Who works for it; IsengardError where it does not let us look."""
    with closing(Link(url, list)) as link:
        return link.look()


def _folders(workers: list[Worker], mark: str) -> Iterator[Finding]:
    for worker in workers:
        if not mark or not worker.data_mark:
            yield "warn", f"cannot tell whether the worker on {worker.host} uses this data folder"
        elif worker.data_mark == mark:
            yield "ok", f"the worker on {worker.host} uses this data folder"
        else:
            yield (
                "FAIL",
                f"the worker on {worker.host} uses another data folder: give both the same volume as DATA_DIR",
            )
