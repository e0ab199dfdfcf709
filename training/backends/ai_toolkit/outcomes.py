"""What an AI-Toolkit run left behind, and what that means. Exit code 0 proves nothing (facts: ai-toolkit section a)."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from ....core.records.checkpoint import Checkpoint
from ....core.records.job import JobError
from ...interface import Outcome, ResolvedTraining
from ..checkpoint_reader import CheckpointReader, is_whole, put_away
from . import failures, optimizer
from .channels import JobRow

_SIGINT, _SIGTERM = 2, 15


def saved(out: Path, name: str, total: int) -> list[tuple[Path, int]]:
    """(file, optimizer steps done). AI-Toolkit counts from 0: its 000000005 is 6 steps; the final file has no number."""
    saves = []
    for file in out.glob(f"{name}*.safetensors"):
        match = re.fullmatch(rf"{re.escape(name)}(?:_(\d+))?\.safetensors", file.name)
        if match:
            saves.append((file, total if match[1] is None else min(total, int(match[1]) + 1)))
    final = [file for file, step in saves if step == total and file.stem == name]
    return [(file, step) for file, step in saves if step < total or not final or file in final]


def quarantine(out: Path, name: str, reader: CheckpointReader, *, keep: bool) -> None:
    """AI-Toolkit resumes from the newest `<name>*`, whole or not: broken files are moved away first, the optimizer's too.

    Files whose weights are not finite count as broken, and what the optimizer had learned by then is of the same numbers: it
    goes with them, the kept copy too. Without `keep` the run begins anew and nothing of an earlier attempt may be found either.
    """
    job_dir = out.parent.parent
    spoilt = False
    for file in sorted(out.glob(f"{name}*")):
        if not file.is_file():
            continue
        whole = keep and is_whole(file)
        finite = whole and reader.is_finite(file)
        spoilt |= whole and not finite
        if not finite:
            put_away(file, job_dir)
    state, kept = out / optimizer.NAME, job_dir / optimizer.KEPT
    if state.is_file() and (spoilt or not (keep and optimizer.whole(state))):
        put_away(state, job_dir)
    if spoilt and kept.is_file():
        put_away(kept, job_dir)


def make_newest(out: Path, name: str, total: int) -> None:
    """AI-Toolkit goes on from the file that was changed last, by the system's own time; after a data folder was copied that is
    any of them. Setting a file's times, here to what they were, makes it that one."""
    saves = saved(out, name, total)
    if saves:
        file = max(saves, key=lambda save: save[1])[0]
        times = file.stat()
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


def judge(
    training: ResolvedTraining,
    checkpoints: Sequence[Checkpoint],
    row: JobRow | None,
    exit_code: int,
    lines: list[str],
) -> Outcome:
    """Completed means: ended with 0, says so where it can, and the final file is proven."""
    status = row.status if row is not None else ""
    silent = status in ("", "queued")
    if (exit_code == 0 and status not in ("stopped", "queued", "error")) or (exit_code == 0 and silent):
        if checkpoints and checkpoints[-1].step == training.steps:
            return Outcome("completed", checkpoints=checkpoints)
        missing = (
            "The trainer ended, but the file it left has no usable weights. It was not added to ComfyUI."
        )
        return Outcome("failed", _error("lora_missing", missing, lines), checkpoints)
    if status in ("stopped", "queued") and not silent:
        return Outcome("cancelled", checkpoints=checkpoints)
    if exit_code in (128 + _SIGINT, 128 + _SIGTERM) and status != "error":
        return Outcome("cancelled", checkpoints=checkpoints)
    return Outcome("failed", failures.explain(row.info if row else "", lines, exit_code), checkpoints)


def _error(code: str, message: str, lines: list[str]) -> JobError:
    hint = "Check the log, then press Retry."
    return JobError(code=code, message=message, hint=hint, log=failures.relevant(lines))
