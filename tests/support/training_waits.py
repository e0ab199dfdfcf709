"""Waiting for jobs in tests."""

from __future__ import annotations

import time

from isengard.core.records.job_states import ENDED


def wait_for(ledger, job_id: str, states=ENDED, timeout_s: float = 120):
    """The job once it is in one of `states`."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        job = ledger.get(job_id)
        if job.state in states:
            return job
        time.sleep(0.05)
    raise AssertionError(f"still {job.state} after {timeout_s} s: {job.progress} {job.error}")
