"""The trainings that graphs have asked for since ComfyUI's start, and which of them failed: those are tried again by a further run.

ComfyUI runs an unchanged node once; its memory of that, like this one, ends with the process.
"""

from __future__ import annotations

import json
import logging
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...core.errors import IsengardError
from ...core.records.job_states import JobState

if TYPE_CHECKING:
    from ..ports import Jobs

#: So many are remembered, the newest.
MOST = 200
#: A queue that repeats itself would else train all night what fails every time: so many are tried again in so many seconds.
AGAIN, WITHIN_S = 3, 1800.0
_log = logging.getLogger("isengard.nodes")
#: By the job's id, the inputs that it was asked for with, and when.
_asked: OrderedDict[str, tuple[dict[str, Any], float]] = OrderedDict()
#: Once failed, its node has to run again; a later state of that job changes nothing about it.
_failed: set[str] = set()


def remember(job_id: str, inputs: Mapping[str, Any]) -> None:
    """Note that a node with these inputs asked for the job."""
    _asked[job_id] = dict(inputs), time.monotonic()
    _asked.move_to_end(job_id)
    while len(_asked) > MOST:
        _failed.discard(_asked.popitem(last=False)[0])


def print_of(jobs: Jobs, inputs: Mapping[str, Any]) -> str:
    """A text that changes when a training asked for with these inputs has failed, of many in a short time later. A link's value,
    None, stands for any."""
    known = {name: value for name, value in inputs.items() if value is not None}
    same = [(job_id, at) for job_id, (asked, at) in _asked.items() if known.items() <= asked.items()]
    failed = [(job_id, at) for job_id, at in same if _has_failed(jobs, job_id)]
    long_ago = time.monotonic() - WITHIN_S
    before = [job_id for job_id, at in failed if at <= long_ago]
    lately = [job_id for job_id, at in failed if at > long_ago]
    return json.dumps(before + lately[:AGAIN])


def _has_failed(jobs: Jobs, job_id: str) -> bool:
    if job_id in _failed:
        return True
    try:
        state = jobs.get(job_id).state
    except (
        IsengardError
    ) as fault:  # a ledger that is away, or a job that was removed, says nothing of a failure
        _log.debug("A job cannot be looked up", extra={"context": {"job_id": job_id, "code": fault.code}})
        return False
    if state is JobState.FAILED:
        _failed.add(job_id)
    return state is JobState.FAILED
