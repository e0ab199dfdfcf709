"""What trainers of this pack leave in a job's folder while they run: losses, a JSON object a line, and samples named by step and number."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from ...core import atomic
from ..interface import LossPoint, SampleFile


def read_losses(file: Path, after_step: int) -> list[LossPoint]:
    """Read the points after a step, by step; of a step that was done twice the last. A half-written line is left out."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    points: dict[int, LossPoint] = {}
    for line in lines:
        try:
            point = LossPoint(**json.loads(line))
        except (ValueError, TypeError):
            continue
        points[point.step] = point
    return [points[step] for step in sorted(points) if step > after_step]


def forget_losses(file: Path, after_step: int) -> None:
    """Forget what an attempt before has left of the steps that are done again: the new one would be judged by its numbers. OSError."""
    if not file.exists():
        return
    kept = [point for point in read_losses(file, 0) if point.step <= after_step]
    atomic.write_text(file, "".join(f"{json.dumps(asdict(point))}\n" for point in kept))


def find_samples(job_dir: Path) -> list[SampleFile]:
    """Find samples/<step>_<number>.png."""
    samples = []
    for file in sorted((job_dir / "samples").glob("[0-9]*_[0-9]*.png")):
        step, index = file.stem.split("_")
        samples.append(SampleFile(int(step), int(index), f"samples/{file.name}"))
    return samples
