"""What is seen of a run that goes on from a checkpoint: the steps it does again have losses of their own."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace

import pytest
from isengard.core.records.job import Job, Progress
from isengard.training.gpu.gpu_lock import GpuSlot
from isengard.training.interface import LossPoint, Reading
from isengard.training.monitoring.memory_spill import Expected
from isengard.training.monitoring.run_health import ResumeWatch, TrainerSick
from isengard.training.monitoring.run_watch import LOSS_FILE, RunWatch, read_losses


@pytest.fixture
def resumed(tmp_path):
    """A run that begins again at step 50 where an earlier attempt had come to 80; `.now` is where it stands."""
    lines = [json.dumps({"step": step, "loss": 0.5, "learning_rate": None}) for step in range(1, 81)]
    (tmp_path / LOSS_FILE).write_text("\n".join(lines) + "\n")
    house = SimpleNamespace(now=0, loss=0.1, told=[], folder=tmp_path, saved=[])

    def poll(job_dir, training, after):
        points = [LossPoint(step, house.loss) for step in range(51, house.now + 1) if step > after]
        shown = points[-1].loss if points and math.isfinite(house.loss) else None
        progress = Progress(phase="training", step=house.now, loss=shown)
        return Reading(progress, [], points)

    house.watch = RunWatch(
        SimpleNamespace(
            progress=lambda lease, progress: house.told.append(progress),
            checkpoint=lambda lease, checkpoint: None,
        ),
        SimpleNamespace(attempt=2),
        Job(id="job_x", created_at="", updated_at=""),
        job_dir=tmp_path,
        backend=SimpleNamespace(poll=poll, checkpoints=lambda *_: house.saved),
        training=SimpleNamespace(save_every=100),
        gpu=GpuSlot(),
        should=Expected(),
    )
    return house


def test_the_losses_of_steps_done_again_take_the_place_of_the_first_ones(resumed):
    for resumed.now in (0, 50, 60, 70):
        resumed.watch.look()
    assert resumed.told[-1].loss == 0.1
    losses = {point["step"]: point["loss"] for point in read_losses(resumed.folder)}
    assert len(losses) == 80 and (losses[50], losses[51], losses[70], losses[71]) == (0.5, 0.1, 0.1, 0.5)


def test_a_stopped_run_says_the_step_that_was_saved(resumed):
    """AI-Toolkit says which step it does; the checkpoint counts that one as done."""
    resumed.now, resumed.saved = (
        70,
        [SimpleNamespace(step=50, sha256="a"), SimpleNamespace(step=71, sha256="b")],
    )
    resumed.watch.stop()
    assert resumed.told[-1].step == 71
    resumed.now = 72
    resumed.watch.stop()
    assert resumed.told[-1].step == 72, "what was lost after the last checkpoint is not hidden"


@pytest.mark.parametrize(
    ("readings", "lost"),
    [
        ([(None, 0), (None, 49)], None),  # does the checkpoint's own step again
        ([(None, 0), (None, 60), (None, 3)], None),
        ([(0, 0)], 0),  # its first bar says so before its first step
        ([(None, 0), (None, 12)], 12),
        ([(None, 0), (49, 51), (49, 52)], None),
        ([(50, 50), (50, 51)], None),  # from a final file, which counts every step as done
    ],
)
def test_a_run_that_goes_on_begins_at_its_checkpoint_or_is_stopped(readings, lost):
    watch = ResumeWatch(50)
    found = None
    for began, step in readings:
        try:
            watch.look(Reading(Progress(step=step), began_at=began))
        except TrainerSick as sick:
            found = sick.error
    assert (found is None) == (lost is None)
    assert lost is None or (
        found.code == "resume_lost" and f"step {lost} " in found.message and "50" in found.message
    )


def test_a_run_that_begins_anew_may_begin_anywhere():
    for began, step in ((0, 0), (None, 1), (None, 0)):
        ResumeWatch(0).look(Reading(Progress(step=step), began_at=began))


def test_numbers_out_of_range_are_seen_in_them_too(resumed):
    resumed.loss = float("nan")
    with pytest.raises(TrainerSick):
        for resumed.now in (50, 60, 70):
            resumed.watch.look()


def test_a_damaged_line_costs_itself_alone(tmp_path):
    good = b'{"step": 1, "loss": 0.5}\n'
    (tmp_path / LOSS_FILE).write_bytes(good + b"\xff\x00\xfe\n[1]\n" + good.replace(b"1", b"2"))
    assert [point["step"] for point in read_losses(tmp_path)] == [1, 2]
