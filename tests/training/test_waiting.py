"""Why a queued job waits, from what the workers say of themselves."""

from __future__ import annotations

import pytest
from isengard.core.records.job import Job
from isengard.core.records.job_states import JobState
from isengard.core.records.worker import BackendState, Gpu, Worker
from isengard.training.planning.placement import NO_GPU, NO_WORKER, waits_for

GPU = Gpu(uuid="GPU-1", name="RTX", total_bytes=24, free_bytes=24)


def worker(*ready, gpu=True, missing=()):
    backends = [BackendState(name=name) for name in ready]
    backends += [BackendState(name=name, state="not_installed") for name in missing]
    return Worker(id="w", host="h", version="1", gpus=[GPU] if gpu else [], backends=backends)


def job(needs="gpu", backend="ai_toolkit", **more):
    return Job(id="job_1", needs=needs, backend=backend, created_at="x", updated_at="x", **more)


@pytest.mark.parametrize(
    ("wanted", "workers", "code"),
    [
        (job(), [worker("ai_toolkit")], None),
        (job(), [worker("ai_toolkit", gpu=False)], "gpu"),
        (job(), [worker(missing=["ai_toolkit"])], "backend"),
        (job(), [worker("fast_test")], "backend"),
        # one has the GPU, the other the trainer: neither can
        (job(), [worker("ai_toolkit", gpu=False), worker("fast_test")], "backend"),
        (job(), [worker("fast_test"), worker("ai_toolkit")], None),
        (job("cpu", "fast_test"), [worker("fast_test", gpu=False)], None),
        (job("cpu", kind="backend_setup"), [worker(gpu=False, missing=["ai_toolkit"])], None),
        (job(kind="captioning"), [worker("fast_test", gpu=False)], "gpu"),
        (job(kind="captioning"), [worker("fast_test")], None),
        (job(state=JobState.RUNNING), [worker(gpu=False)], None),
        (job(state=JobState.PAUSED), [], None),
    ],
)
def test_a_queued_job_says_what_nobody_has(wanted, workers, code):
    reason = waits_for(wanted, workers, shared=True)
    assert (reason and reason.code) == code


def test_no_worker_at_all_is_told_only_where_none_is_started_by_itself():
    assert waits_for(job(), [], shared=True) == NO_WORKER
    assert waits_for(job(), [], shared=False) is None


def test_it_is_said_in_words():
    assert NO_GPU.message == "Waiting for a worker with a GPU." and NO_GPU.hint
    missing = [worker(missing=["ai_toolkit"])]
    reason = waits_for(job(), missing, shared=True, labels={"ai_toolkit": "AI-Toolkit"})
    assert reason.message == "Waiting for a worker with AI-Toolkit." and "AI-Toolkit" in reason.hint
    assert waits_for(job(), missing, shared=True).message == "Waiting for a worker with ai_toolkit."
