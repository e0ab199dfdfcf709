"""Which saves of a training are looked at, and what is drawn of one."""

from __future__ import annotations

import pytest
from isengard.core.records.character import Character
from isengard.core.records.checkpoint import Checkpoint, Proof
from isengard.web.services.stopping.save_schedule import due, spaced
from isengard.web.services.stopping.wall_orders import Save, orders_of, orders_without

SOUND = Proof(header=True, finite=True, nonzero=True)


def saves(*steps, unsound=()):
    return [
        Checkpoint(
            step=step,
            file="x",
            size=1,
            sha256="x",
            family="sd15",
            proof=Proof() if step in unsound else SOUND,
        )
        for step in steps
    ]


@pytest.mark.parametrize(
    ("checkpoints", "steps"),
    [
        (saves(), []),
        (saves(300, 600, 900), [300, 600, 900]),
        (saves(301, 601, 901), [301, 601, 901]),
        (saves(300, 304, 600, 607), [300, 600]),
        (saves(120, 300, 600), [120, 300, 600]),
        (saves(300, 600, 900, unsound=(600,)), [300, 900]),
    ],
)
def test_what_a_pause_saves_in_between_is_left_out(checkpoints, steps):
    assert spaced(checkpoints, 300) == steps


def test_the_last_step_and_what_was_looked_at_are_not_due():
    assert due(saves(300, 600, 900), 300, 900, {300}) == [600]


def test_a_save_is_drawn_nine_times_and_the_scenes_without_it_once():
    ann = Character(
        id="chr_" + "0" * 26, name="Ann", slug="ann", trigger_word="annqvx", class_word="woman", created_at=""
    )
    save = Save("job_" + "7" * 26, 300)
    orders = orders_of(ann, "sd15-identity", save, {"width": 640, "height": 512})
    assert [(one.characters[0].strength, one.seed - 20261124) for one in orders] == [
        *((0.85, scene) for scene in range(4)),
        *((1.0, scene) for scene in range(5)),
    ]
    assert {(one.width, one.height, one.characters[0].checkpoint) for one in orders} == {(640, 512, 300)}
    assert "{class}" not in "".join(one.prompt for one in orders) and "woman" in orders[0].prompt
    without = orders_without(ann, "sd15-identity", save, {})
    assert {(one.characters[0].checkpoint, one.characters[0].job_id) for one in (*orders, *without)} == {
        (300, save.job_id)
    }, "of its own training, whatever else has saved this step"
    assert [one.characters[0].strength for one in without] == [0.0] * 5
    assert {one.seed for one in without} == {one.seed for one in orders}
