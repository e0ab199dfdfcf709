"""Whose LoRA a recipe gets: of its own families, the same for everybody, with words where there is none."""

from __future__ import annotations

import pytest
from isengard.core.characters.photo_store import PhotoStore
from isengard.core.clock import SystemClock
from isengard.core.errors import InvalidError
from isengard.core.photo_decoding.decoder import PhotoDecoder
from isengard.core.records.character import CharacterDraft
from isengard.core.records.generation import CharacterUse
from isengard.generation.casting import Casting
from isengard.generation.image.family_choice import family_of
from isengard.generation.image.interface import RecipeInfo
from isengard.generation.image.model_files import FamilyFiles
from isengard.generation.image.prompt_texts import Texts
from isengard.generation.image.recipes import RecipeFolder
from PIL import Image
from support.generation_fixtures import publish

TWO = ["sd15", "sdxl"]
FAMILIES = [FamilyFiles("sd15", "SD 1.5", []), FamilyFiles("sdxl", "SDXL", [])]


def recipe(families, identity="lora", controls=(), ready=()):
    return RecipeInfo(
        name="r", label="R", description="", pipeline="comfyui", identity=identity, families=families,
        people=1, controls=list(controls), ready=list(ready), missing=[], foreign=[], defaults={},
    )  # fmt: skip


@pytest.fixture
def cast(house):
    house.bob = house.characters.create(CharacterDraft(name="Bob"))
    return Casting(house.characters, house.versions, allow_placeholder=False)


def use(character, **more):
    return CharacterUse(id=character.id, **more)


def test_the_recipes_own_family_is_taken_even_when_another_is_newer(house, cast):
    publish(house, 10, family="sd15"), publish(house, 20, family="flux1_dev")
    (ann,) = cast.people([use(house.ann, strength=0.7, reference=0.5, words="a hat")], recipe(["sd15"]))
    assert (ann.version.step, ann.strength, ann.reference, ann.words) == (10, 0.7, 0.5, "a hat")
    (ann,) = cast.people([use(house.ann)], recipe(["flux1_dev"]))
    assert ann.version.step == 20


def test_two_people_are_taken_in_the_family_they_share(house, cast):
    publish(house, 10, family="sd15"), publish(house, 20, family="sdxl")
    publish(house, 30, family="sdxl", of=house.bob)
    people = cast.people([use(house.ann), use(house.bob)], recipe(TWO))
    assert [person.version.family for person in people] == ["sdxl", "sdxl"]


def test_two_people_with_the_same_words_choose_for_themselves(house, cast):
    publish(house, 10, family="sd15"), publish(house, 10, family="sd15", of=house.bob)
    wears = "in a {red|green|blue|white} coat"
    people = cast.people([use(house.ann, words=wears), use(house.bob, words=wears)], recipe(["sd15"]))
    worn = [
        [worn.words.rpartition(" in a ")[2] for worn in Texts(people, None, seed).uses()]
        for seed in range(20)
    ]
    assert {one == other for one, other in worn} == {True, False}
    assert worn == [
        [worn.words.rpartition(" in a ")[2] for worn in Texts(people, None, seed).uses()]
        for seed in range(20)
    ]


def test_of_two_families_of_a_recipe_the_choice_decides_then_what_comfyui_has(house, cast):
    publish(house, 10, family="sd15"), publish(house, 20, family="sdxl")

    def drawn(ready, checkpoint="best"):
        (ann,) = cast.people([use(house.ann, checkpoint=checkpoint)], recipe(TWO, ready=ready))
        return ann.version.family

    assert (drawn(TWO), drawn(TWO, "last"), drawn(["sd15"]), drawn([])) == ("sdxl", "sdxl", "sd15", "sdxl")
    house.versions.pick("ann", house.versions.list("ann")[0].file)
    assert (drawn(TWO), drawn(["sdxl"]), drawn(["sdxl"], 10)) == ("sd15", "sdxl", "sd15")
    publish(house, 30, family="sd15", of=house.bob), publish(house, 40, family="sdxl", of=house.bob)
    people = cast.people([use(house.bob), use(house.ann)], recipe(TWO, ready=TWO))
    assert [person.version.family for person in people] == ["sdxl", "sdxl"], "one model draws both"


def test_people_without_a_shared_family_are_refused_in_words(house, cast):
    publish(house, 10, family="sd15"), publish(house, 30, family="sdxl", of=house.bob)
    people = cast.people([use(house.ann), use(house.bob)], recipe(TWO))
    with pytest.raises(InvalidError) as caught:
        family_of(RecipeFolder().get("two-people"), FAMILIES, people)
    assert caught.value.code == "people_of_two_families"
    assert "Ann for SD 1.5" in caught.value.message and "Bob for SDXL" in caught.value.message


def test_a_family_that_cannot_says_which_can(house, cast):
    publish(house, 10, family="flux1_dev"), publish(house, 30, family="flux1_dev", of=house.bob)
    people = cast.people([use(house.ann), use(house.bob)], recipe(TWO))
    with pytest.raises(InvalidError) as caught:
        family_of(RecipeFolder().get("two-people"), FAMILIES, people)
    assert caught.value.code == "wrong_family" and "SD 1.5 or SDXL" in caught.value.message


def test_a_reference_needs_photos_and_no_training(house, cast):
    wanted = recipe(["flux2_klein_4b"], "reference", ["reference"])
    with pytest.raises(InvalidError) as caught:
        cast.people([use(house.ann)], wanted)
    assert caught.value.code == "no_photos"
    source = house.paths.tmp / "photo.png"
    Image.effect_noise((64, 64), 30).convert("RGB").save(source)
    PhotoStore(house.library, house.paths, SystemClock(), PhotoDecoder()).add(house.ann.id, source, "a.png")
    (ann,) = cast.people([use(house.ann)], wanted)
    assert ann.version is None


def test_a_step_is_that_of_the_training_that_is_named(house, cast):
    first, second = publish(house, 10, job="1"), publish(house, 10, job="2")

    def drawn(**more):
        (ann,) = cast.people([use(house.ann, checkpoint=10, **more)], recipe(["sd15"]))
        return ann.version.file

    assert first.file != second.file, "two trainings that wrote the same bytes have a version each"
    assert drawn() == drawn(job_id=None) == drawn(job_id=second.job_id) == second.file
    assert drawn(job_id=first.job_id) == first.file


def test_the_training_that_is_named_decides_the_family_of_two_people(house, cast):
    publish(house, 10, family="sdxl", job="1"), publish(house, 10, family="sd15", job="2")
    publish(house, 30, family="sdxl", of=house.bob), publish(house, 30, family="sd15", of=house.bob)
    named = use(house.ann, checkpoint=10, job_id="job_" + "1" * 26)
    people = cast.people([use(house.bob), named], recipe(TWO, ready=TWO))
    assert [person.version.family for person in people] == ["sdxl", "sdxl"]


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ({"checkpoint": "best", "job_id": "job_" + "1" * 26}, "training_without_step"),
        ({"checkpoint": "last", "job_id": "job_" + "1" * 26}, "training_without_step"),
        ({"checkpoint": 20, "job_id": "job_" + "1" * 26}, "training_lacks_step"),
        ({"checkpoint": 10, "job_id": "job_" + "9" * 26}, "training_lacks_step"),
        ({"checkpoint": 10, "job_id": "nonsense"}, "training_lacks_step"),
    ],
)
def test_a_training_without_such_a_step_is_refused_in_words(house, cast, named, code):
    publish(house, 10, job="1"), publish(house, 20, job="2")
    with pytest.raises(InvalidError) as caught:
        cast.people([use(house.ann, **named)], recipe(["sd15"]))
    assert caught.value.code == code and caught.value.hint
