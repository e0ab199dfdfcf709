"""What AI-Toolkit leaves out without failing: photos it cannot read, steps the GPU has no memory for."""

from __future__ import annotations

from pathlib import Path

from ....core.said import joined, said
from ...interface import LOG_FILE, ResolvedTraining
from . import channels


class Omissions:
    """Remembers what it has looked at: a log's head is read once, and each step is looked at once."""

    def __init__(self) -> None:
        self._found: dict[Path, int | None] = {}
        self._skipped: dict[Path, tuple[int, int]] = {}

    def told(self, job_dir: Path, losses: Path, training: ResolvedTraining, *, step: int) -> list[str]:
        """Sentences that stay true of what came of it; said once the first step is done."""
        return [
            *self._photos(job_dir, training.image_count, step),
            *self._steps(losses, step),
        ]

    def _photos(self, job_dir: Path, sent: int, step: int) -> list[str]:
        if step and job_dir not in self._found:
            self._found[job_dir] = channels.images_found(job_dir / LOG_FILE)
        count = self._found.get(job_dir)
        if count is None or count >= sent:
            return []
        return [
            said(
                "The trainer could not read {read} of {sent} photos and continues without them.",
                read=sent - count,
                sent=sent,
            )
        ]

    def _steps(self, losses: Path, step: int) -> list[str]:
        """A step without memory is skipped; AI-Toolkit gives up only at the fourth in a row."""
        first, count = self._skipped.get(losses, (0, 0))
        count += channels.skipped_steps(losses, first, step)
        self._skipped[losses] = (max(first, step), count)
        if not count:
            return []
        sentence = said(
            "The GPU ran out of memory in {count} of {step} steps, and nothing was learned in them.",
            count=count,
            step=step,
        )
        return [joined(sentence, said("Free ComfyUI's memory, or train smaller."))]
