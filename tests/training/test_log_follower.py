"""A trainer's log as it grows, told in whole lines."""

from __future__ import annotations

import pytest
from isengard.training.process.log_follower import LogFollower

DRAWING = "\r  3%|...| {0:06d}/12000 [loss=0.0123456] " + "x" * 60


@pytest.mark.parametrize("drawing", [DRAWING, "x" * 99, DRAWING.replace("\r", "")])
def test_a_bar_longer_than_a_block_keeps_no_later_line(tmp_path, drawing):
    """Its line may end after megabytes, or never."""
    log = tmp_path / "train.log"
    log.write_bytes(b"")
    follower = LogFollower(log)
    bar = "".join(drawing.format(step) for step in range(30_000))
    with log.open("a", newline="") as stream:
        stream.write(bar + "\nSaving checkpoint\n")
    told = [line for _ in range(6) for line in follower.new_lines()]
    assert told[-1] == "Saving checkpoint" and len(told) == 2
    if drawing == DRAWING:
        assert told[0] == DRAWING[1:].format(29_999)
    with log.open("a") as stream:
        stream.write("Error: the thing to see\n")
    assert follower.new_lines() == ["Error: the thing to see"]


def test_a_line_is_told_once_it_is_whole(tmp_path):
    log = tmp_path / "train.log"
    log.write_text("before\n")
    follower = LogFollower(log)
    with log.open("a") as stream:
        stream.write("half of")
    assert follower.new_lines() == []
    with log.open("a") as stream:
        stream.write(" it\n")
    assert follower.new_lines() == ["half of it"]
