"""A job that no living worker can run says so wherever it is shown, and begins once one can."""

from __future__ import annotations

import pytest
from isengard.core.ids import new_id
from isengard.core.records.job import Job
from isengard.core.records.worker import BackendState, Gpu, Worker

GPU = Gpu(uuid="GPU-1", name="RTX", total_bytes=24, free_bytes=24)


def report(server, beat, **what):
    server.services.ledger.report_worker(Worker(id="w-away", host="away", version="1", beat=beat, **what))


@pytest.fixture
def queued(server):
    """A training for a GPU, queued as a submit does; no worker of this machine comes in between."""
    server.services.supervisor.stop()
    job = Job(id=new_id("job"), backend="ai_toolkit", created_at="x", updated_at="x")
    return server.services.ledger.submit(job).id


def test_the_reason_follows_the_workers(server, api, queued):
    def reason():
        one = api.get(f"/training/jobs/{queued}")["waits_for"]
        (listed,) = api.get("/training/jobs?state=queued")["items"]
        assert listed["waits_for"] == one
        return one and one["message"]

    assert reason() is None, "a worker is started here at once"
    report(server, 1)
    assert reason() == "Waiting for a worker with a GPU."
    report(server, 2, gpus=[GPU], backends=[BackendState(name="ai_toolkit", state="not_installed")])
    assert reason() == "Waiting for a worker with AI-Toolkit."
    report(server, 3, gpus=[GPU], backends=[BackendState(name="ai_toolkit")])
    assert reason() is None
    report(server, 4)
    assert api.post(f"/training/jobs/{queued}/cancel")["waits_for"] is None
