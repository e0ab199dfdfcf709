"""A training of about twenty seconds as a job, against its bare command: what queue, worker, shim and ledger cost."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from hosts.demo import drawings
from hosts.journey import Api

from .measure import Measure, slower_by

PENCIL = Path(__file__).resolve().parents[1] / "fakes" / "pencil_pack"
#: The pencil makes fifty strokes a second.
STEPS = 1000
RANK = 16
MOST = 1.05
LOOK_S = 0.02


def overhead(api: Api, work: Path, steps: int = STEPS) -> list[Measure]:
    """The server must have the pencil's pack beside ours."""
    character = api.post("/characters", {"name": "Cid Example", "consent": True})
    for photo in drawings(work / "photos", 3):
        api.upload(character["id"], photo)
    order = {"character_id": character["id"], "backend": "pencil", "family": "sd15", "preset": "sketch"}
    job = api.post("/training/jobs", {**order, "overrides": {"steps": steps, "rank": RANK}})
    path = f"/training/jobs/{job['id']}"
    api.wait_for(path, 60, ("running", "completed", "failed"))
    began = time.perf_counter()
    while (state := api.get(path)["state"]) == "running":
        time.sleep(LOOK_S)
    ours = time.perf_counter() - began
    assert state == "completed", api.get(path)["error"]
    return [slower_by(f"a training of {steps} steps", ours, _bare(work / "bare", steps), "s", most=MOST)]


def _bare(folder: Path, steps: int) -> float:
    folder.mkdir()
    began = time.perf_counter()
    subprocess.run([sys.executable, str(PENCIL / "draw.py"), str(folder), str(steps), str(RANK)], check=True)
    return time.perf_counter() - began
