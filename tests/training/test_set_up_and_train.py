"""One press: the trainer's set-up, the model's download and the training as three jobs in line, on a real ledger."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from types import SimpleNamespace

import pytest
from isengard.core.errors import ConflictError, InvalidError, NotFoundError
from isengard.core.records.job import Job, JobError, Progress
from isengard.core.records.job_states import JobState
from isengard.core.records.training import TrainingRequest
from isengard.core.settings import Settings
from isengard.training.downloads import model_files
from isengard.training.downloads.hub_cache import Lacking
from isengard.training.downloads.model_files import Missing
from isengard.training.job_folder.dataset import MANIFEST
from isengard.training.ledgers import open_ledger
from isengard.training.planning.placement import held_by
from isengard.training.planning.preparation import ASSUMED_SPEED, INSTALL_S, download_speed
from isengard.training.worker.main import make_registry
from support.training_fixtures import training_of

S = JobState
NAME = "v1-5-pruned-emaonly.safetensors"
LABELS = {"ai_toolkit": "AI-Toolkit", "sd15": "Stable Diffusion 1.5"}


@pytest.fixture
def missing(tmp_path):
    return [Missing("owner/name", "main", NAME, 4_000_000_000, "a" * 64, str(tmp_path / "checkpoints"))]


@pytest.fixture
def training(house, monkeypatch):
    """AI-Toolkit is not set up, and this machine may train on its processor."""
    house.registry = make_registry(Settings(allow_cpu=True), house.paths)
    monkeypatch.setattr("isengard.training.planning.gathering.Machine.here", roomy)
    return replace(training_of(house), supervisor=SimpleNamespace(wake=lambda: None))


def roomy(root, *, with_gpus=True):
    from isengard.training.machine.machine_facts import Machine

    return Machine("Linux", str(root), 64 * 2**30, 0, 10**12, [])


@pytest.fixture
def wanted(ann):
    return TrainingRequest(character_id=ann.id, family="sd15", backend="ai_toolkit")


def take(house, backends=("ai_toolkit",)):
    taken = house.ledger.claim(worker_id="w", owner="o", needs={"cpu", "gpu"}, backends=backends)
    return taken if taken is None else (taken[0], taken[1])


def end(house, state, error=None):
    """The job that is claimed next, ended so; None where none can be."""
    taken = take(house)
    if taken is None:
        return None
    house.ledger.advance(taken[1], S.RUNNING)
    house.ledger.advance(taken[1], state, error=error)
    return taken[0].id


def line_of(house, job):
    return [house.ledger.get(job_id) for job_id in job.after]


def test_what_is_lacking_is_told_as_one_sum(training, wanted, missing):
    now = training.preflight(wanted)
    assert {one.code for one in now.findings if one.severity == "error"} == {"backend_missing", "base_model_missing"}  # fmt: skip
    lacks = training.preparation(now, missing)
    trainer, model = lacks.steps
    assert (trainer.kind, trainer.label, model.kind, model.label) == ("trainer", "AI-Toolkit", "model", "Stable Diffusion 1.5")  # fmt: skip
    assert (
        model.download_bytes == 4_000_000_000
        and lacks.download_bytes == 4_000_000_000 + trainer.download_bytes
    )
    assert (
        lacks.seconds == pytest.approx(lacks.download_bytes / ASSUMED_SPEED + INSTALL_S)
        and not lacks.measured
    )
    assert not lacks.plan.blocked and lacks.plan.training.base_path.endswith(NAME)
    assert lacks.plan.training.base_sha256 == "a" * 64 and lacks.plan.training.generate_base == NAME


def test_nothing_lacking_is_nothing_to_prepare(house, training, wanted, missing):
    placeholder = training.preflight(wanted.model_copy(update={"backend": "fast_test"}))
    assert training.preparation(placeholder, missing) is None
    off = replace(training.gatherer, settings=Settings(allow_cpu=True, allow_setup=False))
    closed = replace(training, gatherer=off, line=replace(training.line, gatherer=off))
    assert closed.preparation(closed.preflight(wanted), missing) is None


def test_a_model_of_the_hub_is_counted_and_no_job_comes_before_it(training, wanted):
    plan = training.preflight(wanted)
    part = plan.facts.family.trainer_hubs[0]
    base = replace(plan.facts.base, lacking=[Lacking(part, 5_000)])
    ready = replace(plan.facts.trainer, state=plan.facts.trainer.state.model_copy(update={"state": "ready"}))
    plan = replace(plan, facts=replace(plan.facts, base=base, trainer=ready))
    lacks = training.preparation(plan, [])
    assert [step.kind for step in lacks.steps] == ["model"] and lacks.download_bytes == 5_000
    assert lacks.coming.trainer is None and not lacks.coming.files


def test_a_full_disk_counts_all_that_comes(training, wanted, missing, monkeypatch):
    def small(root, *, with_gpus=True):
        return replace(roomy(root), disk_free_bytes=6 * 10**9)

    monkeypatch.setattr("isengard.training.planning.gathering.Machine.here", small)
    lacks = training.preparation(training.preflight(wanted), missing)
    assert lacks.plan.blocked and "disk_full" in {one.code for one in lacks.plan.findings}
    with pytest.raises(InvalidError) as caught:
        training.set_up_and_train(wanted, missing, "c")
    assert caught.value.code == "disk_full"


def test_three_jobs_in_line_and_the_training_is_taken_last(house, training, wanted, missing, ann):
    job = training.set_up_and_train(wanted, missing, "ui-1")
    setup, fetch = line_of(house, job)
    assert (setup.kind, setup.backend, fetch.kind, fetch.family) == ("backend_setup", "ai_toolkit", "model_download", "sd15")  # fmt: skip
    assert {one.correlation_id for one in (job, setup, fetch)} == {"ui-1"}
    assert {(one.id, 0) for one in (job, setup, fetch)} <= house.doorbell.waiting()
    house.photos.delete(house.photos.list(ann.id)[0].id)
    frozen = json.loads((house.paths.job(job.id) / MANIFEST).read_text())["photos"]
    assert len(frozen) == 3, "the photos are those of the press"
    assert (
        held_by(training.line.before(job), LABELS).message
        == "Starts automatically after setting up AI-Toolkit."
    )
    assert end(house, S.COMPLETED) == setup.id
    assert held_by(training.line.before(job), LABELS).message == "Starts automatically after the download of Stable Diffusion 1.5."  # fmt: skip
    taken, lease = take(house)
    assert taken.id == fetch.id and take(house) is None, "not while its model is on its way"
    for state in (S.RUNNING, S.COMPLETED):
        house.ledger.advance(lease, state)
    assert held_by(training.line.before(job), LABELS) is None
    assert take(house)[0].id == job.id


def test_one_that_fails_leaves_the_training_waiting_and_one_press_goes_on(house, training, wanted, missing):
    job = training.set_up_and_train(wanted, missing, "c")
    setup, fetch = line_of(house, job)
    full = JobError(
        code="disk_full", message="AI-Toolkit needs 5.6 GB and 1.2 GB are free.", hint="Free some space."
    )
    assert end(house, S.FAILED, full) == setup.id and end(house, S.COMPLETED) == fetch.id
    assert take(house) is None and house.ledger.get(job.id).state is S.QUEUED
    waits = held_by(training.line.before(job), LABELS)
    assert waits.code == "step_stopped"
    assert waits.message == "Waiting: setting up AI-Toolkit isn't done. AI-Toolkit needs 5.6 GB and 1.2 GB are free. Free some space."  # fmt: skip
    again = training.retry(job.id, "c2")
    assert again.id == job.id and house.ledger.get(setup.id).state is S.QUEUED
    assert [end(house, S.COMPLETED), take(house)[0].id] == [setup.id, job.id]


def test_a_cancel_ends_what_is_done_for_it_alone(house, training, wanted, missing):
    one = training.set_up_and_train(wanted, missing, "c")
    bea = house.characters.create(draft(house))
    house.photos.add(bea.id, next(house.paths.tmp.glob("*.jpg")), "x.jpg")
    two = training.set_up_and_train(wanted.model_copy(update={"character_id": bea.id}), missing, "c")
    assert two.after == one.after, "what is under way is joined"
    setup, fetch = one.after
    training.cancel(one.id)
    assert {house.ledger.get(job_id).state for job_id in (setup, fetch)} == {S.QUEUED}
    training.cancel(two.id)
    assert {house.ledger.get(job_id).state for job_id in (setup, fetch)} == {S.CANCELLED}
    # a cancelled training that is tried again takes its line along
    assert training.retry(two.id, "c").state is S.QUEUED
    assert {house.ledger.get(job_id).state for job_id in (setup, fetch)} == {S.QUEUED}
    assert house.ledger.get(one.id).state is S.CANCELLED


def draft(house):
    from isengard.core.records.character import CharacterDraft

    return CharacterDraft(name="Bea", trigger_word="beaqvx", consent=True)


def test_the_line_survives_a_lost_ledger(house, training, wanted, missing):
    """Server and worker killed, the database gone: jobs come back from their folders, in line."""
    job = training.set_up_and_train(wanted, missing, "c")
    setup, fetch = job.after
    assert end(house, S.COMPLETED) == setup
    house.ledger.close()
    for file in house.paths.root.glob("jobs.db*"):
        file.unlink()
    house.ledger = open_ledger(house.settings, house.paths, house.clock, lease_s=6)
    assert house.ledger.get(job.id).after == [setup, fetch]
    taken, lease = take(house)
    assert taken.id == fetch and take(house) is None
    for state in (S.RUNNING, S.COMPLETED):
        house.ledger.advance(lease, state)
    assert take(house)[0].id == job.id


def test_nobody_is_trained_who_went_meanwhile(house, training, wanted, missing, ann):
    house.characters.delete(ann.id)
    with pytest.raises(NotFoundError):
        training.set_up_and_train(wanted, missing, "c")
    assert house.doorbell.waiting() == set()


def test_a_double_press_is_one_set_up(house, training, wanted, missing):
    made = []
    presses = [threading.Thread(target=lambda: made.append(training.set_up_and_train(wanted, missing, "c"))) for _ in range(4)]  # fmt: skip
    for press in presses:
        press.start()
    for press in presses:
        press.join()
    assert len(made) == 4 and len({tuple(job.after) for job in made}) == 1


def test_a_download_under_way_that_brings_too_little_gets_one_beside_it(
    house, training, wanted, missing, tmp_path
):
    """Two never fetch the same file, and the training waits for both."""
    vae = replace(missing[0], file="vae.safetensors")
    (going,) = model_files.submit_what_nobody_fetches(training.line.tasks, "sd15", [vae], "c")
    job = training.set_up_and_train(wanted, [*missing, vae], "c")
    _, joined, rest = line_of(house, job)
    assert (joined.id, rest.request["files"]) == (going.id, [NAME])
    assert list(model_files.fetched_files(house.paths.job(rest.id))) == [tmp_path / "checkpoints" / NAME]
    again = training.set_up_and_train(wanted, [*missing, vae], "c")
    assert set(again.after) == set(job.after), "all of it is on its way"


@pytest.mark.parametrize("number", [0, 1])
def test_what_is_paused_goes_on_when_somebody_waits_for_it(house, training, wanted, missing, number):
    first = training.set_up_and_train(wanted, missing, "c")
    paused = end(house, S.PAUSED) if number == 0 else [end(house, S.COMPLETED), end(house, S.PAUSED)][1]
    assert paused == first.after[number]
    waits = held_by(training.line.before(first), LABELS)
    assert waits.code == "step_stopped" and waits.message.endswith("It's paused.")
    assert training.retry(first.id, "c2").id == first.id and house.ledger.get(paused).state is S.QUEUED
    assert end(house, S.PAUSED) == paused
    if number:  # its files are still missing, and the trainer is no less there
        model_files.submit_what_nobody_fetches(training.line.tasks, "sd15", missing, "c")
    else:
        training.set_up_and_train(wanted, missing, "c")
    assert house.ledger.get(paused).state is S.QUEUED


def test_nothing_is_joined_that_is_just_being_cancelled(house, training, missing):
    tasks = training.line.tasks
    model_files.submit_what_nobody_fetches(tasks, "sd15", missing, "c")
    going, lease = take(house)
    house.ledger.advance(lease, S.RUNNING)
    house.ledger.order(going.id, "cancel")
    with pytest.raises(ConflictError) as caught:
        model_files.submit_what_nobody_fetches(tasks, "sd15", missing, "c")
    assert caught.value.code == "already_running"
    house.ledger.advance(lease, S.CANCELLED)
    (anew,) = model_files.submit_what_nobody_fetches(tasks, "sd15", missing, "c")
    assert anew.id != going.id


def downloaded(size, seconds, **more):
    job = Job(
        id="job_x", kind="model_download", attempt=1, progress=Progress(bytes_total=size), created_at="",
        updated_at="", started_at="2026-11-30T10:00:00.000Z", finished_at=f"2026-11-30T10:00:{seconds:02d}.000Z",
    )  # fmt: skip
    return job.model_copy(update=more)


@pytest.mark.parametrize(
    ("done", "speed"),
    [
        ([], None),
        ([downloaded(10**9, 10)], 1e8),
        ([downloaded(10**9, 10), downloaded(10**9, 50), downloaded(10**9, 20)], 5e7),
        ([downloaded(10**6, 10)], None),
        ([downloaded(10**9, 1)], None),
        ([downloaded(10**9, 10, attempt=2)], None),
        ([downloaded(10**9, 10, kind="backend_setup")], None),
        ([downloaded(10**9, 10, finished_at=None)], None),
    ],
)
def test_the_speed_of_the_line_is_learned_from_downloads(done, speed):
    assert download_speed(done) == speed
