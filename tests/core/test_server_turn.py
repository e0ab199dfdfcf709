"""Several servers of one data folder: one clears up and looks after things, and nobody ends what another draws."""

from __future__ import annotations

import threading

import pytest
from isengard.core.storage import server_turn
from isengard.core.storage.server_turn import ServerTurn

PICTURES = "gen_" + "0" * 26


@pytest.fixture
def start(paths, monkeypatch):
    monkeypatch.setattr(server_turn, "_ENDS_WITHIN_S", 0.1)
    started = []

    def begin(name):
        started.append(ServerTurn(paths, name))
        started[-1].begin()
        return started[-1]

    yield begin
    for turn in started:
        turn.end()


def test_the_first_has_the_turn_and_the_next_takes_over_when_it_ends(start):
    first, second = start("a"), start("b")
    assert first.alone and first.mine and not second.alone and not second.mine
    first.end()
    assert second.mine and not second.alone, "what it is doing itself looks as what a crash has left"
    again = start("c")
    assert not again.alone and not again.mine


def test_one_that_ends_just_now_is_waited_for(start, monkeypatch):
    monkeypatch.setattr(server_turn, "_ENDS_WITHIN_S", 5.0)
    first = start("a")
    ending = threading.Timer(0.2, first.end)
    ending.start()
    assert start("b").alone
    ending.join()


def test_pictures_are_drawn_as_long_as_their_server_lives(start):
    first, second = start("a"), start("b")
    first.note(PICTURES)
    assert first.is_being_drawn(PICTURES) and second.is_being_drawn(PICTURES)
    first.end()
    assert not second.is_being_drawn(PICTURES)
    second.note(PICTURES)
    assert second.is_being_drawn(PICTURES)
    second.over(PICTURES)
    assert not second.is_being_drawn(PICTURES)
    second.over(PICTURES)


def test_an_old_packs_pictures_are_nobodys(start):
    assert not start("a").is_being_drawn(PICTURES)


def test_what_ended_servers_left_is_cleared_away_by_one_alone(start, paths):
    first = start("a")
    first.note(PICTURES)
    first.end()
    start("b")
    assert [file.name for file in (paths.run / "servers").iterdir()] == ["b.lock"]
    assert list((paths.run / "drawn_by").iterdir()) == []


def test_where_a_disk_has_no_locks_everybody_is_alone(start, monkeypatch):
    monkeypatch.setattr("isengard.core.storage.file_lock._lock", lambda fd: False)
    assert all((turn.alone, turn.mine) == (True, True) for turn in (start("a"), start("b")))
