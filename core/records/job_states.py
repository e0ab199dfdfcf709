"""The life of a job (DESIGN section 6)."""

from __future__ import annotations

from enum import Enum


class JobState(str, Enum):
    QUEUED = "queued"
    PREPARING = "preparing"
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    CANCELLING = "cancelling"
    INTERRUPTED = "interrupted"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


_S = JobState
#: Which state may follow which. A claim is queued -> preparing; a lost worker makes interrupted.
TRANSITIONS: dict[JobState, frozenset[JobState]] = {
    _S.QUEUED: frozenset({_S.PREPARING, _S.CANCELLED}),
    _S.PREPARING: frozenset({_S.RUNNING, _S.CANCELLING, _S.PAUSED, _S.INTERRUPTED, _S.FAILED}),
    _S.RUNNING: frozenset({_S.COMPLETED, _S.CANCELLING, _S.PAUSING, _S.PAUSED, _S.INTERRUPTED, _S.FAILED}),
    _S.PAUSING: frozenset({_S.PAUSED, _S.CANCELLING, _S.INTERRUPTED, _S.COMPLETED, _S.FAILED}),
    _S.PAUSED: frozenset({_S.QUEUED, _S.CANCELLED}),
    _S.CANCELLING: frozenset({_S.CANCELLED, _S.FAILED}),
    _S.INTERRUPTED: frozenset({_S.QUEUED, _S.CANCELLED, _S.FAILED}),
    _S.COMPLETED: frozenset(),
    _S.FAILED: frozenset({_S.QUEUED}),
    _S.CANCELLED: frozenset({_S.QUEUED}),
}
#: A worker holds the job in these.
OWNED = frozenset({_S.PREPARING, _S.RUNNING, _S.PAUSING, _S.CANCELLING})
#: Nothing more happens by itself.
ENDED = frozenset({_S.COMPLETED, _S.FAILED, _S.CANCELLED})
#: All others, in the order of a job's life.
UNFINISHED = [state for state in JobState if state not in ENDED]
