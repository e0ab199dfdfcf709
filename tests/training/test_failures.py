"""Every way a training fails, caused by the stand-in that speaks AI-Toolkit's protocol, and told in our words."""

from __future__ import annotations

import pytest
from isengard.core.jobs.ledger import JobFilter
from isengard.core.records.job import Progress
from isengard.training.backends.ai_toolkit import channels
from isengard.training.backends.ai_toolkit.backend import phase_of
from isengard.training.backends.ai_toolkit.failures import CATALOGUE, explain, relevant
from isengard.training.interface import TRAINING_FILE
from isengard.training.monitoring.eta import Eta
from isengard.training.monitoring.memory_spill import SpillWatch
from isengard.training.monitoring.run_health import StallWatch, TrainerSick
from support.standin_fixtures import standin, submit  # noqa: F401 - fixture
from support.trainer_says import SAID, SAID_OTHERWISE
from support.training_waits import wait_for

KILLED = {"trainer_killed": "signal:9", "trainer_crashed": "signal:11"}
ENDED = {**KILLED, "trainer_stopped": "signal:15", "lora_missing": "nothing"}


@pytest.fixture
def train(house, ann, start_worker, standin):  # noqa: F811
    """Train with the stand-in and a fault; the job when it has ended."""

    def train(fault, steps=60, damage=False, **environment):
        (standin / "fault").write_text(fault)
        job = submit(house, ann, steps=steps)
        if damage:
            (house.paths.job(job.id) / TRAINING_FILE).write_text("{ half")
        start_worker(**{**environment, "ISENGARD_MODE": "production"})
        return wait_for(house.ledger, job.id)

    return train


@pytest.mark.parametrize(("code", "line"), SAID_OTHERWISE)
def test_other_words_for_the_same_are_known_too(code, line):
    assert explain("", ["Traceback (most recent call last):", line], 1).code == code


@pytest.mark.parametrize("code", SAID)
def test_what_the_trainer_says_is_told_in_our_words(code):
    lines = [
        "No module named 'triton', going on",
        "Traceback (most recent call last):",
        '  File "run.py"',
        SAID[code],
    ]
    error = explain("", lines, 1)
    assert error.code == code and error.hint and SAID[code][:40] in "\n".join(error.log)
    assert not set("!") & set(error.message + error.hint) and "please" not in error.hint.lower()


def test_every_entry_of_the_catalogue_is_caused_by_something():
    assert {failure.code for failure in CATALOGUE} == set(SAID) | set(KILLED)
    assert (
        len({failure.message for failure in CATALOGUE if failure.code != "trainer_killed"}) >= len(SAID) - 1
    )


@pytest.mark.parametrize("code", ["gpu_out_of_memory", "network_unreachable"])
def test_a_failing_trainer_ends_in_a_job_that_says_why(train, code):
    job = train(f"say:{SAID[code]}")
    assert (job.state.value, job.error.code) == ("failed", code)
    assert any(SAID[code] in line for line in job.error.log) and len(job.error.log) <= 20
    assert job.error.offer == ("retry_smaller" if code == "gpu_out_of_memory" else "")


@pytest.mark.parametrize("code", ENDED)
def test_a_trainer_that_ended_without_a_word_is_told_so(train, code):
    job = train(ENDED[code])
    assert (job.state.value, job.error.code, job.attempt) == ("failed", code, 1)


def test_numbers_out_of_range_stop_the_training(train, house):
    job = train("nan_loss", steps=600)
    assert (job.state.value, job.error.code) == ("failed", "loss_not_finite") and job.progress.step < 600


def test_a_trainer_that_does_nothing_is_stopped(train):
    job = train("hang", ISENGARD_STALL_SCALE="0.004")
    assert (job.state.value, job.error.code) == ("failed", "trainer_hung") and "at step" in job.error.message


def test_a_job_whose_file_is_broken_is_told_so(train):
    job = train("", damage=True)
    assert (job.state.value, job.error.code, job.attempt) == ("failed", "job_damaged", 1)


def test_photos_the_trainer_left_out_are_told(train, house):
    job = train("skipped")
    assert job.state.value == "completed" and len(job.progress.warnings) == 1
    assert "1 of 3 photos" in job.progress.warnings[0], "said on the finished job too"
    assert house.ledger.jobs(JobFilter(kinds=["training"])).items[0].progress.warnings


def test_the_log_of_a_failure_is_short_and_holds_no_secret():
    lines = [
        "Traceback (most recent call last):",
        *(f"  line {n}" for n in range(90)),
        "RuntimeError: hf_abcdef",
    ]
    shown = relevant(lines)
    assert len(shown) == 20 and shown[0].startswith("Traceback") and "hf_***REDACTED***" in shown[-1]
    assert explain("", ["odd: things"], 3).code == "trainer_failed"


def test_a_warning_of_the_start_does_not_explain_an_unknown_failure():
    warned = ["UserWarning: No module named 'triton', going on without"]
    failed = ["Traceback (most recent call last):", "RuntimeError: the flux capacitor is empty"]
    assert explain("", [*warned, *failed], 1).code == "trainer_failed"
    chain = [
        "Traceback (most recent call last):",
        "GatedRepoError: 403",
        "",
        "During handling of the above:",
        *failed,
    ]
    assert explain("", chain, 1).code == "model_gated", "an earlier link of the chain may say more"


def progress(step, pace, phase="training"):
    return Progress(phase=phase, step=step, total_steps=100, seconds_per_step=pace)


def spill(paces, every=10):
    """What is said at each step; like AI-Toolkit, the pace is measured once in `every` steps."""
    watch, said = SpillWatch(), []
    for step in range(1, every * len(paces) + 1):
        watch.look(progress(step, paces[(step - 1) // every]))
        said.append(watch.warning)
    return said


def test_steps_that_stay_slow_are_told_until_they_are_fast_again():
    said = spill([*[1.0] * 8, 9.0, 9.5, *[9.0] * 30, 1.1])
    assert not any(said[:90]) and "9 times slower" in said[95]
    assert all(said[95:400]), "what is slow does not become usual"
    assert said[-1] == ""


def test_one_slow_measurement_is_no_spill():
    assert not any(spill([*[1.0, 1.1] * 4, 60.0, 1.0, 1.0]))
    assert any(spill([1.0, 1.01] * 8 + [9.0, 9.1], every=1)), "a trainer that measures every step"


def test_silence_is_judged_by_the_phase(tmp_path):
    now = [0.0]
    watch = StallWatch(tmp_path / "log", clock=lambda: now[0])
    for phase, limit in (("loading", 1800), ("training", 900)):
        watch.look(progress(0, None, phase))
        now[0] += limit - 1
        watch.look(progress(0, None, phase))
        (tmp_path / "log").write_text(phase)
        watch.look(progress(0, None, phase))
    now[0] += 901
    with pytest.raises(TrainerSick) as caught:
        watch.look(progress(0, None, "training"))
    assert caught.value.error.code == "trainer_hung" and "15 min" in caught.value.error.message


def test_time_left_counts_the_breaks_too():
    now = [0.0]
    eta = Eta(save_every=25, clock=lambda: now[0])
    assert eta.left(progress(10, 2.0)) == 180
    for phase, seconds in (("saving", 4), ("sampling", 16)):
        eta.left(progress(25, 2.0, phase))
        now[0] += seconds
    assert eta.left(progress(50, 2.0)) == 100 + 3 * 20


@pytest.mark.parametrize(
    ("info", "phase"),
    [
        ("", "starting"),
        ("Starting", "starting"),
        ("Text Encoder", "loading"),
        ("Moving transformer to CPU", "loading"),
        ("Training", "training"),
        ("Saving model", "saving"),
        ("Generating images - 0/2", "sampling"),
        ("Training completed", "finishing"),
    ],
)
def test_whatever_an_architecture_calls_its_parts_they_are_being_loaded(info, phase):
    assert phase_of(info) == phase


def test_bars_before_the_first_step_tell_the_phase(tmp_path):
    assert channels.busy_with(["Fetching 23 files:  13%|█▎        | 3/23 [00:01<00:09]"]) == "downloading"
    assert channels.busy_with(["Caching latents to disk:  50%|█████     | 3/6 [00:01<00:01]"]) == "caching"
    assert channels.busy_with(["Caching latents to disk: 100%|██████████| 6/6 [00:01<00:00]"]) == ""
    (tmp_path / "log").write_text("  -  Found 6 images\n  -  Found 5 images\n")
    assert channels.images_found(tmp_path / "log") == 5 and channels.images_found(tmp_path / "none") is None
