"""The worker that ComfyUI's process starts: it finds the packages that ComfyUI finds, and is not silent when it fails."""

from __future__ import annotations

import sys

import pytest
from isengard.core.records.training import TrainingRequest
from isengard.training.worker import supervisor as supervising
from isengard.training.worker.supervisor import Supervisor


@pytest.fixture
def supervisor(house, ann):
    """Of a house in which a training waits."""
    house.training.submit(TrainingRequest(character_id=ann.id), "ui-1")
    supervisor = Supervisor(house.paths, house.settings, house.ledger, house.doorbell)
    yield supervisor
    supervisor._child.kill()
    supervisor._child.wait(10)


@pytest.mark.parametrize("relative", [False, True])
def test_a_worker_that_cannot_load_is_told_with_its_last_lines_once(
    supervisor, monkeypatch, tmp_path, logged, relative
):
    """Its packages were looked for with -I alone, and what it said went nowhere: trainings waited for ever."""
    (tmp_path / "huey.py").write_text("raise ImportError('the huey of PYTHONPATH')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", "." if relative else str(tmp_path))
    for _ in range(3):
        assert supervisor.ensure_worker()
        supervisor._child.wait(60)
    (told,) = [record for record in logged.records if record.getMessage() == "The worker has failed"]
    assert told.context["exit_code"] == 1
    assert told.context["said"][-1] == "ImportError: the huey of PYTHONPATH"


@pytest.mark.parametrize(
    ("flags", "wanted"),
    [
        ({}, []),
        ({"no_user_site": 1}, ["-s"]),
        ({"no_user_site": 1, "ignore_environment": 1}, ["-E", "-s"]),
        ({"no_user_site": 1, "ignore_environment": 1, "isolated": 1}, ["-I"]),
    ],
)
def test_a_worker_looks_for_packages_where_comfyui_does(monkeypatch, flags, wanted):
    class Flags:
        isolated = ignore_environment = no_user_site = 0

    for name, value in flags.items():
        setattr(Flags, name, value)
    monkeypatch.setattr(sys, "flags", Flags)
    assert supervising._flags() == wanted
