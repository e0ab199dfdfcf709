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
    "generations.changed",
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


def one_by_one(event: Event) -> list[Event]:
    """The same for whoever hears of one thing at a time: of many generations that changed each is told as `generation.state`."""
    if event.type != "generations.changed":
        return [event]
    told = event.data.get("generations")
    return [_of_generation(event, one) for one in told if _is_known(one)] if isinstance(told, list) else []


def _is_known(told: object) -> bool:
    return isinstance(told, dict) and isinstance(told.get("id"), str)


def _of_generation(event: Event, told: dict[str, Any]) -> Event:
    subject = Subject(kind="generation", id=told["id"])
    data = {"state": told.get("state"), "generation": told}
    return event.model_copy(update={"type": "generation.state", "subject": subject, "data": data})
