"""What an event carries, as a record; a newer worker may say what this server does not know, which ends no loop."""

from __future__ import annotations

import logging
from typing import TypeVar

from pydantic import ValidationError

from ...core.records.base import Stored
from ...core.records.event import Event
from ...core.records.job import Job
from ...core.records.job_states import JobState

R = TypeVar("R", bound=Stored)
_log = logging.getLogger("isengard.events")


def heard(kind: type[R], event: Event) -> R | None:
    """The record in the data of an event (`job`, `generation`); None where it is not one."""
    try:
        return kind.model_validate(event.data.get(kind.__name__.lower()))
    except ValidationError as invalid:
        context = {"event": event.type, "seq": event.seq, "faults": invalid.error_count()}
        _log.warning("What an event carries cannot be read", extra={"context": context})
        return None


def just_completed(event: Event) -> Job | None:
    """The job of an event that says that it has."""
    if event.type != "job.state" or event.data.get("state") != JobState.COMPLETED.value:
        return None
    return heard(Job, event)
