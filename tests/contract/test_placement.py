"""A ComfyUI without a GPU and workers of other machines on one real Redis: who trains is who is judged."""

# ruff: noqa: F811 - fixtures are named as what they are imported from

from __future__ import annotations

from dataclasses import replace

import pytest
import redis
from isengard.core.clock import SystemClock
from isengard.core.errors import InvalidError
from isengard.core.families.families import Families
from isengard.core.ids import new_id
from isengard.core.records.job import Job, Progress
from isengard.core.records.job_states import JobState
from isengard.core.records.training import TrainingRequest
from isengard.core.records.worker import BackendState, Gpu, Worker
from isengard.core.settings import Settings
from isengard.training.ledgers.redis.redis_ledger import RedisLedger
from isengard.training.machine.nvidia_smi import gpus
from isengard.training.machine.os_locks import machine_name
from isengard.training.planning.facts import BaseModel
from isengard.training.planning.placement import waits_for
from support.ledger_fixtures import redis_server  # noqa: F401 - fixture
from support.training_fixtures import ann, house, training_of  # noqa: F401 - fixtures

GB = 2**30
READY = [BackendState(name="ai_toolkit", version="0.12.26")]
MISSING = [BackendState(name="ai_toolkit", state="not_installed", detail="AI-Toolkit is not set up yet.")]
LABELS = {"ai_toolkit": "AI-Toolkit"}


def gpu(gigabytes):
    size = gigabytes * GB
    return Gpu(uuid=f"GPU-{gigabytes}", name=f"RTX {gigabytes}", total_bytes=size, free_bytes=size)


def worker(host, *gpus, backends=READY, **more):
    return Worker(
        id=f"w-{host}",
        host=host,
        version="1",
        gpus=list(gpus),
        backends=backends,
        memory_bytes=64 * GB,
        **more,
    )


@pytest.fixture
def redis_url(redis_server):
    redis.Redis.from_url(redis_server.url).flushall()
    return redis_server.url


@pytest.fixture
def trainings(house, redis_url, monkeypatch):
    """The server's, on a machine without a GPU and without the trainer."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("HOME", str(house.paths.tmp))
    assert gpus() == []
    base = house.paths.tmp / "base.safetensors"
    base.write_bytes((2).to_bytes(8, "little") + b"{}")

    class Bases:
        def resolve(self, name, family):
            return BaseModel(str(base) if family.trains_from == "file" else family.training_base.hub, "")

    return training_of(
        house,
        base_models=Bases(),
        settings=Settings(redis_url=redis_url),
        default_backend="ai_toolkit",
    )


@pytest.fixture
def away(house, redis_url):
    """Says what workers of other machines say of themselves, as they would: through a ledger of their own."""
    ledger = RedisLedger(redis_url, SystemClock())
    house.ledger.workers()

    def away(*workers):
        for one in workers:
            ledger.report_worker(one)

    yield away
    ledger.close()


def asking(trainings, **changes):
    """The same trainings with a gatherer that asks something else."""
    return replace(trainings, gatherer=replace(trainings.gatherer, **changes))


def checked(trainings, ann, family="sd15"):
    plan = trainings.preflight(TrainingRequest(character_id=ann.id, family=family))
    return {finding.code: finding for finding in plan.findings}, plan


def submitted(trainings, ann):
    """Queued, and why it waits."""
    job = trainings.submit(TrainingRequest(character_id=ann.id, family="sd15"), "ui-1")
    assert job.state is JobState.QUEUED and job.needs == "gpu"
    return waits_for(job, trainings.ledger.workers(), shared=True, labels=LABELS)


def test_how_long_it_takes_is_what_that_workers_gpu_has_taken(trainings, ann, away):
    """A pace of the attic's GPU says nothing of the cellar's, nor of this machine's processor."""
    finished(trainings.ledger, device="RTX 24", pace=0.01)
    away(worker("attic", gpu(24)))
    assert checked(trainings, ann)[1].estimate.learned and trainings.surroundings(None).paces
    away(worker("cellar", gpu(48)))
    assert not checked(trainings, ann)[1].estimate.learned and trainings.surroundings(None).paces == {}


def test_of_a_machine_that_nobody_knows_yet_nothing_is_learned(trainings, ann):
    finished(trainings.ledger, device="RTX 24", pace=0.01)
    assert trainings.surroundings(None).paces == {} and not checked(trainings, ann)[1].estimate.learned


def finished(ledger, *, device, pace):
    """A training of its family's usual size that ended well there."""
    now = "2026-08-20T10:00:00Z"
    sides = Families().get("sd15").defaults.resolution
    ledger.submit(
        Job(
            id=new_id("job"),
            backend="ai_toolkit",
            family="sd15",
            resolution=sides,
            created_at=now,
            updated_at=now,
        )
    )
    _, lease = ledger.claim(worker_id="w-attic", owner="o", needs=["gpu"])
    ledger.advance(lease, JobState.RUNNING)
    ledger.progress(lease, Progress(step=9, seconds_per_step=pace, device=device))
    ledger.advance(lease, JobState.COMPLETED)


def test_the_able_worker_is_named_and_judged(trainings, ann, away):
    away(worker("cellar", backends=READY), worker("attic", gpu(24)))
    found, plan = checked(trainings, ann)
    assert found["trains_elsewhere"].message == "The worker on attic (RTX 24, 24.0 GB) trains this."
    assert not plan.blocked and not {"gpu_missing", "backend_missing", "gpu_too_small"} & set(found)
    assert submitted(trainings, ann) is None
    away(worker("attic", gpu(4)).model_copy(update={"beat": 1}))
    found, plan = checked(trainings, ann)
    assert "RTX 4 has 4.0 GB" in found["gpu_too_small"].message and not plan.blocked


def test_of_two_able_ones_the_larger_gpu_is_judged(trainings, ann, away):
    away(worker("small", gpu(6)), worker("large", gpu(48)))
    found, _ = checked(trainings, ann)
    assert "on large" in found["trains_elsewhere"].message and "gpu_too_small" not in found


@pytest.mark.parametrize(
    ("workers", "words"),
    [
        ([], "Waiting for a worker: none is running."),
        ([worker("cellar"), worker("pi", backends=MISSING)], "Waiting for a worker with a GPU."),
        ([worker("cellar"), worker("attic", gpu(24), backends=MISSING)], "Waiting for a worker with AI-Toolkit."),
    ],
)  # fmt: skip
def test_with_nobody_able_it_may_wait_and_says_so_in_the_jobs_own_words(trainings, ann, away, workers, words):
    away(*workers)
    found, plan = checked(trainings, ann)
    told = found["no_able_worker"]
    assert told.severity == "warning" and told.message.startswith(words) and not plan.blocked
    waiting = submitted(trainings, ann)
    assert told.message == f"{waiting.message} {waiting.hint}"


def test_what_only_this_machine_has_is_said(trainings, house, ann, away):
    away(worker("attic", gpu(24)))
    found, _ = checked(trainings, ann)
    assert "model_elsewhere" not in found, "below the shared data folder"
    elsewhere = asking(trainings, paths=replace(house.paths, root=house.paths.root / "jobs"))
    found, plan = checked(elsewhere, ann)
    assert "base.safetensors" in found["model_elsewhere"].message and not plan.blocked


def test_a_licence_is_the_workers_matter(trainings, ann, away):
    away(worker("attic", gpu(24)))
    found, _ = checked(trainings, ann, "flux1_dev")
    assert found["token_missing"].severity == "warning" and "attic has none" in found["token_missing"].message
    away(worker("attic", gpu(24), hub_token=True, beat=1))
    found, _ = checked(trainings, ann, "flux1_dev")
    assert "token_missing" not in found and "worker on attic downloads" in found["model_download"].message


def test_one_that_can_train_itself_is_judged_itself(trainings, ann, away):
    """And a machine that shares its ledger with nobody is refused as ever."""
    away(worker(machine_name(), gpu(24)), worker("attic", gpu(8)))
    found, _ = checked(trainings, ann)
    assert "trains_elsewhere" not in found and "no_able_worker" not in found
    alone = asking(trainings, settings=Settings())
    with pytest.raises(InvalidError) as refused:
        alone.submit(TrainingRequest(character_id=ann.id, family="sd15"), "ui-1")
    assert refused.value.code in ("backend_missing", "gpu_missing")
