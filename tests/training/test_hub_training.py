"""A training whose models are not here yet: a worker fetches them first, then trains without a network."""

# ruff: noqa: F811 - fixtures are named as what they are imported from

from __future__ import annotations

import pytest
from fakes.hub_server import HubServer
from isengard.core.families.families import Families
from isengard.core.families.hub_parts import OR
from isengard.core.records.job_states import JobState
from isengard.training.downloads.hub_cache import lacking
from support.standin_fixtures import standin, submit  # noqa: F401 - fixture
from support.training_waits import wait_for

SD15 = Families().get("sd15")


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """All that the trainer reads for Stable Diffusion 1.5, and an empty cache."""
    server = HubServer()
    for part in SD15.trainer_hubs:
        server.put(
            part.hub, part.revision, **{names.split(OR)[-1]: f"{{}} of {names}" for names in part.files}
        )
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    yield server
    server.close()


def told(house, job):
    """What was told of the job, in order: its states and phases."""
    events = [event for event in house.ledger.events_after(0) if event.subject.id == job.id]
    states = {"job.state": lambda data: data["state"], "job.progress": lambda data: data["progress"]["phase"]}
    return [states[event.type](event.data) for event in events if event.type in states]


def test_it_is_fetched_before_the_training_and_pinned(house, ann, start_worker, standin, hub):
    job = submit(house, ann, steps=40)
    start_worker(ISENGARD_MODE="production")
    job = wait_for(house.ledger, job.id)
    assert job.state is JobState.COMPLETED, job.error
    assert lacking(SD15.trainer_hubs) == []
    course = told(house, job)
    assert course.index("preparing") < course.index("downloading") < course.index("running")
    revisions = {path.split("/resolve/")[1].split("/")[0] for _, path, _, _ in hub.asked}
    assert revisions == {part.revision for part in SD15.trainer_hubs}


def test_a_cache_that_cannot_be_written_is_named(
    house, ann, start_worker, standin, hub, tmp_path, monkeypatch
):
    """A cache of the whole computer, or on a disk that is gone: "Isengard couldn't use the job's files" was said of it."""
    (tmp_path / "taken").write_text("a file in its place")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "taken" / "hub"))
    job = submit(house, ann, steps=40)
    start_worker(ISENGARD_MODE="production")
    job = wait_for(house.ledger, job.id)
    assert (job.state, job.error.code) == (JobState.FAILED, "hub_cache_unusable"), job.error
    assert "taken" in job.error.message and job.error.hint.endswith("then press Retry.")


def test_what_cannot_be_fetched_fails_in_its_words_and_a_retry_goes_on(
    house,
    ann,
    start_worker,
    standin,
    hub,
):
    checker = "CompVis/stable-diffusion-safety-checker"
    kept = hub.repositories.pop(checker)
    job = submit(house, ann, steps=40)
    start_worker(ISENGARD_MODE="production")
    job = wait_for(house.ledger, job.id)
    assert (job.state, job.error.code) == (
        JobState.FAILED,
        "repository_missing",
    ) and checker in job.error.message
    hub.repositories[checker] = kept
    hub.asked.clear()
    house.training.retry(job.id, "corr-again")
    start_worker(ISENGARD_MODE="production")
    assert wait_for(house.ledger, job.id).state is JobState.COMPLETED
    assert {"/".join(path.split("/")[1:3]) for _, path, _, _ in hub.asked} == {checker}


def test_the_preflight_says_what_is_fetched_and_how_much(house, ann, standin, hub, monkeypatch):
    request = submit(house, ann, steps=40).request
    from isengard.core.records.training import TrainingRequest

    def found():
        plan = house.training.preflight(TrainingRequest.model_validate(request))
        return {finding.code: finding.message for finding in plan.findings}

    assert (
        "it downloads 1.2 GB from huggingface.co, once: settings and tokenizer 1.6 MB, safety checker 1.2 GB."
        in found()["model_download"]
    )
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert "has switched downloads off" in found()["setup_switched_off"]
