"""What the training node says while it waits, in a line: where the job stands, and how long it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.records.job_states import JobState
from ...core.said import Fixed, Said, Seconds, joined, said

if TYPE_CHECKING:
    from ...core.records.job import Job, Progress

STATES = {
    JobState.QUEUED: said("Waiting in line."),
    JobState.PREPARING: said("Preparing."),
    JobState.PAUSING: said("Pausing."),
    JobState.PAUSED: said("Paused. Resume it in the Isengard tab."),
    JobState.INTERRUPTED: said("Interrupted. It resumes automatically."),
    JobState.CANCELLING: said("Stopping."),
    JobState.CANCELLED: said("Cancelled."),
    JobState.FAILED: said("Failed. The Isengard tab has its log."),
}
PHASES = {
    "starting": said("The trainer is starting"),
    "loading": said("Loading the model"),
    "downloading": said("Downloading the model"),
    "caching": said("Preparing the photos"),
    "captioning": said("Describing the photos"),
    "freeing_gpu": said("Waiting for ComfyUI to free the GPU"),
    "saving": said("Saving"),
    "sampling": said("Making sample pictures"),
    "finishing": said("Finishing"),
}


def words_of(job: Job) -> str:
    """Words for where a job stands; without a name, since ComfyUI keeps what a node says."""
    progress = job.progress
    if job.state is JobState.COMPLETED:
        return said("Trained in {steps} steps. The new version can be used now.", steps=progress.step)
    if job.state is not JobState.RUNNING:
        return STATES.get(job.state, said("Working."))
    return _in_row([PHASES.get(progress.phase, said("Training")), *_numbers(progress)])


def words_at_once(job: Job) -> str:
    """Words for a node that does not wait: what it found, or what it put in line."""
    if job.state is JobState.COMPLETED:
        return said(
            "Already trained with these photos and settings. To train again, set another seed in overrides."
        )
    if job.state is JobState.RUNNING:
        return said("{progress}. The Isengard tab shows the progress.", progress=words_of(job))
    return joined(words_of(job), said("The Isengard tab shows the progress."))


def _in_row(parts: list[Said]) -> Said:
    gaps = {f"part{number}": part for number, part in enumerate(parts, 1)}
    return Said(" · ".join(f"{{{name}}}" for name in gaps), gaps)


def _numbers(progress: Progress) -> list[Said]:
    if not progress.total_steps or not progress.step:
        return []
    numbers = [said("step {step} of {steps}", step=progress.step, steps=progress.total_steps)]
    if progress.eta_s:
        numbers.append(said("{time} left", time=Seconds(progress.eta_s)))
    if progress.loss is not None:
        numbers.append(said("loss {loss}", loss=Fixed(f"{progress.loss:.3f}")))
    return numbers
