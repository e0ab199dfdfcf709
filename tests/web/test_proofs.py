"""Picture proofs: those nobody made when a training ended are made later, and what was changed meanwhile stays."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from unittest.mock import Mock, patch

import pytest
from hosts.journey import ApiError
from isengard.core.errors import NotReadyError
from isengard.core.ids import new_id
from isengard.core.records.checkpoint import Checkpoint
from isengard.core.records.job import Job
from isengard.core.records.job_states import JobState
from isengard.web.services.picture_prover import PictureProver
from isengard.web.services.server_announcement import started_before
from support.loras import publish

AT = "2026-08-20T10:00:00.000Z"


def prover(services, since=None):
    parts = (services.paths, services.ledger, services.families, services.generations, services.events)
    return PictureProver(*parts, since)


@pytest.fixture
def trained(server, api):
    """Ann, with a training that has ended and left one published version."""
    ann, services = api.post("/characters", {"name": "Ann"}), server.services
    version = publish(services.versions, ann, 40)
    job = Job(id=new_id("job"), character_id=ann["id"], created_at=AT, updated_at=AT)
    services.ledger.submit(job)
    _, lease = services.ledger.claim(worker_id="w", owner="o", needs=["gpu"])
    services.ledger.advance(lease, JobState.RUNNING)
    facts = version.model_dump(include={"step", "file", "size", "sha256", "family"})
    services.ledger.checkpoint(lease, Checkpoint(**facts, published=True))
    services.ledger.advance(lease, JobState.COMPLETED)
    return services, services.ledger.get(job.id), version


def test_a_training_that_ended_while_no_server_ran_is_proven_at_the_next_start(trained):
    """It said "picture check is running" for ever."""
    services, job, _ = trained

    def left_over(since):
        return [one.id for one in prover(services, since).left_over()]

    assert left_over("2026-01-01T00:00:00.000Z") == [job.id]
    assert left_over("9999-01-01T00:00:00.000Z") == [] == left_over(None)
    away = Mock(side_effect=NotReadyError("ledger_away", "Redis is away.", "Start it."))
    with patch.object(services.ledger, "jobs", away):
        assert left_over("2026-01-01T00:00:00.000Z") == [], "and those that end from now on are proven"
    assert (started_before(services.paths) or "") > AT


def test_what_was_chosen_while_the_proof_was_made_stays(trained):
    """The proof takes minutes; it wrote the version back as it had been before them."""
    services, job, version = trained
    services.versions.pick("ann", version.file)
    services.ledger.annotate(job.id, job.checkpoints[0].model_copy(update={"scores": {"likeness": 0.5}}))
    prover(services)._keep(job, version, "changed")
    (now,) = services.versions.list("ann")
    (checkpoint,) = services.ledger.get(job.id).checkpoints
    assert (now.picked, now.proof.image) == (True, "changed")
    assert (checkpoint.scores, checkpoint.proof.image) == ({"likeness": 0.5}, "changed")


def test_a_checkpoint_without_learned_weights_is_not_published(trained, api):
    """The panel's button was grey; a program could publish it all the same."""
    services, job, _ = trained
    with pytest.raises(ApiError) as caught:
        api.post(f"/training/jobs/{job.id}/checkpoints/40/publish")
    assert (caught.value.status, caught.value.error["code"]) == (409, "checkpoint_unsound")
    assert len(services.versions.list("ann")) == 1


def test_nobody_in_the_trash_is_trained_further(trained, api):
    _, job, _ = trained
    api.delete(f"/characters/{job.character_id}")
    with pytest.raises(ApiError) as caught:
        api.post(f"/training/jobs/{job.id}/continue", {"steps": 10})
    assert (caught.value.status, caught.value.error["code"]) == (404, "character_not_found")


def test_a_double_click_sets_up_once(api):
    def ask(_):
        try:
            return api.post("/training/backends/ai_toolkit/setup", {"action": "check"})["state"]
        except ApiError as refusal:
            return refusal.error["code"]

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(ask, range(4))) == [*["already_running"] * 3, "queued"]
