"""The server dies at every point of a submit: an acknowledged job is there, any other wholly or not at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from isengard.core.clock import SystemClock
from isengard.core.jobs.ledger import JobFilter
from isengard.core.records.job_states import JobState
from isengard.core.settings import Settings
from isengard.core.storage.crash_cleanup import sweep
from isengard.training.interface import ResolvedTraining
from isengard.training.job_folder.dataset import DATASET, MANIFEST
from isengard.training.ledgers import open_ledger
from support.storm_checks import assert_nothing_left

pytestmark = [pytest.mark.storm, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("crashing_submit.py")
TIMES = 10 if os.environ.get("ISENGARD_TEST_FULL") else 1
#: before and after: the folder, each photo's, the training's and the job's file and their folders, ledger, doorbell
EXPECTED_POINTS = 16


@pytest.fixture(params=["sqlite", "redis"])
def redis_url(request):
    return request.getfixturevalue("redis_server").url if request.param == "redis" else ""


def test_every_acknowledged_submit_exists(house, ann, redis_url, capsys):
    house.ledger.close()
    command = [sys.executable, str(SCRIPT), str(ROOT / "boot.py"), str(house.paths.root), ann.id, str(TIMES)]
    done = subprocess.run(
        command, capture_output=True, timeout=560, env={**os.environ, "REDIS_URL": redis_url}, check=True
    )
    runs = [json.loads(line) for line in done.stdout.decode().splitlines()]
    points = Counter((run["at"], run["point"]) for run in runs if run["point"] != "ended")
    assert len(points) >= EXPECTED_POINTS and set(points.values()) == {TIMES}, points
    ledger = open_ledger(Settings(redis_url=redis_url), house.paths, SystemClock())
    known = {job.id: job for job in ledger.jobs(JobFilter(), limit=500).items}
    acknowledged = {run["acknowledged"] for run in runs} - {""}
    assert acknowledged and acknowledged <= set(known)
    for job in known.values():
        folder = house.paths.job(job.id)
        assert job.state is JobState.QUEUED and ResolvedTraining.read(folder).job_id == job.id
        assert len(list((folder / DATASET).glob("*.jpg"))) == 3 and (folder / MANIFEST).is_file()
    sweep(house.paths, old_s=-60)
    assert {folder.name for folder in house.paths.jobs.iterdir()} >= set(known)
    assert all((folder / "job.json").is_file() for folder in house.paths.jobs.iterdir())
    assert_nothing_left(house.paths.root)
    ledger.close()
    with capsys.disabled():
        print(
            f"\n[crash points] {len(points)} points x {TIMES}, {len(acknowledged)} acknowledged, {len(known)} exist"
        )
