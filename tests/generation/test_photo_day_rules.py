"""The rules of a photo day: which pictures, how long, what is put aside, what comes first. Tables, nothing is drawn."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from isengard.core.faces.face import Scene
from isengard.core.ids import new_id
from isengard.core.records.generation import CharacterUse, GeneratedImage, Generation, GenerationRequest
from isengard.core.records.likeness import Likeness
from isengard.core.records.photo_day import Motif, PhotoDayOrder
from isengard.generation.photo_days.duration import seconds_per_picture
from isengard.generation.photo_days.plan import combinations, composed, planned, sized
from isengard.generation.photo_days.ranking import Aside, Candidate, ranked

ANN = "chr_" + "0" * 26
STUDIO = Motif(name="studio", label="Studio portrait", prompt="{prompt}, studio portrait")
BARE = Motif(name="bare", label="Bare", prompt="grainy")
STREET = Motif(name="street", label="Rainy street", prompt="walking in a rainy street")


@pytest.mark.parametrize(
    ("styles", "scenes", "shapes"), [(1, 1, 1), (4, 5, 2), (4, 4, 2), (6, 4, 3), (3, 9, 3), (2, 1, 3)]
)
def test_every_combination_comes_once_before_any_comes_again(styles, scenes, shapes):
    every = styles * scenes * shapes
    chosen = combinations(styles, scenes, shapes, 2 * every)
    assert len(set(chosen[:every])) == every and chosen[every:] == chosen[:every]
    for count in range(1, every):
        seen = Counter(scene for _, scene, _ in chosen[:count])
        assert max(seen.values()) - min(seen[scene] for scene in range(scenes)) <= 1


@pytest.mark.parametrize(("styles", "scenes", "shapes"), [(4, 5, 2), (4, 4, 2), (3, 9, 3)])
def test_neighbours_differ_in_their_scene(styles, scenes, shapes):
    assert all(a[1] != b[1] for a, b in pairwise(combinations(styles, scenes, shapes, 40)))


def test_forty_pictures_of_the_usual_choice_show_all_of_it_evenly():
    chosen = combinations(4, 5, 2, 40)
    for place, each in ((0, 10), (1, 8), (2, 20)):
        assert set(Counter(one[place] for one in chosen).values()) == {each}


def order(**changes):
    wanted = {
        "person": {"id": ANN},
        "recipe": "r",
        "prompt": "photo of {trigger}",
        "shapes": ["portrait", "wide"],
    }
    return PhotoDayOrder.model_validate({**wanted, "count": 4, **changes})


def test_a_plan_has_words_sizes_and_seeds():
    plan = planned(order(styles=[STUDIO], scenes=[STREET]), 7, {"width": 1024, "height": 1024})
    assert [one.prompt for one in plan] == [
        "photo of {trigger}, walking in a rainy street, studio portrait"
    ] * 4
    assert [(one.n, one.seed) for one in plan] == [(0, 7), (1, 8), (2, 9), (3, 10)]
    assert {(one.shape, one.width, one.height) for one in plan} == {
        ("portrait", 832, 1280),
        ("wide", 1280, 832),
    }
    assert {(one.style, one.scene) for one in plan} == {("Studio portrait", "Rainy street")}


def test_an_order_may_say_how_large_pictures_are():
    wanted = order(count=1, shapes=["square"], width=256, height=256)
    (one,) = planned(wanted, 7, {"width": 1024, "height": 1024})
    assert (one.width, one.height) == (256, 256)


@pytest.mark.parametrize(
    ("style", "scene", "text"),
    [
        (None, None, "ann"),
        (None, STREET, "ann, walking in a rainy street"),
        (STUDIO, None, "ann, studio portrait"),
        (BARE, STREET, "ann, walking in a rainy street, grainy"),
    ],
)
def test_words_are_put_together_as_in_the_form(style, scene, text):
    assert composed(" ann ", style, scene) == text


@pytest.mark.parametrize(
    ("size", "ratio", "wanted"),
    [((512, 512), 1.0, (512, 512)), ((512, 512), 2 / 3, (448, 640)), ((64, 64), 3 / 2, (64, 64))],
)
def test_sizes_are_multiples_of_64(size, ratio, wanted):
    assert sized(size, ratio) == wanted


def made(created, finished, *, state="completed", images=1, side=512, steps=None):
    request = GenerationRequest(
        recipe="r", characters=[CharacterUse(id=ANN)], prompt="x", width=side, height=side, steps=steps
    )
    pictures = [GeneratedImage(n=n, file="x", width=8, height=8, seed=n) for n in range(images)]
    at = "2026-01-02T03:{:02d}:{:02d}.000Z".format
    return Generation(
        id=new_id("gen"),
        recipe="r",
        request=request,
        state=state,
        images=pictures,
        created_at=at(*divmod(created, 60)),
        finished_at=at(*divmod(finished, 60)),
    )


@pytest.mark.parametrize(
    ("known", "seconds"),
    [
        ([], None),
        ([made(0, 30)], None),
        # ordered together: each begins when the one before it has ended
        ([made(0, 30), made(0, 40), made(0, 50)], 10.0),
        # four at once, and one that waited for nothing
        ([made(0, 40, images=4), made(100, 110)], 10.0),
        # a failure takes its time and says nothing
        ([made(0, 10), made(0, 60, state="failed", images=0), made(0, 70)], 10.0),
        # four times the pixels, half the steps: twice the work
        ([made(0, 20, side=1024, steps=10), made(30, 50, side=1024, steps=10)], 10.0),
    ],
)
def test_the_time_of_a_picture_is_measured_or_not_known(known, seconds):
    assert seconds_per_picture(reversed(known), 512 * 512, 20) == seconds


def scene(*levels):
    """A picture of a few fields of grey."""
    mean = sum(levels) / len(levels)
    return Scene(tuple(level - mean for level in levels), (1.0,), 0.0)


LEFT, RIGHT, TOP = scene(9, 1, 9, 1), scene(1, 9, 1, 9), scene(9, 9, 1, 1)
NEARLY_LEFT = scene(9, 1, 9, 2)


def face(score, verdict="fair", **more):
    return Likeness(**{"verdict": verdict, "score": score, "faces": 1, "copied": False, **more})


NO_FACE = Likeness(verdict="not_measurable", why="no_face", copied=None)
DRAWING = Likeness(verdict="not_measurable", why="drawing", copied=None)


@pytest.mark.parametrize(
    ("pictures", "order", "aside"),
    [
        ([], [], {}),
        # the most alike first
        ([Candidate(0, likeness=face(0.5)), Candidate(1, likeness=face(0.6))], [1, 0], {}),
        # without numbers in the order they were drawn, and what looks otherwise before what looks the same
        ([Candidate(0, scene=LEFT), Candidate(1, scene=TOP), Candidate(2, scene=RIGHT)], [0, 1, 2], {}),
        # variety: 0.56 that shows something else comes before 0.58 that shows much the same
        (
            [
                Candidate(0, likeness=face(0.60), scene=scene(9, 1, 9, 1)),
                Candidate(1, likeness=face(0.58), scene=scene(9, 1, 1, 4)),
                Candidate(2, likeness=face(0.56), scene=RIGHT),
            ],
            [0, 2, 1],
            {},
        ),
        # a copy of a training photo is worth half
        ([Candidate(0, likeness=face(0.6, copied=True)), Candidate(1, likeness=face(0.5))], [1, 0], {}),
        # what cannot be measured stays, in the middle
        (
            [
                Candidate(0, likeness=face(0.6)),
                Candidate(1, likeness=DRAWING),
                Candidate(2, likeness=face(0.41)),
            ],
            [0, 1, 2],
            {},
        ),
        # each fault by its name
        (
            [
                Candidate(0, look="noise", likeness=NO_FACE),
                Candidate(1, likeness=NO_FACE),
                Candidate(2, likeness=face(0.6, rivals=1)),
                Candidate(3, likeness=face(0.2, "poor")),
                Candidate(4, likeness=face(0.5)),
            ],
            [4],
            {0: Aside("empty"), 1: Aside("no_face"), 2: Aside("two_heads"), 3: Aside("another_person")},
        ),
        # of twins the better one stays, and of equals the one drawn earlier
        (
            [
                Candidate(0, likeness=face(0.5), scene=LEFT),
                Candidate(1, likeness=face(0.6), scene=NEARLY_LEFT),
            ],
            [1],
            {0: Aside("twin", 1)},
        ),
        ([Candidate(0, scene=LEFT), Candidate(1, scene=LEFT)], [0], {1: Aside("twin", 0)}),
        # whatever a person brings back stays
        (
            [
                Candidate(0, scene=LEFT),
                Candidate(1, scene=LEFT, back=True),
                Candidate(2, likeness=NO_FACE, back=True),
            ],
            [0, 2, 1],
            {},
        ),
        # and puts nothing else aside, nor takes it back
        (
            [Candidate(0, scene=LEFT, back=True), Candidate(1, scene=LEFT), Candidate(2, scene=RIGHT)],
            [0, 2],
            {1: Aside("twin", 0)},
        ),
    ],
)
def test_what_comes_first_and_what_is_put_aside(pictures, order, aside):
    found = ranked(pictures)
    assert (found.order, dict(found.aside)) == (order, aside)
