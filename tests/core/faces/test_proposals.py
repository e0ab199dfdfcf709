"""Crops that are proposed, from faces whose places and people are known. Numbers stand for people: those of one are near each other."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from isengard.core.faces.face import Face
from isengard.core.faces.improving.person import person_of
from isengard.core.faces.improving.proposals import LookedAt, propose
from isengard.core.faces.improving.windows import apart, contains, face_box, head_of, window

ANN, BOB, EVE = 1, 2, 3


def face(who, left, top, side, size, draw=0):
    """A face of `side` pixels in a picture of this size; two of one person have a likeness of about 0.55, of two people 0.1."""
    centre = random.Random(who)
    noise = random.Random(f"{who}-{draw}")
    numbers = [centre.gauss(0, 0.056) + noise.gauss(0, 0.028) for _ in range(128)]
    width, height = size
    box = (left / width, top / height, (left + side) / width, (top + side) / height)
    return Face(side=side, share=side / height, numbers=tuple(numbers), box=box)


def photo(name, size, *faces, **more):
    return LookedAt(name, *size, faces=sorted(faces, key=lambda one: -one.side), **more)


def close_ups(count, who=ANN):
    return [
        photo(f"close{n}", (1200, 1200), face(who, 350, 300, 480, (1200, 1200), draw=n)) for n in range(count)
    ]


def of(found, name):
    return [one for one in found.proposals if one.photo_id == name]


def heads(looked_at):
    whole = (0, 0, looked_at.width, looked_at.height)
    return [head_of(face_box(one, looked_at.width, looked_at.height), whole) for one in looked_at.faces]


def test_a_good_half_body_photo_gets_an_extra_close_crop_and_stays():
    body = photo("body", (3000, 4000), face(ANN, 1300, 600, 420, (3000, 4000), draw=9))
    smaller = [
        photo(f"s{n}", (3000, 4000), face(ANN, 1300, 600, 400, (3000, 4000), draw=10 + n)) for n in range(2)
    ]
    [crop] = propose([*close_ups(2), body, *smaller]).proposals
    assert crop.photo_id == "body"
    assert (crop.kind, crop.replaces, crop.before) == ("close", False, 0.105)
    assert crop.box == (1006, 285, 2014, 1293) and crop.after == pytest.approx(420 / 1008, abs=0.001)
    assert contains(crop.box, heads(body)[0])


def test_a_small_face_in_a_wide_picture_is_cropped_round_the_head_with_room_for_shoulders():
    wide = photo("wide", (4000, 1600), face(ANN, 2900, 700, 300, (4000, 1600), draw=9))
    [crop] = of(propose([*close_ups(2), wide]), "wide")
    assert (crop.kind, crop.replaces, crop.box) == ("head", True, (2555, 430, 3545, 1420))
    assert (crop.before, crop.after) == (0.188, 0.303)


def test_a_face_too_small_to_teach_is_cropped_whatever_else_the_photo_shows():
    far = photo("far", (3000, 4000), face(ANN, 1400, 900, 150, (3000, 4000), draw=9))
    [crop] = of(propose([*close_ups(2), far]), "far")
    assert (crop.kind, crop.replaces) == ("head", True)
    assert min(crop.box[2] - crop.box[0], crop.box[3] - crop.box[1]) == 512
    tiny = photo("tiny", (3000, 4000), face(ANN, 1400, 900, 80, (3000, 4000), draw=9))
    found = propose([*close_ups(2), tiny])
    assert not of(found, "tiny") and found.left == {"tiny": "few_pixels"}


def test_where_nothing_is_gained_nothing_is_proposed():
    assert propose(close_ups(5)).proposals == [] and propose(close_ups(5)).left == {}
    portrait = photo("p", (900, 1200), face(ANN, 250, 250, 330, (900, 1200), draw=9))
    assert of(propose([*close_ups(3), portrait]), "p") == []


def test_a_photo_too_small_for_a_crop_has_none():
    small = photo("s", (480, 640), face(ANN, 200, 200, 100, (480, 640), draw=9))
    assert of(propose([*close_ups(3), small]), "s") == []


def test_extra_close_crops_come_until_half_of_the_set_are_close_ups_those_with_most_pixels_first():
    bodies = [
        photo(f"b{n}", (3000, 4000), face(ANN, 1300, 600, 400 + 10 * n, (3000, 4000), draw=20 + n))
        for n in range(6)
    ]
    found = propose([*close_ups(2), *bodies])
    assert [one.photo_id for one in found.proposals] == ["b2", "b3", "b4", "b5"], "6 close-ups of 12"
    assert propose([*close_ups(6), *bodies]).proposals == []


@pytest.mark.parametrize("where", ["left", "right"])
def test_a_group_is_cut_to_the_person_whom_most_photos_show_and_no_head_in_two(where):
    hers, his = (900, 1600) if where == "left" else (1600, 900)
    group = photo(
        "group", (2600, 1800),
        face(BOB, his, 500, 340, (2600, 1800)), face(ANN, hers, 520, 320, (2600, 1800), draw=9),
    )  # fmt: skip
    found = propose([*close_ups(3), group])
    [crop] = of(found, "group")
    assert (crop.kind, crop.replaces) == ("person", True)
    bob, ann = heads(group)
    assert (
        contains(crop.box, ann)
        and apart(crop.box, bob)
        and min(crop.box[2] - crop.box[0], crop.box[3] - crop.box[1]) >= 512
    )


def test_heads_that_touch_are_left_together_and_it_is_said():
    group = photo(
        "group", (2600, 1800),
        face(BOB, 1000, 500, 340, (2600, 1800)), face(ANN, 1300, 520, 320, (2600, 1800), draw=9),
    )  # fmt: skip
    found = propose([*close_ups(3), group])
    assert not of(found, "group") and found.left == {"group": "heads_touch"}


def test_who_may_be_there_is_kept_away_from_where_a_crop_can_be():
    """Somebody cut by the picture's edge, whom no face was found of, lay half in the crop."""
    size = (4000, 1600)
    wide = photo("wide", size, face(ANN, 1300, 700, 300, size, draw=9))
    [before] = of(propose([*close_ups(2), wide]), "wide")
    bystander = (800 / 4000, 700 / 1600, 1030 / 4000, 930 / 1600)
    assert before.box[0] < 1030, "it would cut the bystander's head"
    [crop] = of(propose([*close_ups(2), replace(wide, perhaps=[bystander])]), "wide")
    assert crop.box[0] > 1030 + 80 and contains(crop.box, heads(wide)[0])


def test_of_one_whose_head_touches_the_persons_the_face_stays_out():
    size = (4000, 1600)
    wide = photo("wide", size, face(ANN, 1300, 700, 300, size, draw=9))
    beside = (900 / 4000, 700 / 1600, 1130 / 4000, 930 / 1600)
    [crop] = of(propose([*close_ups(2), replace(wide, perhaps=[beside])]), "wide")
    assert crop.box[0] >= 1130 and contains(crop.box, heads(wide)[0])


def test_what_may_be_nobody_keeps_no_crop_from_being_made():
    """Weak finds lie on tables and on the person's own clothes, too."""
    size = (4000, 1600)
    wide = photo("wide", size, face(ANN, 1300, 700, 300, size, draw=9))
    expected = of(propose([*close_ups(2), wide]), "wide")
    strips = [
        (1100, 100, 1190, 1500),
        (1710, 100, 1800, 1500),
        (1195, 400, 1705, 510),
        (1195, 1065, 1705, 1200),
    ]
    around = [(left / 4000, top / 1600, right / 4000, low / 1600) for left, top, right, low in strips]
    around.append((1320 / 4000, 720 / 1600, 1600 / 4000, 1000 / 1600))
    assert of(propose([*close_ups(2), replace(wide, perhaps=around)]), "wide") == expected


def test_strangers_are_never_cut_out_and_who_is_meant_must_be_known():
    strangers = photo(
        "g", (2600, 1800), face(BOB, 500, 500, 340, (2600, 1800)), face(EVE, 1700, 520, 330, (2600, 1800))
    )
    found = propose([*close_ups(3), strangers])
    assert not of(found, "g") and found.left == {"g": "who"}
    alone = photo("stranger", (4000, 1600), face(BOB, 2900, 700, 300, (4000, 1600)))
    assert of(propose([*close_ups(4), alone]), "stranger") == [], "somebody else's photo is not improved"


def test_the_person_is_whoever_most_photos_show_or_nobody():
    size = (2000, 1500)
    both = [
        photo(f"b{n}", size, face(ANN, 300, 300, 300, size, draw=n), face(BOB, 1200, 300, 300, size, draw=n))
        for n in range(4)
    ]
    asked = {one.id: one.faces for one in both}
    assert person_of(asked) == [], "two who are always together"
    alone = photo("a", size, face(ANN, 300, 300, 300, size, draw=8))
    person = person_of({**asked, "a": alone.faces})
    assert len(person) == 5 and person[0] is alone.faces[0]
    halves = {
        one.id: one.faces
        for one in [
            *close_ups(3),
            *[photo(f"o{n}", size, face(BOB, 300, 300, 300, size, draw=n)) for n in range(3)],
        ]
    }
    assert person_of(halves) == []
    assert person_of({}) == []


def test_a_frame_goes_and_the_crop_lies_within_it():
    size, within = (1200, 2400), (0, 600, 1200, 1800)
    plain = photo("f", size, face(ANN, 350, 900, 480, size, draw=9), frame=within)
    [crop] = of(propose([*close_ups(3), plain]), "f")
    assert (crop.kind, crop.box, crop.replaces, crop.before, crop.after) == ("frame", within, True, 0.2, 0.4)
    without_faces = propose([photo("f", size, frame=within)])
    assert [(one.kind, one.before) for one in without_faces.proposals] == [("frame", None)]
    size, within = (3000, 2400), (0, 300, 3000, 2100)
    wide = photo("w", size, face(ANN, 2500, 1450, 300, size, draw=9), frame=within)
    [crop] = of(propose([*close_ups(3), wide]), "w")
    assert crop.kind == "head" and contains(within, crop.box)


def test_a_frame_that_would_cut_a_face_or_leave_little_stays():
    size = (1200, 2400)
    cuts = photo("f", size, face(ANN, 350, 400, 480, size, draw=9), frame=(0, 600, 1200, 1800))
    leaves_little = photo("l", size, frame=(0, 600, 1200, 1100))
    thin = photo("t", size, frame=(0, 20, 1200, 2400))
    kinds = [one.kind for one in propose([*close_ups(3), cuts, leaves_little, thin]).proposals]
    assert "frame" not in kinds


def test_no_crop_ever_cuts_a_head_whatever_the_photo_looks_like():
    chance = random.Random(5)
    cropped = 0
    for number in range(120):
        size = chance.randint(600, 4000), chance.randint(600, 4000)
        people = [ANN, *chance.sample([BOB, EVE, 4, 5], chance.randint(0, 4))]
        faces = []
        for who in people:
            side = chance.randint(60, min(size) // 3)
            faces.append(
                face(
                    who,
                    chance.randint(0, size[0] - side),
                    chance.randint(0, size[1] - side),
                    side,
                    size,
                    draw=number,
                )
            )
        looked_at = photo("x", size, *faces)
        for crop in of(propose([*close_ups(5), looked_at]), "x"):
            cropped += 1
            own = max(looked_at.faces, key=lambda one: one is faces[0])
            assert (
                contains((0, 0, *size), crop.box)
                and min(crop.box[2] - crop.box[0], crop.box[3] - crop.box[1]) >= 512
            )
            for one, head in zip(looked_at.faces, heads(looked_at), strict=True):
                assert contains(crop.box, head) if one is own else apart(crop.box, head)
    assert cropped > 25


def test_a_window_goes_to_the_pictures_edge_rather_than_beyond_it():
    box = window((0, 0, 1000, 1000), (0, 0, 200, 260), middle=80, top=-90, side=600, least=512, others=())
    assert box == (0, 0, 600, 600)
    assert (
        window((0, 0, 500, 900), (0, 0, 200, 260), middle=80, top=0, side=600, least=512, others=()) is None
    )
