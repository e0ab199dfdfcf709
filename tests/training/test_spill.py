"""Steps that were slow from the first one on: against what this GPU has taken before, or a full memory and the record's guess.

A GPU whose memory spills cannot be had here: what the driver would tell is made up.
"""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from isengard.core.errors import LedgerAwayError
from isengard.core.records.job import Job, Progress
from isengard.training.gpu.gpu_lock import GpuSlot
from isengard.training.interface import Reading
from isengard.training.monitoring.memory_spill import Expected, SpillWatch, expected
from isengard.training.monitoring.run_watch import RunWatch
from support.gpu_fixtures import TOTAL_MIB, UUID, gpu  # noqa: F401 - fixture

GB = 10**9
TOTAL = 24 * GB
FULL, NEARLY, ROOMY = int(0.98 * TOTAL), int(0.93 * TOTAL), int(0.6 * TOTAL)


def said(should: Expected, paces, used=FULL, every=10) -> list[str]:
    """What is said after each measurement; like AI-Toolkit's, one in `every` steps."""
    watch, after = SpillWatch(should), []
    for number, pace in enumerate(paces, 1):
        for step in range((number - 1) * every + 1, number * every + 1):
            watch.look(Progress(phase="training", step=step, seconds_per_step=pace, vram_used_bytes=used))
        after.append(watch.warning)
    return after


LEARNED = Expected(learned_s=2.0, guess_s=3.0, gpu_bytes=TOTAL)
GUESSED = Expected(guess_s=3.0, gpu_bytes=TOTAL)


def test_against_what_this_gpu_has_taken_before():
    after = said(LEARNED, [20.0, 18.0, 18.2, 18.1, 18.0])
    assert not any(after[:2]), "the first measurements have the start in them"
    assert all(
        "9 times slower than on this GPU before, from its first step on" in words for words in after[2:]
    )
    assert all(said(LEARNED, [18.0] * 4, used=None)[2:]), "a system that does not tell what is used"
    assert all(said(LEARNED, [18.0] * 4, used=NEARLY)[2:]) and not any(said(LEARNED, [18.0] * 4, used=ROOMY))
    assert not any(said(LEARNED, [30.0, 5.9, 5.8, 5.9])), "a slow start is none"


def test_it_is_taken_back_when_steps_are_as_fast_as_they_should_be():
    after = said(LEARNED, [18.0, 18.1, 18.0, 2.1, 2.0])
    assert after[2] and not after[3] and not after[4]
    later = said(LEARNED, [2.0, 2.1] * 4 + [9.0, 9.1])[-1]
    assert "Training has become 4 times slower" in later, "what began later is told as before"


def test_without_such_a_time_only_a_full_memory_and_several_times_the_guess():
    assert "about 6 times slower than it should be, from its first step" in said(GUESSED, [18.0] * 4)[-1]
    for used in (NEARLY, ROOMY, None):
        assert not any(said(GUESSED, [18.0] * 4, used=used))
    assert not any(said(GUESSED, [14.0] * 4)), "a slower GPU than the record's"
    assert not any(said(Expected(gpu_bytes=TOTAL), [900.0] * 4)), "nothing is known"
    assert not any(said(Expected(learned_s=1.0, guess_s=1.0), [900.0] * 4)), "a processor spills nothing"


def test_what_is_known_at_the_start_is_of_this_gpu_alone(monkeypatch):
    training = SimpleNamespace(
        backend="ai_toolkit", family="sd15", resolution=[512], quantize=False, low_vram=True, offload=0.0, batch_size=2, guess_s=0.5
    )  # fmt: skip
    job = Job(
        id="job_x", backend="ai_toolkit", family="sd15", resolution=[512], low_vram=True, created_at="", updated_at="",
        progress=Progress(seconds_per_step=1.5, device="RTX 4090"),
    )  # fmt: skip
    ledger = SimpleNamespace(jobs=lambda *_, **__: SimpleNamespace(items=[job]))
    mine = GpuSlot(UUID, 0, "RTX 4090", TOTAL)
    assert expected(ledger, training, mine) == Expected(3.0, 0.5, TOTAL), "two photos a step"
    assert expected(ledger, training, GpuSlot(UUID, 0, "H200", TOTAL)) == Expected(0.0, 0.5, TOTAL)
    assert expected(ledger, training, GpuSlot()) == Expected()

    def away(*_, **__):
        raise LedgerAwayError("redis_away", "Redis is away.", "")

    ledger.jobs = away
    assert expected(ledger, training, mine) == Expected(0.0, 0.5, TOTAL)


@pytest.fixture
def watch(tmp_path):
    """`watch(pace)`: a look at a run with that pace; `.told` is what the ledger was given last."""
    told, backend = [], SimpleNamespace(pace=18.0, step=0, checkpoints=lambda *_: [])

    def poll(*_):
        backend.step += 10
        return Reading(
            Progress(phase="training", step=backend.step, total_steps=900, seconds_per_step=backend.pace)
        )

    backend.poll = poll
    job = Job(id="job_x", created_at="", updated_at="")
    run = RunWatch(
        SimpleNamespace(progress=lambda lease, progress: told.append(progress)),
        SimpleNamespace(attempt=1), job, job_dir=tmp_path, backend=backend,
        training=SimpleNamespace(save_every=100), gpu=GpuSlot(UUID, 0, "RTX 4090", TOTAL_MIB * 1024**2), should=Expected(2.0, 3.0, TOTAL_MIB * 1024**2),
    )  # fmt: skip
    return SimpleNamespace(run=run, told=told, backend=backend)


def test_a_run_tells_it_by_what_the_driver_says_and_then_teaches_nothing(gpu, watch):  # noqa: F811
    gpu.set(free=200)
    for _ in range(4):
        watch.run.look()
    (warning,) = watch.told[-1].warnings
    assert "9 times slower than on this GPU before, from its first step on" in warning
    assert watch.told[-1].device == "RTX 4090" and watch.told[-1].vram_used_bytes
    last = watch.run.finish()
    assert (last.warnings, last.device) == ([], "")
    watch.backend.pace = 2.0
    assert watch.run.finish().device == "RTX 4090"
