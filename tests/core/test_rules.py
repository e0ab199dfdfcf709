"""Ids, capabilities, transition tables, atomic writes, correlation."""

from __future__ import annotations

import itertools
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from isengard.core import atomic, ids
from isengard.core.capabilities import CAPABILITIES, require_training_method
from isengard.core.correlation import clean, correlated, current
from isengard.core.errors import IllegalTransitionError, InvalidError
from isengard.core.ids import is_id, new_id, require_id
from isengard.core.records.generation_states import TRANSITIONS as GENERATION_TRANSITIONS
from isengard.core.records.generation_states import GenerationState
from isengard.core.records.job_states import ENDED, OWNED, TRANSITIONS, JobState
from isengard.core.records.state_machine import require_transition


def test_ids_are_plain_and_unique():
    made = [new_id("job") for _ in range(1000)]
    assert len(set(made)) == 1000 and all(is_id("job", name) for name in made)


@pytest.mark.parametrize("step_ns", [0, 1, 1_000_000, -5_000_000_000], ids=str)
def test_a_later_id_sorts_after_an_earlier_one_whatever_the_clock_does(monkeypatch, step_ns):
    """Four pictures of one millisecond stood in a list in any order, and so did those of a clock that was set back."""
    began = time.time_ns() + 1_000_000_000
    ticks = itertools.count()
    monkeypatch.setattr(time, "time_ns", lambda: began + next(ticks) * step_ns)
    monkeypatch.setattr(ids, "_counter", ids._Counter())
    made = [new_id("gen") for _ in range(500)]
    assert made == sorted(made) and len(set(made)) == 500 and all(is_id("gen", name) for name in made)


def test_ids_of_several_threads_differ():
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: new_id("pho"), range(4000)))
    assert len(set(made)) == 4000


@pytest.mark.parametrize(
    "text", ["", "job_", "job_../../../../etc/passwd0", "chr_" + "a" * 26, "job_" + "A" * 26, 7, None]
)
def test_what_is_no_job_id_is_refused(text):
    with pytest.raises(InvalidError):
        require_id("job", text)


def test_the_capability_matrix_is_the_specifications():
    assert CAPABILITIES == {
        "training": {
            "lora": {"supported": True, "backend": "ai-toolkit", "status": "production"},
            "lokr": {"supported": True, "backend": "ai-toolkit", "status": "experimental"},
            "dora": {
                "supported": False,
                "status": "not_implemented",
                "notes": "May be added in future versions",
            },
            "full_finetune": {
                "supported": False,
                "status": "out_of_scope",
                "notes": "Not planned for this project",
            },
        },
        "image_generation": {"comfyui": {"supported": True, "status": "production"}},
        "video_generation": {
            "any": {
                "supported": False,
                "status": "scaffold_only",
                "notes": "Interface defined, no implementation",
            }
        },
    }


def test_dora_is_refused_with_the_matrixs_note():
    require_training_method("lora")
    with pytest.raises(InvalidError) as caught:
        require_training_method("dora")
    assert CAPABILITIES["training"]["dora"]["notes"] in caught.value.message


@pytest.mark.parametrize(
    ("table", "states"), [(TRANSITIONS, JobState), (GENERATION_TRANSITIONS, GenerationState)]
)
def test_every_pair_of_states_is_decided_by_the_table(table, states):
    assert set(table) == set(states)
    for before in states:
        for after in states:
            if after in table[before]:
                require_transition(table, before, after)
            else:
                with pytest.raises(IllegalTransitionError):
                    require_transition(table, before, after)


def test_owned_and_ended_states_do_not_overlap():
    assert not OWNED & ENDED
    assert all(TRANSITIONS[state] <= {JobState.QUEUED} for state in ENDED)


def test_an_atomic_write_that_fails_leaves_the_old_file_and_no_temporary(tmp_path):
    target = tmp_path / "a.json"
    atomic.write_json(target, {"a": 1})

    def broken(stream):
        stream.write(b"half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        atomic.write_with(target, broken)
    assert json.loads(target.read_text()) == {"a": 1} and os.listdir(tmp_path) == ["a.json"]
    with pytest.raises(ValueError, match="JSON compliant"):
        atomic.write_json(target, {"a": float("nan")})
    assert os.listdir(tmp_path) == ["a.json"]


def test_a_correlation_id_holds_inside_and_is_cleaned():
    assert current() == ""
    with correlated("ui-7"):
        assert current() == "ui-7"
    assert current() == ""
    assert clean("ui-7") == "ui-7"
    for bad in (None, "", "a\nb", "x" * 65, "${HF_TOKEN}"):
        assert clean(bad).startswith("srv-")
