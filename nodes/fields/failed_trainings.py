"""The trainings that graphs have asked for since ComfyUI's start, and which of them failed: those are tried again by a further run.

ComfyUI runs an unchanged node once; its memory of that, like this one, ends with the process.
"""

from __future__ import annotations

import json
import logging
import time
from collections import Counter, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class _Asked:
    """What a training was asked for with, by which nodes, of whom, and when."""

    inputs: Mapping[str, Any]
    nodes: frozenset[str]
    person: str
    at: float

    def is_of(self, node: str) -> bool:
        """Tell whether this node asked for it; any may be one whose number is not known."""
        return not node or node in self.nodes


#: By the job's id.
_asked: OrderedDict[str, _Asked] = OrderedDict()
#: Once failed, its node has to run again; a later state of that job changes nothing about it.
_failed: set[str] = set()
#: By node and inputs, what had failed of those inputs when that node was first asked about: a graph may come back with its nodes
#: numbered anew.
_at_first: OrderedDict[tuple[str, str], list[str]] = OrderedDict()


def remember(job_id: str, inputs: Mapping[str, Any], *, node: str = "", person: str = "") -> None:
    """Note that a node with these inputs asked for the job."""
    before = _asked[job_id].nodes if job_id in _asked else frozenset()
    _asked[job_id] = _Asked(dict(inputs), before | {node}, person, time.monotonic())
    _asked.move_to_end(job_id)
    while len(_asked) > MOST:
        _failed.discard(_asked.popitem(last=False)[0])


def print_of(jobs: Jobs, inputs: Mapping[str, Any], *, node: str = "") -> str:
    """A text that changes when a training that this node asked for with these inputs has failed, of many in a short time later. A
    link's value, None, stands for any; so another node's person, who is trained with the same settings, is told apart by the node."""
    known = {name: value for name, value in inputs.items() if value is not None}
    same = {job_id: asked for job_id, asked in _asked.items() if known.items() <= asked.inputs.items()}
    failed = {job_id: asked for job_id, asked in same.items() if _has_failed(jobs, job_id)}
    place = node, json.dumps(known, sort_keys=True, default=str)
    others = [job_id for job_id, asked in failed.items() if not asked.is_of(node)]
    at_first = _at_first.setdefault(place, others)
    _at_first.move_to_end(place)
    while len(_at_first) > MOST:
        _at_first.popitem(last=False)
    long_ago = time.monotonic() - WITHIN_S
    own = {job_id: asked for job_id, asked in failed.items() if asked.is_of(node)}
    before = [job_id for job_id, asked in own.items() if asked.at <= long_ago]
    lately = [(job_id, asked.person) for job_id, asked in own.items() if asked.at > long_ago]
    return json.dumps([*at_first, *before, *_first_tries(lately)])


def _first_tries(failures: Sequence[tuple[str, str]]) -> list[str]:
    """Up to where somebody's training has failed so often that it is not tried again for now: one node may train several people."""
    tries = Counter[str]()
    counted: list[str] = []
    for job_id, person in failures:
        tries[person] += 1
        if tries[person] > AGAIN:
            break
        counted.append(job_id)
    return counted


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
