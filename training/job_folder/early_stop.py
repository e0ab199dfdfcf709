"""A training told to end before its last step: a file in its folder says so, to whichever worker runs it or takes it up next."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from ...core import atomic
from ...core.records.job import EarlyStop

FILE = "early_stop.json"


def write(job_dir: Path, stop: EarlyStop) -> None:
    atomic.write_json(job_dir / FILE, stop.model_dump(mode="json"))


def read(job_dir: Path) -> EarlyStop | None:
    """None where it trains to its last step, and for a file that is not ours: a training is never cut short by damage."""
    try:
        return EarlyStop.model_validate_json((job_dir / FILE).read_text(encoding="utf-8"))
    except (OSError, ValidationError, UnicodeDecodeError):
        return None
