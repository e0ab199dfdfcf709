"""What an AI-Toolkit run left behind, and what that means. Exit code 0 proves nothing (facts: ai-toolkit section a)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from ....core.errors import InvalidError
from ....core.records.checkpoint import Checkpoint
from ....core.records.job import JobError
from ...interface import Outcome, ResolvedTraining
from ...lora_file import read_header
from .channels import JobRow

QUARANTINE = "quarantine"
_SIGINT, _SIGTERM = 2, 15


def saved(out: Path, name: str, total: int) -> list[tuple[Path, int]]:
    """(file, optimizer steps done). AI-Toolkit counts from 0: its 000000005 is 6 steps; the final file has no number."""
    found = []
    for file in out.glob(f"{name}*.safetensors"):
        match = re.fullmatch(rf"{re.escape(name)}(?:_(\d+))?\.safetensors", file.name)
        if match:
            found.append((file, total if match[1] is None else min(total, int(match[1]) + 1)))
    final = [file for file, step in found if step == total and file.stem == name]
    return [(file, step) for file, step in found if step < total or not final or file in final]


def quarantine(out: Path, name: str, *, keep: bool) -> None:
    """AI-Toolkit resumes from the newest `<name>*`, whole or not: broken files are moved away first.

    Without `keep` the run begins anew and nothing of an earlier attempt may be found either.
    """
    optimizer = out / "optimizer.pt"
    for file in [*sorted(out.glob(f"{name}*")), optimizer]:
        if file.is_file() and not (keep and (file == optimizer or _whole(file))):
            target = out.parent.parent / QUARANTINE
            target.mkdir(exist_ok=True)
            file.replace(target / f"{len(list(target.iterdir())):03d}-{file.name}")


def _whole(file: Path) -> bool:
    if file.suffix != ".safetensors":
        return False
    try:
        read_header(file)
    except InvalidError:
        return False
    return True


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
    if exit_code == 0 and (status == "completed" or silent):
        if checkpoints and checkpoints[-1].step == training.steps:
            return Outcome("completed", checkpoints=checkpoints)
        return Outcome(
            "failed", _error("lora_missing", "The trainer ended without a usable LoRA."), checkpoints
        )
    if status in ("stopped", "queued") and not silent:
        return Outcome("cancelled", checkpoints=checkpoints)
    if exit_code in (128 + _SIGINT, 128 + _SIGTERM) and status != "error":
        return Outcome("cancelled", checkpoints=checkpoints)
    return Outcome("failed", translate(row.info if row else "", lines, exit_code), checkpoints)


#: Words in the trainer's output -> (code, what happened, what to do).
TRANSLATIONS: tuple[tuple[str, str, str, str], ...] = (
    ("out of memory", "gpu_out_of_memory", "The GPU's memory was not enough.", "Choose Quick, a smaller resolution, or close other programs."),
    ("OOM during training", "gpu_out_of_memory", "The GPU's memory was not enough.", "Choose Quick, a smaller resolution, or close other programs."),
    ("No space left on device", "disk_full", "The disk is full.", "Free some space, then press Retry."),
    ("couldn't connect to", "model_unreachable", "The model could not be downloaded.", "Check the internet connection, then press Retry."),
    ("gated repo", "model_gated", "This model needs your permission first.", "Accept its licence on its page and enter your token."),
    ("401 Client Error", "model_gated", "This model needs your permission first.", "Accept its licence on its page and enter your token."),
    ("no images found", "dataset_empty", "The trainer found no photos.", "Add photos, then train again."),
    ("ModuleNotFoundError", "backend_broken", "AI-Toolkit's installation is incomplete.", "Set it up again."),
)  # fmt: skip


def translate(info: str, lines: list[str], exit_code: int) -> JobError:
    """The trainer's failure in our words, with its own last line where we have no better ones."""
    text = "\n".join([info, *lines[-200:]])
    for needle, code, message, hint in TRANSLATIONS:
        if needle.lower() in text.lower():
            return JobError(code=code, message=message, hint=hint)
    last = next((line for line in reversed(lines) if re.match(r"\w*(Error|Exception)\b", line)), info)
    return _error("trainer_failed", f"AI-Toolkit stopped with code {exit_code}. {last[:300]}".strip())


def _error(code: str, message: str) -> JobError:
    return JobError(code=code, message=message, hint="Look at the job's log, then press Retry.")
