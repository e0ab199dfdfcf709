"""The trainer's log goes on over all attempts of a job: a line of ours divides them, so that nothing of an earlier attempt (its
bars, its last error) is taken for the present one's."""

from __future__ import annotations

import re
from pathlib import Path

from ..interface import LOG_FILE

_DIVIDER = re.compile(r"^--- Isengard: attempt \d+ ---$")


def divide(job_dir: Path, attempt: int) -> None:
    """Before the trainer starts; a log that has nothing in it yet needs no line. Raises OSError."""
    log = job_dir / LOG_FILE
    if not log.exists() or not log.stat().st_size:
        return
    with log.open("a", encoding="utf-8") as stream:
        # a trainer that was killed leaves half a line
        stream.write(f"\n--- Isengard: attempt {attempt} ---\n")


def of_this_attempt(lines: list[str]) -> list[str]:
    """The lines that follow the last divider in `lines` (without their line ends); all of them where there is none."""
    last = next((n for n in range(len(lines) - 1, -1, -1) if _DIVIDER.match(lines[n])), -1)
    return lines[last + 1 :]
