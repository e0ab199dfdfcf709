"""A trainer of another pack that breaks: its own training fails in words at once, and nobody else's."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from isengard.core.errors import InvalidError
from isengard.core.loras.versions import VersionStore
from isengard.core.plugins import PluginContext, PluginRegistry
from isengard.core.records.job_states import JobState
from isengard.core.records.training import TrainingRequest
from isengard.training.backends.backend_states import states
from isengard.training.worker.run_end import understood
from isengard.training.worker.runner import Runner, Tools
from isengard.training.worker.task_runner import TaskRunner

pytestmark = pytest.mark.slow


class Odd:
    """Fine when it is made; then its state, or its plan, is not."""

    name = version = "odd"
    well = True

    def __getattr__(self, method):
        return lambda *_, **__: []

    def capabilities(self):
        return SimpleNamespace(name="odd")

    def state(self):
        if self.well:
            return SimpleNamespace(name="odd")
        raise RuntimeError("not today")

    def plan(self, job_dir, training, *, resume):
        return self.nothing.of_this.sort


def test_its_training_fails_with_its_own_words_at_once(house, ann):
    registry = PluginRegistry(PluginContext(house.paths, house.settings), {})
    registry._found["training_backends"] = {"odd": lambda _: Odd()}
    job = house.training.submit(TrainingRequest(character_id=ann.id), "c")
    claimed, lease = house.ledger.claim(worker_id="w", owner="o", needs={"cpu"})
    tools = Tools(house.paths, house.ledger, registry, VersionStore(house.paths, house.clock))
    Runner(tools, claimed.model_copy(update={"backend": "odd"}), lease).run()
    ended = house.ledger.get(job.id)
    assert (ended.state, ended.error.code) == (JobState.FAILED, "trainer_faulty")
    assert (
        ended.error.message.startswith("odd, which comes from another pack")
        and "of_this" in ended.error.message
    )


def test_a_captioner_that_breaks_fails_in_words_too(house, ann):
    def work(task):
        raise RuntimeError("no paper")

    registry = PluginRegistry(PluginContext(house.paths, house.settings), {"captioners": {"ours": None}})
    job = house.training.submit(TrainingRequest(character_id=ann.id), "c")
    tools = Tools(house.paths, house.ledger, registry, VersionStore(house.paths, house.clock))

    def ended(captioner):
        claimed, lease = house.ledger.claim(worker_id="w", owner="o", needs={"cpu"})
        asked = claimed.model_copy(update={"backend": captioner, "kind": "captioning"})
        TaskRunner(tools, asked, lease, work).run()
        return house.ledger.get(job.id)

    assert ended("quill").error.message == "quill, which comes from another pack, failed: no paper."
    house.ledger.requeue(job.id)
    with pytest.raises(RuntimeError):
        ended("ours")


def test_one_that_cannot_say_how_it_is_hides_no_other(house):
    registry = PluginRegistry(
        PluginContext(house.paths, house.settings), {"training_backends": {"fine": lambda _: Fine()}}
    )
    registry._found["training_backends"] = {"fine": lambda _: Fine(), "odd": lambda _: Odd()}
    registry.all("training_backends")["odd"].well = False
    fine, odd = states(registry)
    assert fine.name == "fine" and (odd.state, odd.detail) == ("broken", "RuntimeError: not today")


class Fine(Odd):
    name = "fine"

    def state(self):
        return SimpleNamespace(name="fine")


def test_what_is_ours_keeps_its_code_and_what_nobody_foresaw_is_raised():
    ours = InvalidError("damaged", "It is damaged.", "Mend it.")
    assert understood(ours, of="odd").code == understood(ours, of="").code == "damaged"
    assert understood(TypeError("x"), of="").code == "job_damaged"
    with pytest.raises(AttributeError):
        understood(AttributeError("x"), of="")
