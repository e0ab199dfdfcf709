"""What every training backend must do, run through its own process: `fast_test`, and `ai_toolkit` and `comfyui_native` over stand-ins."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from isengard.core.families.families import Families
from isengard.core.settings import Settings
from isengard.training.backends import checkpoint_reader
from isengard.training.backends.ai_toolkit import backend as ai_toolkit
from isengard.training.backends.ai_toolkit import optimizer
from isengard.training.backends.fast_test import backend as fast_test
from isengard.training.loras import lora_fit
from safetensors.numpy import load_file, save_file
from support.frozen_trainings import comfyui_trainer, with_a_photo
from support.frozen_trainings import training as frozen

STANDIN = Path(__file__).resolve().parents[1] / "fakes" / "aitk_standin"


@pytest.fixture
def standin(tmp_path):
    """A folder like AI-Toolkit's; write `fault` into it for a fault."""
    folder = tmp_path / "ai toolkit \u00fc"
    folder.mkdir()
    for file in ("run.py", "version.py"):
        (folder / file).symlink_to(STANDIN / file)
    return folder


def make_fast_test(paths, standin):
    return fast_test.FastTestBackend(True, Families())


def make_ai_toolkit(paths, standin):
    settings = Settings(
        ai_toolkit_dir=str(standin),
        ai_toolkit_python=sys.executable,
        allow_cpu=True,
        hf_token="hf_secret",
    )
    return ai_toolkit.AiToolkitBackend(settings, paths, Families())


def make_comfyui_native(paths, standin):
    return comfyui_trainer(paths)


#: Every trainer of the pack, over a stand-in for its program. A new one adds its line.
TRAINERS = {
    "fast_test": make_fast_test,
    "ai_toolkit": make_ai_toolkit,
    "comfyui_native": make_comfyui_native,
}


@pytest.fixture
def make(paths, standin):
    return lambda name: TRAINERS[name](paths, standin)


@pytest.fixture(params=TRAINERS)
def backend(request, make):
    return make(request.param)


@pytest.fixture
def job_dir(paths):
    return with_a_photo(paths)


def training(backend, **changes):
    return frozen(**{"backend": backend.name, "rank": 4, "alpha": 4.0, **changes})


def start(backend, job_dir, wanted, resume=False):
    plan = backend.plan(job_dir, wanted, resume=resume)
    log = (job_dir / "trainer.log").open("ab")
    return plan, subprocess.Popen(plan.argv, cwd=plan.cwd, env=plan.env, stdout=log, stderr=log)


def run(backend, job_dir, wanted, resume=False):
    _, process = start(backend, job_dir, wanted, resume)
    code = process.wait(180)
    return backend.outcome(job_dir, wanted, 128 - code if code < 0 else code)


def test_a_whole_run_is_completed_and_proven(backend, job_dir):
    wanted = training(backend)
    outcome = run(backend, job_dir, wanted)
    assert outcome.state == "completed", (outcome.error, (job_dir / "trainer.log").read_text()[-800:])
    steps = [checkpoint.step for checkpoint in outcome.checkpoints]
    assert steps == sorted(steps) and steps[-1] == 40 and len(steps) >= 3
    last = outcome.checkpoints[-1]
    assert last.proof.holds and last.sha256 and (job_dir / "out" / last.file).stat().st_size == last.size
    reading = backend.poll(job_dir, wanted, 0)
    assert reading.progress.step == 40 and reading.losses[-1].loss > 0
    assert [point.step for point in backend.poll(job_dir, wanted, 35).losses] == list(range(36, 41))


def test_the_plan_holds_no_secret_in_its_arguments_and_a_minimal_environment(backend, job_dir, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("HF_TOKEN", "hf_from_the_shell")
    plan = backend.plan(job_dir, training(backend), resume=False)
    written = "".join(f.read_text(errors="replace") for f in job_dir.rglob("*.json"))
    assert not [text for text in (*plan.argv, written) if "hf_" in text]
    assert "AWS_SECRET_ACCESS_KEY" not in plan.env and plan.env.get("HF_TOKEN") in (None, "hf_secret")
    assert Path(plan.argv[0]).is_absolute()


def test_its_python_writes_utf_8_on_windows(backend, job_dir, monkeypatch):
    """One that is isolated, as the portable ComfyUI's is, looks at no variable."""
    monkeypatch.setattr(subprocess, "CREATE_NO_WINDOW", 0, raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    plan = backend.plan(job_dir, training(backend), resume=False)
    assert plan.env["PYTHONUTF8"] == "1"
    assert "-I" not in plan.argv or ("-X", "utf8") in pairwise(plan.argv)


def test_polling_an_empty_or_half_written_folder_is_calm(backend, job_dir):
    wanted = training(backend)
    assert backend.poll(job_dir, wanted, 0).progress.phase == "starting"
    backend.plan(job_dir, wanted, resume=False)
    for file in ("status.json", "job.db", "fast_test_loss.jsonl", "trainer.log"):
        (job_dir / file).write_bytes(b"{ half")
    assert backend.poll(job_dir, wanted, 0).progress.step == 0 and backend.checkpoints(job_dir, wanted) == []


def test_a_polite_stop_is_cancelled_not_failed(backend, job_dir):
    wanted = training(backend, steps=2000)
    _, process = start(backend, job_dir, wanted)
    wait_until(lambda: backend.poll(job_dir, wanted, 0).progress.step > 3)
    backend.stop(job_dir, process.pid)
    code = process.wait(120)
    assert backend.outcome(job_dir, wanted, 128 - code if code < 0 else code).state == "cancelled"


def test_a_checkpoint_on_demand_and_a_resume_from_it(backend, job_dir):
    wanted = training(backend, steps=400, save_every=399)
    _, process = start(backend, job_dir, wanted)
    wait_until(lambda: backend.poll(job_dir, wanted, 0).progress.step > 5)
    backend.save_now(job_dir)
    wait_until(lambda: backend.checkpoints(job_dir, wanted))
    process.kill()
    process.wait()
    saved = backend.checkpoints(job_dir, wanted)[-1].step
    _, process = start(backend, job_dir, wanted, resume=True)
    wait_until(lambda: backend.poll(job_dir, wanted, 0).progress.step >= saved)
    assert backend.poll(job_dir, wanted, saved + 3).progress.step < saved + 200
    process.kill()
    process.wait()


def test_more_steps_go_on_from_the_last_checkpoint_in_a_folder_of_their_own(backend, paths, job_dir):
    """Who says that it `can_continue` does; who cannot says so, and is never asked."""
    wanted = training(backend)
    assert run(backend, job_dir, wanted).state == "completed"
    later = paths.job("job_" + "1" * 26)
    shutil.copytree(job_dir / "dataset", later / "dataset")
    more = training(backend, job_id=later.name, steps=60)
    if not backend.capabilities().can_continue:
        assert run(backend, later, more).checkpoints[-1].step == 60, "from its own beginning"
        return
    backend.carry_over(job_dir, wanted, later, more)
    carried = backend.checkpoints(later, more)[-1].step
    outcome = run(backend, later, more, resume=True)
    assert outcome.state == "completed" and outcome.checkpoints[-1].step == 60
    assert min(point.step for point in backend.poll(later, more, 0).losses) > carried >= 39
    assert backend.checkpoints(job_dir, wanted)[-1].step == 40, "the first one's are its own"


def wait_until(true, timeout_s=30):
    deadline = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("fault", "state", "code"),
    [
        ("inert", "failed", "lora_missing"),
        ("nan", "failed", "lora_missing"),
        ("truncated", "failed", "lora_missing"),
        ("nothing", "failed", "lora_missing"),
        ("oom", "failed", "gpu_out_of_memory"),
        ("import", "failed", "backend_broken"),
    ],
)
def test_exit_code_0_is_not_believed_and_failures_speak_our_words(make, standin, job_dir, fault, state, code):
    (standin / "fault").write_text(fault)
    backend = make("ai_toolkit")
    outcome = run(backend, job_dir, training(backend))
    assert (outcome.state, outcome.error.code) == (state, code) and outcome.error.hint


def test_a_stop_in_the_middle_of_a_save_waits_for_its_end(make, standin, job_dir):
    (standin / "fault").write_text("slow_save")
    backend = make("ai_toolkit")
    wanted = training(backend, steps=400, save_every=5)
    _, process = start(backend, job_dir, wanted)
    wait_until(
        lambda: (
            backend.checkpoints(job_dir, wanted)
            and backend.poll(job_dir, wanted, 0).progress.phase == "saving"
        )
    )
    backend.stop(job_dir, process.pid)
    assert backend.outcome(job_dir, wanted, process.wait(120)).state == "cancelled"
    (state,) = (job_dir / "out").rglob("optimizer.pt")
    assert optimizer.whole(state)


def test_a_broken_newest_file_does_not_block_the_resume(make, job_dir):
    backend = make("ai_toolkit")
    wanted = training(backend)
    assert run(backend, job_dir, wanted).state == "completed"
    out = job_dir / "out" / "ann_00000000"
    (out / "ann_00000000.safetensors").unlink()
    (out / "ann_00000000_000000035.safetensors").write_bytes(b"half a file")
    (out / "ann_00000000_evil.pt").write_bytes(b"pickle")
    assert run(backend, job_dir, wanted, resume=True).state == "completed"
    assert sorted(file.name.split("-", 1)[1] for file in (job_dir / "quarantine").iterdir()) == [
        "ann_00000000_000000035.safetensors",
        "ann_00000000_evil.pt",
    ]


def test_a_resume_never_begins_at_weights_that_are_not_finite(backend, job_dir):
    """A training that breaks saves once more while it ends: Retry went on from that file, and broke again, for ever."""
    wanted = training(backend)
    assert run(backend, job_dir, wanted).state == "completed"
    *sound, before, last = backend.checkpoints(job_dir, wanted)
    for checkpoint in (before, last):
        file = job_dir / "out" / checkpoint.file
        save_file({name: np.full_like(value, np.nan) for name, value in load_file(file).items()}, file)
    assert [one.step for one in backend.checkpoints(job_dir, wanted)] == [one.step for one in sound]
    outcome = run(backend, job_dir, wanted, resume=True)
    assert outcome.state == "completed" and outcome.checkpoints[-1].step == 40
    put_away = {file.name.split("-", 1)[1] for file in (job_dir / "quarantine").iterdir()}
    assert {Path(one.file).name for one in (before, last)} <= put_away
    assert (optimizer.NAME in put_away) == (backend.name == "ai_toolkit"), "its numbers are of the same run"


@pytest.mark.parametrize("resume", [True, False])
def test_a_retry_is_not_judged_by_the_numbers_of_the_attempt_before(backend, job_dir, resume):
    """Numbers out of range stop a training: Retry found them again before its first step, and could never go on."""
    wanted = training(backend)
    assert run(backend, job_dir, wanted).state == "completed"
    (job_dir / "out" / backend.checkpoints(job_dir, wanted)[-1].file).unlink()
    leave_numbers_out_of_range(job_dir, 39)
    assert not all(np.isfinite(point.loss) for point in backend.poll(job_dir, wanted, 0).losses)
    done = backend.checkpoints(job_dir, wanted)[-1].step if resume else 0
    _, process = start(backend, job_dir, wanted, resume=resume)
    while process.poll() is None:
        losses = backend.poll(job_dir, wanted, done).losses
        assert [point.step for point in losses if not np.isfinite(point.loss)] == []
        time.sleep(0.005)
    assert backend.poll(job_dir, wanted, 0).losses[-1].step == 40


def leave_numbers_out_of_range(job_dir, step):
    """The loss of a step as it stands in the file of each trainer."""
    for database in job_dir.rglob("loss_log.db"):
        connection = sqlite3.connect(database)
        with connection:
            connection.execute(
                "UPDATE metrics SET value_real=NULL WHERE key='loss/loss' AND step=?", (step - 1,)
            )
        connection.close()
    for file in job_dir.glob("*_loss.jsonl"):
        with file.open("a", encoding="utf-8") as stream:
            stream.write(f'{{"step": {step}, "loss": NaN, "learning_rate": 0.0001}}\n')


def test_a_resume_reads_the_weights_of_each_file_once(make, backend, job_dir, monkeypatch):
    """To see which hold, and which are out of the way before the trainer looks for them."""
    wanted = training(backend)
    saved = run(backend, job_dir, wanted).checkpoints
    worker, reads, read = (
        make(backend.name),
        [],
        lora_fit.finite_and_nonzero,
    )  # its restart has proven nothing yet
    for reader in (lora_fit, checkpoint_reader):
        monkeypatch.setattr(
            reader, "finite_and_nonzero", lambda file, header: reads.append(file.name) or read(file, header)
        )
    assert worker.checkpoints(job_dir, wanted)
    worker.plan(job_dir, wanted, resume=True)
    assert sorted(reads) == sorted(Path(one.file).name for one in saved)


@pytest.mark.parametrize(
    ("allowed", "offline", "network"),
    [(True, True, False), (False, True, False), (True, False, True), (False, False, False)],
)
def test_a_run_has_no_network_for_models_and_no_token_but_for_what_no_record_describes(
    allowed, offline, network, monkeypatch
):
    """All that it reads was fetched before; an owner's HF_HUB_OFFLINE=0 does not open it again."""
    from isengard.training.backends.ai_toolkit.environment import environment

    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("HF_TOKEN", "hf_from_the_shell")
    env = environment(Settings(allow_setup=allowed), cpu=False, offline=offline, token="hf_secret")
    told = (env["HF_HUB_OFFLINE"], env.get("TRANSFORMERS_OFFLINE"), env.get("HF_TOKEN"))
    assert told == (("0", None, "hf_secret") if network else ("1", "1", None))


def test_a_prompt_cannot_reach_the_environment(make, job_dir):
    backend = make("ai_toolkit")
    backend.plan(job_dir, training(backend, sample_prompts=["${HF_TOKEN} and ${PATH}"]), resume=False)
    text = (job_dir / "config.json").read_text()
    assert "${" not in text and "\\u0024{HF_TOKEN}" in text


def test_the_loss_on_photos_that_are_never_trained_on_is_read(make, job_dir):
    backend, folder = make("ai_toolkit"), job_dir / "held_out"
    folder.mkdir()
    (folder / "0001.jpg").write_bytes(b"x")
    (folder / "0001.txt").write_text("annqvx, woman")
    wanted = training(backend, steps=8, save_every=5)
    assert run(backend, job_dir, wanted).state == "completed"
    assert backend.poll(job_dir, wanted, 0).progress.held_out_loss == pytest.approx(2 / 6), "at step 5 of 8"


def test_steps_without_memory_that_the_trainer_skips_are_told(make, standin, job_dir):
    (standin / "fault").write_text("oom_skips")
    backend = make("ai_toolkit")
    wanted = training(backend, steps=30, save_every=20)
    assert run(backend, job_dir, wanted).state == "completed"
    for _ in range(2):
        (warning,) = backend.poll(job_dir, wanted, 0).warnings
        assert "in 4 of 30 steps" in warning, "steps 7, 14, 21 and 28, each counted once"


def test_the_seed_reaches_the_trainer_and_a_run_that_goes_on_draws_other_numbers(make, job_dir):
    backend = make("ai_toolkit")
    wanted = training(backend, seed=2**32 - 5)
    assert backend.plan(job_dir, wanted, resume=False).env["SEED"] == str(2**32 - 5)
    name = "ann_00000000"
    save_file({"t": np.ones(1, np.float16)}, job_dir / "out" / name / f"{name}_000000009.safetensors")
    assert backend.plan(job_dir, wanted, resume=True).env["SEED"] == "5", "ten steps on, round the corner"


@pytest.mark.parametrize("how", ["missing", "no_run", "no_python", "old"])
def test_the_state_says_what_is_wrong(paths, standin, how):
    if how == "no_run":
        (standin / "run.py").unlink()
    if how == "old":
        (standin / "version.py").unlink()
        (standin / "version.py").write_text('VERSION = "0.9.1"')
    settings = Settings(
        ai_toolkit_dir="" if how == "missing" else str(standin),
        ai_toolkit_python="" if how == "no_python" else sys.executable,
    )
    state = ai_toolkit.AiToolkitBackend(settings, paths, Families()).state()
    expected = {"missing": "not_installed", "no_run": "broken", "no_python": "broken", "old": "ready"}
    assert state.state == expected[how] and state.detail
