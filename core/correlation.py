"""The correlation id of the user action that everything at hand belongs to (specification: propagated everywhere)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("isengard_correlation_id", default="")
_PATTERN = re.compile(r"[A-Za-z0-9._-]{1,64}")


def new_correlation_id(source: str = "srv") -> str:
    return f"{source}-{secrets.token_hex(8)}"


def clean(candidate: str | None) -> str:
    """The caller's id when it is harmless in logs and headers, else a new one."""
    if candidate and _PATTERN.fullmatch(candidate):
        return candidate
    return new_correlation_id()


def current() -> str:
    """The id in force, or an empty string outside any action."""
    return _current.get()


@contextmanager
def correlated(correlation_id: str) -> Iterator[str]:
    """Everything inside belongs to `correlation_id`."""
    token = _current.set(correlation_id)
    try:
        yield correlation_id
    finally:
        _current.reset(token)
