"""A child that starts slowly is waited for; one that ends before it is ready is broken."""

from __future__ import annotations

import time

import pytest
from isengard.core.processes.json_child import ChildDidNotStart, ChildIsStarting, JsonChild

SLOW = """
import sys, time
time.sleep({delay})
print('{{"ready": true}}', flush=True)
for line in sys.stdin:
    time.sleep({each})
    print('{{"heard": true}}', flush=True)
"""


@pytest.fixture
def child(tmp_path):
    made = []

    def child(delay, each=0.0, *, timeout_s=60.0, text=SLOW):
        script = tmp_path / f"child{len(made)}.py"
        script.write_text(text.format(delay=delay, each=each))
        made.append(JsonChild(script, timeout_s=timeout_s))
        return made[-1]

    yield child
    for one in made:
        one.close()


def test_a_slow_start_goes_on_and_whoever_asks_again_has_it(child):
    slow = child(1.5)
    with pytest.raises(ChildIsStarting):
        slow.start(0.05)
    pid = slow.pid
    assert pid is not None
    assert slow.ask({}) == {"heard": True} and slow.pid == pid, "it was not begun anew"


def test_one_that_ends_before_it_is_ready_is_told_at_once(child):
    began = time.monotonic()
    with pytest.raises(ChildDidNotStart):
        child(0, text="raise SystemExit(3)").start()
    assert time.monotonic() - began < 60


def test_one_that_never_becomes_ready_is_ended_and_begun_anew(child):
    """It was called busy until ComfyUI was restarted."""
    hung = child(600)
    with pytest.raises(ChildIsStarting):
        hung.start(0.1)
    hung._start_s, patience_s = 0.0, hung._start_s  # its time is over
    with pytest.raises(ChildDidNotStart):
        hung.start(0.1)
    assert hung.pid is None
    hung._start_s = patience_s
    with pytest.raises(ChildIsStarting):
        hung.start(0.1)


def test_a_crash_is_told_from_a_slow_answer(child):
    """Its end is seen a moment before it can be asked how it ended."""
    text = SLOW.replace(
        "time.sleep({each})", "sys.stdout.close(); import os; os.close(1); time.sleep(0.2); os._exit(3)"
    )
    crashing = child(0, text=text)
    assert crashing.ask({}) is None and crashing.exit_code == 3


def test_half_an_answer_is_none(child):
    text = SLOW.replace("time.sleep({each})", "import os; os.write(1, b'{{\"hea'); os._exit(4)")
    crashing = child(0, text=text)
    assert crashing.ask({}) is None and crashing.exit_code == 4


def test_a_hanging_answer_ends_it_and_the_next_question_gets_a_new_one(child):
    hung = child(0, 60, timeout_s=60.0)
    hung.start()
    hung._timeout_s = 0.1
    assert hung.ask({}) is None and hung.exit_code is None and hung.pid is None
