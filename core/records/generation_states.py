"""The life of a generation (DESIGN section 6)."""

from __future__ import annotations

from enum import Enum


class GenerationState(str, Enum):
    QUEUED = "queued"
    RUNNING = "running"
    CANCELLING = "cancelling"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


_S = GenerationState
TRANSITIONS: dict[GenerationState, frozenset[GenerationState]] = {
    _S.QUEUED: frozenset({_S.RUNNING, _S.CANCELLING, _S.CANCELLED, _S.COMPLETED, _S.FAILED}),
    _S.RUNNING: frozenset({_S.CANCELLING, _S.COMPLETED, _S.FAILED}),
    _S.CANCELLING: frozenset({_S.CANCELLED, _S.COMPLETED, _S.FAILED}),
    _S.COMPLETED: frozenset(),
    _S.FAILED: frozenset(),
    _S.CANCELLED: frozenset(),
}
ENDED = frozenset({_S.COMPLETED, _S.FAILED, _S.CANCELLED})
