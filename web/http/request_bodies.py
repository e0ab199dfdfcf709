"""Bodies that only one route knows. The drafts and patches of records are in core/records."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ...core.records.base import Record, Truth, Whole
from ...core.records.training import MAX_STEPS

#: Beyond any place in any line; SQLite and Redis hold it.
_FARTHEST = 1_000_000


class JobMove(Record):
    """PATCH /training/jobs/{id}; null leaves a value as it is."""

    priority: Annotated[Whole, Field(ge=0, le=100)] | None = None
    position: Annotated[Whole, Field(ge=-_FARTHEST, le=_FARTHEST)] | None = None


class Retry(Record):
    """POST /training/jobs/{id}/retry: `smaller` queues a new job that needs less memory."""

    smaller: Truth = False


class MoreSteps(Record):
    """POST /training/jobs/{id}/continue."""

    steps: Annotated[Whole, Field(ge=1, le=MAX_STEPS)]


class Favourite(Record):
    """PATCH of a generation, or of one picture."""

    favourite: Truth


class VersionPick(Record):
    """POST /characters/{id}/versions/pick: `file` as the list of versions gives it."""

    file: Annotated[str, Field(max_length=400)]
