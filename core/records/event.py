"""An event: one global order over everything that happens, replayed to panels over SSE."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from .base import Stored

EventType = Literal[
    "job.state",
    "job.progress",
    "job.sample",
    "job.checkpoint",
    "job.log",
    "generation.state",
    "generation.progress",
    "character.changed",
    "album.changed",
    "photo_day.changed",
    "backend.state",
    "worker.state",
    "lending.state",
]


class Subject(Stored):
    kind: str
    id: str


class Event(Stored):
    """`seq` is given by the ledger; `attempt` only for jobs."""

    seq: int = 0
    type: EventType
    at: str
    correlation_id: str = ""
    subject: Subject
    attempt: int | None = None
    data: dict[str, Any] = Field(default_factory=dict)
