"""What the training node says while it waits, in a line: where the job stands, and how long it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.records.job_states import JobState

if TYPE_CHECKING:
    from ...core.records.job import Job, Progress

STATES = {
    JobState.QUEUED: "Waiting in line",
    JobState.PREPARING: "Preparing",
    JobState.PAUSING: "Pausing",
    JobState.PAUSED: "Paused. Resume it in the Isengard tab",
    JobState.INTERRUPTED: "Interrupted. It resumes automatically",
    JobState.CANCELLING: "Stopping",
    JobState.CANCELLED: "Cancelled",
    JobState.FAILED: "Failed. The Isengard tab has its log",
}
PHASES = {
    "starting": "The trainer is starting",
    "loading": "Loading the model",
    "downloading": "Downloading the model",
    "caching": "Preparing the photos",
    "captioning": "Describing the photos",
    "freeing_gpu": "Waiting for ComfyUI to free the GPU",
    "saving": "Saving",
    "sampling": "Making sample pictures",
    "finishing": "Finishing",
}
MINUTE_S, HOUR_S = 60, 3600


def words_of(job: Job) -> str:
    """Words for where a job stands; without a name, since ComfyUI keeps what a node says."""
    progress = job.progress
    if job.state is JobState.COMPLETED:
        return f"Trained in {progress.step} steps. The new version can be used now."
    if job.state is not JobState.RUNNING:
        return f"{STATES.get(job.state, 'Working')}."
    parts = [PHASES.get(progress.phase, "Training"), *_numbers(progress)]
    return " · ".join(parts)


def words_at_once(job: Job) -> str:
    """Words for a node that does not wait: what it found, or what it put in line."""
    if job.state is JobState.COMPLETED:
        return (
            "Already trained with these photos and settings. To train again, set another seed in overrides."
        )
    return f"{words_of(job).rstrip('.')}. The Isengard tab shows the progress."


def _numbers(progress: Progress) -> list[str]:
    if not progress.total_steps or not progress.step:
        return []
    numbers = [f"step {progress.step} of {progress.total_steps}"]
    if progress.eta_s:
        numbers.append(f"{_time(progress.eta_s)} left")
    if progress.loss is not None:
        numbers.append(f"loss {progress.loss:.3f}")
    return numbers


def _time(seconds: float) -> str:
    if seconds < MINUTE_S:
        return f"{round(seconds)} s"
    if seconds < HOUR_S:
        return f"{round(seconds / MINUTE_S)} min"
    return f"{seconds / HOUR_S:.1f} h"
