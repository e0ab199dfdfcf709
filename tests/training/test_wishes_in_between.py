"""A cancel that comes between the worker's last look and the beginning of the work is obeyed: it is no failure."""

from __future__ import annotations

from isengard.core.loras.versions import VersionStore
from isengard.core.records.job_states import JobState
from isengard.core.records.training import TrainingRequest
from isengard.training.worker.runner import Runner, Tools
from isengard.training.worker.task_runner import TaskRunner
from support.task_fixtures import task_house  # noqa: F401 - fixture


def cancelling(ledger, monkeypatch):
    """The ledger, in which somebody cancels at the moment that a job is to run."""
    advance = ledger.advance

    def late(lease, state, **more):
        if state is JobState.RUNNING:
            ledger.order(lease.job_id, "cancel")
        return advance(lease, state, **more)

    monkeypatch.setattr(ledger, "advance", late)


def test_of_a_training(house, ann, monkeypatch):
    job = house.training.submit(TrainingRequest(character_id=ann.id), "c")
    claimed, lease = house.ledger.claim(worker_id="w", owner="o", needs={"cpu"})
    cancelling(house.ledger, monkeypatch)
    versions = VersionStore(house.paths, house.clock)
    Runner(Tools(house.paths, house.ledger, house.registry, versions), claimed, lease).run()
    ended = house.ledger.get(job.id)
    assert (ended.state, ended.error) == (JobState.CANCELLED, None)


def test_of_a_task(task_house, monkeypatch):  # noqa: F811
    job = task_house.submit()
    claimed, lease = task_house.ledger.claim(worker_id="w", owner="w-1", needs={"cpu"})
    cancelling(task_house.ledger, monkeypatch)
    worked = []
    TaskRunner(task_house.tools, claimed, lease, worked.append).run()
    ended = task_house.ledger.get(job.id)
    assert (ended.state, ended.error, worked) == (JobState.CANCELLED, None, [])
