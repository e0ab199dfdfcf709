"""How a training in ComfyUI fails, and what each failure means for a person: one table, read from the top.

The words are those of Python, PyTorch and ComfyUI as they stand in the log.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ....core.records.job import JobError, Offer
from ....core.said import said
from ...process.log_follower import shown_lines
from .graphs import UNKNOWN_NODE

SHOWN_LINES = 20
_KILLED = 137


@dataclass(frozen=True)
class Failure:
    """`words` are regular expressions, any of which is enough."""

    code: str
    message: str
    hint: str
    words: tuple[str, ...]
    offer: Offer = ""


CATALOGUE: tuple[Failure, ...] = (
    Failure(
        "gpu_out_of_memory",
        "Training stopped: the GPU ran out of memory.",
        "Free ComfyUI's memory and close other programs, or train smaller.",
        (r"out of memory", r"OutOfMemoryError", r"OOM_EXCEPTION"),
        "retry_smaller",
    ),
    Failure(
        "memory_out",
        "Training stopped: the computer ran out of memory.",
        "Close other programs, make the page file larger, or train smaller.",
        (r"\bMemoryError\b", r"DefaultCPUAllocator", r"[Cc]annot allocate memory", r"paging file is too small"),
        "retry_smaller",
    ),
    Failure(
        "disk_full",
        "Training stopped: the disk is full.",
        "Free some space, then press Retry: it continues from the last checkpoint.",
        (r"No space left on device", r"\[Errno 28\]", r"not enough space on the disk", r"os error (?:28|112)\b"),
    ),
    Failure(
        "base_model_missing",
        "A file of the model to train on is no longer where it was.",
        "Put it back under its old name, then press Retry: it continues from the last checkpoint.",
        (r"[Vv]alue.not.in.list[\s\S]*(?:ckpt|unet|clip|vae)_name",),
    ),
    Failure(
        "training_nodes_changed",
        "ComfyUI's training nodes have changed, and Isengard doesn't know the new ones.",
        "Update Isengard, or train with another trainer.",
        (re.escape(UNKNOWN_NODE), r"missing_node_type", r"because node \w+ does not exist"),
    ),
    Failure(
        "base_model_unusable",
        "The model to train on could not be loaded: its file is damaged or of another family.",
        "Choose another base model, or download it again.",
        (r"SafetensorError", r"HeaderTooLarge", r"Could not detect model type", r"size mismatch for"),
    ),
    Failure(
        "dataset_empty",
        "The trainer found no photo that it could read.",
        "Add photos, then train again.",
        (r"No valid images found", r"UnidentifiedImageError", r"cannot identify image file"),
    ),
)  # fmt: skip


def explain(lines: Sequence[str], exit_code: int) -> JobError:
    """The failure in our words with the log lines that show it; `trainer_failed` where the catalogue has none."""
    shown = shown_lines("\n".join(lines[-SHOWN_LINES:]))
    text = "\n".join(lines[-2 * SHOWN_LINES :])
    for failure in CATALOGUE:
        if any(re.search(words, text) for words in failure.words):
            return JobError(
                code=failure.code, message=failure.message, hint=failure.hint, log=shown, offer=failure.offer
            )
    if exit_code == _KILLED:
        return JobError(
            code="trainer_killed",
            message="The system stopped the trainer, most likely because the computer ran out of memory.",
            hint="Close other programs or train smaller, then press Retry: it continues from the last checkpoint.",
            log=shown,
            offer="retry_smaller",
        )
    return JobError(
        code="trainer_failed",
        message=said("ComfyUI's training stopped with code {exit_code}.", exit_code=exit_code),
        hint="Check the log, then press Retry.",
        log=shown,
    )
