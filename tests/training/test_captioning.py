"""Describing photos: frozen, described by a captioner behind its seam, results left for the server."""

from __future__ import annotations

import errno
import json
import os
import sys
import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from isengard.core.errors import ConflictError, NotReadyError, StorageError
from isengard.core.records.photo import PhotoPatch
from isengard.core.settings import Settings
from isengard.training.captioning import work
from isengard.training.captioning.prose import PROMPT, caption_of
from isengard.training.captioning.submission import CaptionSubmission
from isengard.training.captioning.work import describe, results_of
from isengard.training.downloads import http_fetch
from isengard.training.tasks.task_submission import TaskSubmission
from isengard.training.worker.main import make_registry
from support.soon import until

STANDIN = Path(__file__).resolve().parents[1] / "fakes" / "aitk_standin"


@pytest.fixture
def studio(house, ann, tmp_path):
    """Ann's three photos, the stand-in as AI-Toolkit, and jobs run in this process."""
    folder = tmp_path / "ai toolkit ü"
    folder.mkdir()
    for file in STANDIN.glob("*.py"):
        (folder / file.name).symlink_to(file)
    settings = Settings(
        ai_toolkit_dir=str(folder), ai_toolkit_python=sys.executable, allow_cpu=True, hf_token="hf_secret"
    )
    registry = make_registry(settings, house.paths)
    tasks = TaskSubmission(house.paths, house.ledger, house.clock, house.characters)

    def ask(name="ai_toolkit", *, overwrite=False, fault=""):
        (folder / "fault").write_text(fault)
        submission = CaptionSubmission(tasks, house.photos, registry, name)
        return submission.submit(ann, "corr-captions", overwrite=overwrite)

    return SimpleNamespace(house=house, ann=ann, registry=registry, ask=ask, folder=folder)


@pytest.fixture
def run(studio):
    """The job after its work was done here, under a real lease."""
    from isengard.core.loras.versions import VersionStore
    from isengard.training.worker.runner import Pace, Tools
    from isengard.training.worker.task_runner import TaskRunner

    def run(job, cancel_at=0, work=describe):
        house = studio.house
        tools = Tools(
            house.paths,
            house.ledger,
            studio.registry,
            VersionStore(house.paths, house.clock),
            Pace(beat=0.1),
        )
        claimed, lease = house.ledger.claim(worker_id="w", owner="w-1", needs={"cpu"})
        assert claimed.id == job.id

        if cancel_at:
            threading.Thread(target=cancel, args=(house.ledger, job.id, cancel_at), daemon=True).start()
        TaskRunner(tools, claimed, lease, lambda task: work(studio.registry, task)).run()
        return house.ledger.get(job.id)

    return run


def cancel(ledger, job_id, step):
    """As a person would who sees photo number `step` done."""
    until(lambda: ledger.get(job_id).progress.step >= step)
    ledger.order(job_id, "cancel")


def results(studio, job):
    return results_of(studio.house.paths.job(job.id))


def test_photos_are_described_with_the_trigger_in_front(studio, run):
    job = run(studio.ask())
    assert (job.state.value, job.error) == ("completed", None), job.error
    found = results(studio, job)
    assert {r.caption for r in found} == {
        "annqvx, a person in a red coat sits on a bench by a river, in soft evening light."
    }
    assert all(r.described and r.leaks == [] for r in found) and len(found) == 3
    assert (job.progress.step, job.progress.total_steps, job.correlation_id) == (3, 3, "corr-captions")
    told = [e.data["progress"] for e in studio.house.ledger.events_after(0) if e.type == "job.progress"]
    assert {"loading", "finishing"} & {progress["phase"] for progress in told}
    assert [p.caption for p in studio.house.photos.list(studio.ann.id)] == ["", "", ""], (
        "the server's to write"
    )
    assert not (studio.house.paths.job(job.id) / "photos").exists(), "the copies go once they have served"
    record = (studio.house.paths.job(job.id) / "captioner.json").read_text()
    assert "hf_" not in record and "Do not describe the face" in record


def test_what_was_described_before_a_crash_is_taken_by_the_next_attempt(studio, run):
    """The photos had gone with the last word: pressing Retry described none, for ever, of what had been described."""

    def described_and_cut_off(registry, task):
        describe(registry, task)
        raise OSError(errno.EIO, "Input/output error")

    job = run(studio.ask(), work=described_and_cut_off)
    assert job.state.value == "failed" and len(results(studio, job)) == 3
    studio.house.ledger.requeue(job.id)
    again = run(job)
    assert (again.state.value, again.error) == ("completed", None) and again.progress.step == 3
    assert all(one.described for one in results(studio, job)) and len(results(studio, job)) == 3


def test_words_that_describe_the_person_are_found(studio, run):
    job = run(studio.ask(fault="caption:leaky"))
    assert {tuple(r.leaks) for r in results(studio, job)} == {("blonde", "hair")}


def test_a_photo_that_cannot_be_described_is_told_and_gets_the_fallback(studio, run):
    job = run(studio.ask(fault="caption:blind"))
    assert job.state.value == "completed" and job.progress.warnings == [
        "1 of 3 photos could not be described."
    ]
    first = results(studio, job)[0]
    assert (first.caption, first.described) == ("annqvx, person", False)


def test_a_captioner_that_says_nothing_changes_nothing(studio, run):
    job = run(studio.ask(fault="caption:mute"))
    assert (job.state.value, job.error.code) == ("failed", "captions_missing") and results(studio, job) == []


def test_a_failure_is_told_in_words_for_captions(studio, run):
    job = run(studio.ask(fault="say:torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB"))
    assert (job.state.value, job.error.code, job.error.offer) == ("failed", "gpu_out_of_memory", "")
    assert "Describing the photos stopped" in job.error.message and "train" not in job.error.hint
    assert any("OutOfMemoryError" in line for line in job.error.log)


def test_without_room_for_its_model_nothing_is_begun(studio, run, monkeypatch):
    monkeypatch.setattr(http_fetch.shutil, "disk_usage", lambda where: SimpleNamespace(free=10**9))
    monkeypatch.setenv("HF_HUB_CACHE", str(studio.house.paths.tmp / "hub"))
    job = run(studio.ask())
    assert (job.state.value, job.error.code) == ("paused", "disk_full")
    assert "model that describes photos (Qwen/Qwen3-VL-2B-Instruct) needs 4.3 GB" in job.error.message


def test_a_model_that_may_not_be_fetched_is_told(studio, run, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(studio.house.paths.tmp / "hub"))
    settings = replace(studio.registry.context.settings, allow_setup=False)
    monkeypatch.setattr(studio.registry.get("captioners", "ai_toolkit"), "_settings", settings)
    error = run(studio.ask()).error
    assert error.code == "setup_switched_off" and "Ask them to allow downloads" in error.hint


def test_what_was_described_is_not_described_again(studio, run):
    job = studio.ask()
    folder = studio.house.paths.job(job.id) / "photos"
    (folder / "0001.txt").write_text("A person from an earlier attempt.")
    job = run(job)
    assert results(studio, job)[0].caption == "annqvx, a person from an earlier attempt."
    assert job.progress.step == 3


def test_a_cancel_ends_the_captioner(studio, run):
    job = run(studio.ask(fault="caption:hang"), cancel_at=1)
    assert job.progress.step == 1
    assert job.state.value == "cancelled" and results(studio, job) == []


def test_captions_written_by_hand_are_left_out_unless_asked(studio, run):
    first = studio.house.photos.list(studio.ann.id)[0]
    studio.house.photos.update(first.id, PhotoPatch(caption="annqvx on a sofa"))
    job = studio.ask()
    asked = json.loads((studio.house.paths.job(job.id) / "captioning.json").read_text())
    assert first.id not in str(asked) and len(asked["photos"]) == 2
    run(job)
    assert len(results(studio, run(studio.ask(overwrite=True)))) == 3


def test_what_cannot_be_described_is_refused_at_once(studio):
    for photo in studio.house.photos.list(studio.ann.id):
        studio.house.photos.update(photo.id, PhotoPatch(caption="annqvx"))
    with pytest.raises(ConflictError) as caught:
        studio.ask()
    assert caught.value.code == "nothing_to_caption" and caught.value.hint
    studio.ask(overwrite=True)
    with pytest.raises(ConflictError) as caught:
        studio.ask(overwrite=True)
    assert caught.value.code == "already_running"
    (studio.folder / "run.py").unlink()
    with pytest.raises(NotReadyError) as caught:
        studio.ask(overwrite=True)
    assert caught.value.code == "captioner_not_installed" and "run.py" in caught.value.message


def test_a_placeholder_says_that_nobody_looked(house, ann):
    registry = make_registry(Settings(mode="fast-test"), house.paths)
    tasks = TaskSubmission(house.paths, house.ledger, house.clock, house.characters)
    job = CaptionSubmission(tasks, house.photos, registry, "fast_test").submit(ann, "c", overwrite=False)
    assert (job.needs, job.backend) == ("cpu", "fast_test")
    capabilities = registry.get("captioners", "fast_test").capabilities()
    assert capabilities.placeholder
    production = make_registry(Settings(), house.paths)
    with pytest.raises(NotReadyError):
        CaptionSubmission(tasks, house.photos, production, "fast_test").submit(ann, "c", overwrite=False)


@pytest.mark.parametrize("left", ["7", "null", '{"a": 1}', '[{"photo_id": 1}]', "{", "\xff"])
def test_damaged_results_are_none(tmp_path, left):
    (tmp_path / work.RESULT_FILE).write_text(left, encoding="latin-1")
    assert results_of(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "code"), [(errno.ENOSPC, "disk_full"), (errno.EACCES, "photos_not_copied")]
)
def test_photos_that_cannot_be_copied_say_why_and_leave_no_job(studio, monkeypatch, number, code):
    def refuse(source, target):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(work, "copy_photo", refuse)
    with pytest.raises(StorageError) as caught:
        studio.ask()
    assert caught.value.code == code and list(studio.house.paths.jobs.iterdir()) == []


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("  A man\n in a park. ", "zoe, a man in a park."),
        ("zoe in a park", "zoe in a park"),
        ("Here is a description: a dog on a lawn", "zoe, a dog on a lawn"),
        ("The image shows a dog on a lawn", "zoe, a dog on a lawn"),
        ("Sure! Here is a description: “A dog on a lawn.”", "zoe, a dog on a lawn."),
        ("a ${HF_TOKEN} sign", "zoe, a HF_TOKEN} sign"),
        ("zoetrope in a museum", "zoe, zoetrope in a museum"),
        (" \n\t", "zoe, dog"),
        ("\x00\x07", "zoe, dog"),
    ],
)
def test_a_caption_is_one_paragraph_with_the_trigger_and_never_empty(said, kept):
    assert caption_of(said, "zoe", "dog") == kept


def test_a_caption_ends_where_the_record_ends():
    caption = caption_of("word " * 1000, "zoe", "dog")
    assert len(caption) <= 2000 and caption.endswith("word…")
    assert "${" not in PROMPT and os.linesep not in PROMPT
