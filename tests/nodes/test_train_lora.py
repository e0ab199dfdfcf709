"""IsengardTrainLoRA over the real trainings and ledger: what a graph asks for again is not trained again."""

from __future__ import annotations

import inspect

import pytest
from isengard.core.errors import InvalidError, LedgerAwayError, StorageError
from isengard.core.jobs.ledger import JobFilter
from isengard.core.records.character import CharacterDraft
from isengard.core.records.job import Progress
from isengard.core.records.job_states import JobState
from isengard.training.backends.fast_test.backend import FastTestBackend
from support.training_fixtures import draw_photo, house, redis_url  # noqa: F401 - fixtures

pytestmark = pytest.mark.slow


@pytest.fixture
def train(comfy, house):  # noqa: F811
    """The node as ComfyUI runs it, number 7 of its graph; `train.rung()` are the jobs whose doorbell rang."""
    from comfy_api.latest import io
    from isengard.nodes.train_lora import IsengardTrainLoRA

    eve = house.characters.create(CharacterDraft(name="Eve"))
    house.photos.add(eve.id, draw_photo(house.paths.tmp / "0.jpg", 0), "0.jpg")
    comfy.house.training, comfy.house.ledger = house.training, house.ledger

    def numbered(number="7"):
        hidden = {io.Hidden.unique_id: number}
        newer = "v3_data" in inspect.signature(IsengardTrainLoRA.PREPARE_CLASS_CLONE).parameters
        return IsengardTrainLoRA.PREPARE_CLASS_CLONE({"hidden_inputs": hidden} if newer else hidden)

    def train(*, node="7", person=eve, **given):
        return numbered(node).execute({"id": person.id}, "sd15", "quick", **given).args[0]

    train.numbered = numbered
    train.rung = lambda: {job_id for job_id, _ in house.doorbell.waiting()}
    return train


def test_a_second_run_queues_nothing_and_other_settings_do(train, house):  # noqa: F811
    assert train()["slug"] == train()["slug"] == "eve"
    assert len(train.rung()) == 1
    train(overrides='{"seed": 2}')
    assert len(train.rung()) == 2


def test_a_lokr_is_a_training_of_its_own_where_the_trainer_makes_one(train, house, monkeypatch):  # noqa: F811
    """Graphs of before name no method: they train a LoRA, as they did."""
    train()
    train(method="lora")
    assert len(train.rung()) == 1
    with pytest.raises(InvalidError) as refused:
        train(method="lokr")
    assert refused.value.code == "method_not_of_trainer"
    told = FastTestBackend.capabilities
    monkeypatch.setattr(
        FastTestBackend,
        "capabilities",
        lambda self: told(self).model_copy(update={"methods": ["lora", "lokr"]}),
    )
    train(method="lokr")
    asked = [job.request["method"] for job in house.ledger.jobs(JobFilter()).items]
    assert sorted(asked) == ["lokr", "lora"]


def test_a_checkpoint_and_a_route_are_taken_as_in_the_panel(train, house):  # noqa: F811
    """Each is a training of its own; what cannot be is said before anything is put in line."""
    train()
    for given, code in (
        ({"route": "nowhere"}, "training_route_unknown"),
        ({"route": "x" * 41}, "bad_request"),
    ):
        with pytest.raises(InvalidError) as refused:
            train(**given)
        assert refused.value.code == code
    assert len(train.rung()) == 1
    train(base_model=" mine.safetensors ")
    asked = [job.request["base_model"] for job in house.ledger.jobs(JobFilter()).items]
    assert sorted(asked, key=str) == [None, "mine.safetensors"]


def test_waiting_for_what_another_run_began_does_not_cancel_it(train, house, comfy):  # noqa: F811
    class Interrupted(BaseException):
        pass

    def interrupt():
        raise Interrupted

    train()
    comfy.unload_models = lambda: None
    comfy.raise_if_interrupted = interrupt
    for given, state in (({}, JobState.QUEUED), ({"overrides": '{"seed": 2}'}, JobState.CANCELLED)):
        with pytest.raises(Interrupted):
            train(wait=True, **given)
        newest = house.ledger.jobs(JobFilter()).items[0]
        assert newest.state is state and newest.id in train.rung()


@pytest.mark.parametrize(
    "fault",
    [
        LedgerAwayError("redis_unreachable", "Redis cannot be reached."),
        StorageError("database_busy", "The job database is in use by another process."),
    ],
)
def test_a_ledger_that_is_away_for_a_moment_cancels_no_training(train, house, comfy, monkeypatch, fault):  # noqa: F811
    """A hiccup of Redis ended the training of hours that a graph was waiting for."""
    looks = iter(range(9))

    def goes_on():
        if next(looks) == 2:
            _, lease = house.ledger.claim(worker_id="w", owner="o", needs={"cpu", "gpu"})
            house.ledger.advance(lease, JobState.RUNNING)
            house.ledger.advance(lease, JobState.COMPLETED)

    known, asked = house.ledger.get, []

    def get(job_id):
        asked.append(job_id)
        if len(asked) <= 2:
            raise fault
        return known(job_id)

    comfy.unload_models, comfy.raise_if_interrupted = lambda: None, goes_on
    monkeypatch.setattr(house.ledger, "get", get)
    train(wait=True)
    assert [known(job_id).state for job_id in set(asked)] == [JobState.COMPLETED]


def test_a_job_that_cannot_be_read_ends_the_waiting_and_not_the_training(train, house, comfy, monkeypatch):  # noqa: F811
    def unreadable(job_id):
        raise StorageError("job_unreadable", "This job's record can't be read.")

    comfy.unload_models, comfy.raise_if_interrupted = lambda: None, lambda: None
    monkeypatch.setattr(house.ledger, "get", unreadable)
    with pytest.raises(StorageError):
        train(wait=True)
    (job,) = house.ledger.jobs(JobFilter()).items
    assert job.state is JobState.QUEUED


def test_the_node_says_how_far_it_is_while_it_waits(train, house, comfy):  # noqa: F811
    """ComfyUI keeps what a node says: nobody is named."""
    from isengard.nodes.fields.training_words import words_at_once

    bars, steps = [], iter(range(4))

    class Bar:
        def update_absolute(self, value, total=None):
            bars.append((value, total))

    def goes_on():
        step = next(steps)
        if step == 0:
            _, goes_on.lease = house.ledger.claim(worker_id="w", owner="o", needs={"cpu", "gpu"})
        elif step == 1:
            house.ledger.advance(goes_on.lease, JobState.RUNNING)
            house.ledger.progress(goes_on.lease, Progress(phase="loading"))
        elif step == 2:
            at = Progress(phase="training", step=120, total_steps=800, eta_s=720.0, loss=0.0834)
            house.ledger.progress(goes_on.lease, at)
        else:
            house.ledger.progress(goes_on.lease, Progress(phase="finishing", step=800, total_steps=800))
            house.ledger.advance(goes_on.lease, JobState.COMPLETED)

    comfy.unload_models, comfy.raise_if_interrupted = lambda: None, goes_on
    comfy.progress_bar = lambda total, node_id: Bar()
    train(wait=True)
    assert comfy.said == [
        (words, "7")
        for words in (
            "Waiting in line.",
            "Preparing.",
            "Loading the model",
            "Training · step 120 of 800 · 12 min left · loss 0.083",
            "Trained in 800 steps. The new version can be used now.",
        )
    ]
    assert bars == [(120, 800), (800, 800)]
    (done,) = house.ledger.jobs(JobFilter()).items
    assert words_at_once(done).startswith("Already trained with these photos and settings.")


def test_without_waiting_the_node_says_where_to_look(train, comfy):
    train()
    assert comfy.said == [("Waiting in line. The Isengard tab shows the progress.", "7")]


def ended(house, state):  # noqa: F811
    """The training that is next in line runs and ends like this."""
    job, lease = house.ledger.claim(worker_id="w", owner="o", needs={"cpu", "gpu"})
    if state is JobState.CANCELLED:
        house.ledger.order(job.id, "cancel")
        house.ledger.advance(lease, JobState.CANCELLED)
        return
    house.ledger.advance(lease, JobState.RUNNING)
    house.ledger.advance(lease, state)


@pytest.mark.parametrize(
    ("state", "again"), [(JobState.FAILED, 2), (JobState.CANCELLED, 1), (JobState.COMPLETED, 1)]
)
def test_running_an_unchanged_graph_tries_again_what_failed_and_nothing_else(train, house, state, again):  # noqa: F811
    """ComfyUI runs a node again only if its fingerprint has changed: after a failed training, Run did nothing at all."""
    from isengard.nodes.train_lora import IsengardTrainLoRA

    def run(**given):
        """As ComfyUI does: links come as None, inputs that a graph lacks are not given."""
        inputs = {"character": None, "family": "sd15", "preset": "quick", "wait": False, **given}
        now = IsengardTrainLoRA.fingerprint_inputs(**inputs)
        if now != run.seen:
            train(**given)
        run.seen = now

    run.seen = None
    run()
    run()
    ended(house, state)
    for _ in range(3):
        run()
    assert len(train.rung()) == again
    if state is JobState.FAILED:
        ended(house, JobState.FAILED)
        run()
        assert len(train.rung()) == again + 1


def test_a_failed_training_of_other_settings_runs_this_node_no_further_time(train, house):  # noqa: F811
    from isengard.nodes.train_lora import IsengardTrainLoRA

    def fingerprint(**given):
        inputs = {"character": None, "family": "sd15", "preset": "quick", "overrides": '{"seed": 8}'}
        return IsengardTrainLoRA.fingerprint_inputs(**{**inputs, **given})

    before, linked = fingerprint(), fingerprint(overrides=None)
    train(overrides='{"seed": 9}')
    ended(house, JobState.FAILED)
    assert fingerprint() == before
    assert fingerprint(overrides=None) != linked, "a linked input may be the one that failed"
    assert fingerprint(overrides='{"seed": 9}') != before


def test_a_failed_training_of_somebody_else_with_these_settings_runs_this_node_no_further_time(train, house):  # noqa: F811
    """Ann's failure began anew what somebody had cancelled of Bob's, and used up the tries of his node."""
    ann, bob = (house.characters.create(CharacterDraft(name=name)) for name in ("Ann", "Bob"))
    for number, person in enumerate((ann, bob), 1):
        house.photos.add(person.id, draw_photo(house.paths.tmp / f"{number}.jpg", number), f"{number}.jpg")
    inputs = {"character": None, "family": "sd15", "preset": "quick", "overrides": '{"seed": 77}'}

    def fingerprint(node):
        return train.numbered(node).fingerprint_inputs(**inputs)

    before = {node: fingerprint(node) for node in ("1", "2")}
    train(node="1", person=ann, overrides=inputs["overrides"])
    ended(house, JobState.FAILED)
    assert fingerprint("1") != before["1"] and fingerprint("2") == before["2"]
    train(node="2", person=bob, overrides=inputs["overrides"])
    ended(house, JobState.CANCELLED)
    assert fingerprint("2") == before["2"]
    assert fingerprint("21") == fingerprint("1"), "the graph came back with its nodes numbered anew"
    train(node="1", person=ann, overrides=inputs["overrides"])
    train(node="3", person=ann, overrides=inputs["overrides"])
    known = fingerprint("1"), fingerprint("3")
    ended(house, JobState.FAILED)
    assert fingerprint("1") != known[0] and fingerprint("3") != known[1], "two nodes that mean one training"


def test_a_kind_of_model_that_is_unknown_here_is_told_with_what_to_do(comfy):
    """A graph of a newer Isengard, or one that was written by hand."""
    from isengard.nodes.train_lora import IsengardTrainLoRA

    told = IsengardTrainLoRA.validate_inputs(family="flux9", preset="quick", overrides="{}")
    assert told == "family is not known here. Choose one from the list."


def test_an_input_is_called_as_it_is_written_on_the_node(comfy):
    """Its id, which no reader of another language sees on the node, was named in all of them."""
    from isengard.nodes.train_lora import IsengardTrainLoRA

    comfy.house.language = "de"
    refuses = IsengardTrainLoRA.validate_inputs
    assert refuses(family="sd15", preset="fast").startswith("Voreinstellung muss eines davon sein: ")
    assert refuses(family="flux9", preset="quick").startswith("Modellfamilie ist hier nicht bekannt. ")
    assert refuses(overrides="[").startswith("Unter „Eigene Werte“ ist etwas nicht zu verwenden: ")
