"""The weighing as a table: facts in, causes out. Nothing is said of what is not known."""

from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from isengard.core.diagnosis.facts import Facts, PhotoFacts, PictureFacts, TrainingFacts, VersionFacts
from isengard.core.diagnosis.hiding_words import distant, hiding
from isengard.core.diagnosis.photo_causes import OF_PHOTOS
from isengard.core.diagnosis.picture_causes import OF_PICTURE
from isengard.core.diagnosis.reading import says_trigger
from isengard.core.diagnosis.version_causes import OF_VERSION
from isengard.core.diagnosis.weighing import diagnose
from isengard.core.records.checkpoint import Proof
from isengard.core.records.diagnosis import Mending
from isengard.core.records.generation import CharacterUse, Generation, GenerationRequest
from isengard.core.records.likeness import Likeness

SCORES = {"likeness": 0.47, "own_photos": 0.6, "strength": 0.85, "told": 16, "copied": 0, "flexible": 0.9}
VERSION = VersionFacts(
    "ann/a-1000.safetensors",
    1000,
    "sd15",
    "job_a",
    Proof(fit="fits", image="changed"),
    best=True,
    scores=SCORES,
)
PHOTOS = PhotoFacts(count=20, faces=[0.3] * 20)
PICTURE = PictureFacts(version=VERSION, strength=0.85, prompt="photo of {trigger}", has_trigger=True)
FACTS = Facts(
    measures=True,
    trigger_word="annqvx",
    class_word="woman",
    photos=PHOTOS,
    version=VERSION,
    versions=[VERSION],
    pictures=[PICTURE],
)


def with_version(pictured=None, **scores):
    version = replace(VERSION, scores={**SCORES, **scores})
    picture = replace(PICTURE, version=version, **(pictured or {}))
    return replace(FACTS, version=version, versions=[version], pictures=[picture])


def with_picture(**changes):
    return replace(FACTS, pictures=[replace(PICTURE, **changes)])


def with_photos(count=20, faces=(), **found):
    return replace(FACTS, photos=PhotoFacts(count=count, faces=faces or [0.3] * count, found=found))


def curve(*scores, **more):
    """Versions of one training, 400 steps apart, the last one best."""
    versions = [
        replace(
            VERSION, file=f"{n}", step=400 * n, best=n == len(scores), scores={**SCORES, "likeness": score}
        )
        for n, score in enumerate(scores, 1)
    ]
    last = versions[-1]
    return replace(FACTS, version=last, versions=versions, pictures=[replace(PICTURE, version=last)], **more)


GOING_ON = TrainingFacts("job_a", 1200, 1600, can_go_on=True)


def causes(facts):
    return [cause.code for cause in diagnose(facts).causes]


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        (FACTS, ["nothing_found"]),
        (Facts(measures=True), ["not_trained"]),
        (Facts(measures=False, pictures=[PictureFacts()]), ["cannot_be_measured"]),
        (Facts(measures=True, pictures=[PictureFacts()]), ["measure_first"]),
        (with_version(likeness=0.3), ["nothing_found"]),
        # the worse of one kind weighs more than the lesser of another
        (with_photos(other_person=5), ["photos_disagree"]),
        (with_photos(other_person=1, several_faces=10), ["group_photos", "photos_disagree"]),
        (with_photos(12, two_people=12), ["photos_disagree"]),
        (with_version(own_photos=0.38), ["photos_unlike"]),
        (with_photos(20, [0.06] * 15 + [0.3] * 5), ["small_faces"]),
        (with_photos(20, [0.06] * 9 + [0.3] * 11), ["nothing_found"]),
        (with_photos(9), ["few_photos"]),
        (with_photos(10), ["nothing_found"]),
        (with_photos(20, blurred=6), ["nothing_found"]),
        (with_photos(20, blurred=4, dark=3), ["weak_photos"]),
        (with_picture(has_trigger=False, trigger="annqvx"), ["trigger_missing"]),
        (with_picture(has_trigger=None), ["nothing_found"]),
        (with_picture(strength=0.7), ["strength_low"]),
        (with_picture(strength=0.8), ["nothing_found"]),
        (with_picture(strength=1.05), ["nothing_found"]),
        (with_picture(strength=1.5), ["strength_high"]),
        (
            with_picture(prompt="{trigger} in sunglasses", likeness=Likeness(verdict="poor", score=0.3)),
            ["face_hidden"],
        ),
        (with_picture(prompt="{trigger} without sunglasses"), ["nothing_found"]),
        (with_picture(likeness=Likeness(verdict="not_measurable", why="turned")), ["face_turned"]),
        (with_picture(likeness=Likeness(verdict="not_measurable", why="too_small")), ["face_far"]),
        (
            with_picture(prompt="full body, {trigger}", likeness=Likeness(verdict="poor", score=0.3)),
            ["nothing_found"],
        ),
        (with_picture(steps=8, usual_steps=25), ["few_steps"]),
        (with_picture(steps=8, usual_steps=8), ["nothing_found"]),
        (with_version(copied=6), ["copies"]),
        (with_version(copied=1), ["nothing_found"]),
        (with_version(stranger=0.41), ["leaks"]),
        (
            with_version(stranger=0.41, stranger_without=0.42),
            ["nothing_found"],
        ),  # the base draws somebody alike
        (with_version(flexible=0.5), ["stiff"]),
        (with_version(copied=8, flexible=0.2, stranger=0.5), ["copies", "leaks", "stiff"]),
        # copies beside three photos: what was measured first, then what it came from
        (replace(with_version(copied=12), photos=PhotoFacts(count=3)), ["copies", "few_photos"]),
        (curve(0.3, 0.38, 0.45), ["still_rising"]),
        (curve(0.3, 0.44, 0.45), ["nothing_found"]),
        (curve(0.44, 0.45, 0.45), ["nothing_found"]),
        (curve(0.3, 0.46, 0.45), ["nothing_found"]),
        (curve(0.3, 0.5, 0.58), ["nothing_found"]),  # as good as the photos
        (replace(FACTS, training=TrainingFacts("job_a", 500, 1600)), ["trained_short"]),
        (replace(FACTS, training=TrainingFacts("job_a", 1500, 1600)), ["nothing_found"]),
        (
            replace(FACTS, trigger_word="", version=replace(VERSION, trigger_word="woman")),
            ["trigger_ordinary"],
        ),
    ],
)
def test_the_likeliest_comes_first(facts, codes):
    assert causes(facts) == codes


@pytest.mark.parametrize(
    ("proof", "more", "code", "action"),
    [
        ({"image": "base_broken"}, {"look": "flat"}, "base_broken", "base"),
        ({}, {"look": "noise"}, "base_broken", "base"),
        ({"image": "broken"}, {"look": "flat"}, "lora_broken", "compare"),
        ({"fit": "wrong"}, {}, "other_model", "base"),
        ({"fit": "partial"}, {}, "other_model", "base"),
        ({"image": "unchanged"}, {}, "no_effect", "compare"),
    ],
)
def test_what_decides_comes_before_everything(proof, more, code, action):
    version = replace(VERSION, proof=VERSION.proof.model_copy(update=proof), scores={})
    facts = replace(
        FACTS,
        photos=PhotoFacts(count=12, found={"several_faces": 2}),
        version=version,
        versions=[version],
        pictures=[replace(PICTURE, version=version, **more)],
    )
    first, *others = diagnose(facts).causes
    assert (first.code, first.action) == (code, action)
    assert first.weight < 90 or "not_measured" not in [other.code for other in others]


def test_a_version_that_is_not_the_best_is_said_with_the_one_that_is():
    used, best = replace(VERSION, best=False), replace(VERSION, file="ann/b.safetensors", step=1500)
    best = replace(best, scores={**SCORES, "likeness": 0.56})
    facts = replace(FACTS, version=used, versions=[used, best], pictures=[replace(PICTURE, version=used)])
    (cause,) = diagnose(facts).causes
    assert (cause.code, cause.action) == ("other_version", "version")
    assert cause.values == {
        "file": best.file, "step": 1500, "now": 1000, "likeness": 0.47, "best": 0.56
    }  # fmt: skip
    close = replace(best, scores={**SCORES, "likeness": 0.49})
    assert causes(replace(facts, versions=[used, close])) == ["nothing_found"]
    assert causes(replace(facts, versions=[used, replace(close, picked=True)])) == ["other_version"]


def test_training_on_is_offered_where_it_can_go_on():
    (cause,) = diagnose(curve(0.3, 0.38, 0.45, training=GOING_ON)).causes
    assert cause.action == "train_on" and cause.values["job_id"] == "job_a" and cause.values["steps"] == 600
    assert diagnose(curve(0.3, 0.38, 0.45)).causes[0].action == "train"


def test_one_picture_of_many_is_an_accident():
    masked = replace(PICTURE, prompt="{trigger} in a mask")
    assert causes(replace(FACTS, pictures=[masked, PICTURE])) == ["face_hidden"]
    assert causes(replace(FACTS, pictures=[masked, PICTURE, PICTURE])) == ["nothing_found"]


def test_an_older_packs_numbers_are_not_taken_for_measured():
    old = replace(VERSION, scores={"likeness": 0.6, "own_photos": 0.6, "strength": 1.0})
    facts = replace(FACTS, version=old, versions=[old], pictures=[replace(PICTURE, version=old)])
    assert causes(facts) == ["not_measured"]


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("{trigger} with a gas mask, seen from behind", ["gas mask", "from behind"]),
        ("{trigger} looking away, Sunglasses", ["looking away", "sunglasses"]),
        ("{trigger}, no mask, without a helmet, taking off her goggles", []),
        ("{trigger} in a masquerade hall, profiled lights, unveiling a statue", []),
        ("silhouette of {trigger} against the sun", ["silhouette"]),
    ],
)
def test_words_that_hide_a_face(prompt, words):
    assert hiding(prompt) == words


def test_words_that_make_it_small():
    assert distant("full-body photo, wide shot of {trigger}") == ["full-body", "wide shot"]
    assert distant("portrait of {trigger}, body lotion, wide smile") == []


@pytest.mark.parametrize(
    ("prompt", "texts", "purpose", "people", "says"),
    [
        ("photo of {trigger}", [], "user", 1, True),
        ("photo of AnnQvx", [], "user", 1, True),
        ("photo of a woman", ["photo of a woman, film grain"], "user", 1, False),
        ("photo of a woman", ["my own workflow of annqvx"], "user", 1, True),
        ("photo of a woman", ["my own workflow"], "user", 1, None),
        ("photo of a woman", ["photo of a woman"], "grid", 1, None),
        ("two women", ["two women"], "user", 2, None),
        ("", [""], "user", 1, None),
    ],
)
def test_whether_the_words_call_the_person(prompt, texts, purpose, people, says):
    request = GenerationRequest(recipe="r", characters=[CharacterUse(id="chr_x")] * people, prompt=prompt)
    generation = Generation(id="gen_x", recipe="r", request=request, purpose=purpose, created_at="2026")
    assert says_trigger(generation, "annqvx", prompt, texts) is says


def test_the_panel_has_words_for_every_cause_and_a_button_for_each():
    words = (Path(__file__).parents[2] / "js/locales/en_diagnosis.js").read_text(encoding="utf-8")
    codes = [rule.__name__ for rule in (*OF_PICTURE, *OF_VERSION, *OF_PHOTOS)]
    keys = [f"cause_{code}" for code in (*codes, "measure_first", "nothing_found")]
    keys += [f"mend_{action}" for action in get_args(Mending)]
    assert [key for key in keys if f"  {key}: " not in words] == []
