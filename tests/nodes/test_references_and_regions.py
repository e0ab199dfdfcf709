"""IsengardApplyReference and IsengardApplyIdentityRegion: what they hand to ComfyUI, and what they refuse."""

from __future__ import annotations

import pytest
from isengard.core.errors import ForbiddenError, InvalidError, IsengardError
from isengard.core.records.character import CharacterPatch
from isengard.core.records.photo import PhotoFinding
from PIL import Image

pytestmark = pytest.mark.slow


@pytest.fixture
def character(comfy):
    from isengard.nodes.character import IsengardCharacter

    return IsengardCharacter


@pytest.fixture
def value(ann, character):
    return character.execute("ann").args[0]


@pytest.fixture
def refer(comfy):
    from isengard.nodes.apply_reference import IsengardApplyReference

    return lambda value, *given: IsengardApplyReference.execute(["text"], "vae", value, *given).args[0]


@pytest.fixture
def region(comfy):
    from isengard.nodes.apply_identity_region import IsengardApplyIdentityRegion as Region

    return lambda value, **given: Region.execute(["scene"], "model", "clip", value, **given).args[0]


@pytest.fixture
def photo(ann, paths):
    """Add a photo of Ann's through the real decoder; its id."""
    from isengard.nodes.context import current

    def photo(number, size=(64, 32), *, included=True, findings=0):
        source = paths.tmp / f"{number}.png"
        Image.effect_noise(size, 20 + number).convert("RGB").save(source)
        stored = current().photos.add(ann.ann.id, source, source.name)
        said = [PhotoFinding(code="blurred", message="x")] * findings
        current().photos.store(stored.model_copy(update={"included": included, "findings": said}))
        return stored.id

    return photo


def test_the_best_photos_first_and_those_left_out_never(ann, comfy, photo, paths):
    from isengard.nodes.context import current
    from isengard.nodes.pictures import reference_photos

    blurred, left_out, good, cover = (
        photo(1, findings=1), photo(2, included=False), photo(3), photo(4, findings=2)
    )  # fmt: skip
    current().characters.update(ann.ann.id, CharacterPatch(cover_photo_id=cover))
    found = [file.stem for file in reference_photos.files(current(), current().characters.get(ann.ann.id))]
    assert found == [cover, good, blurred] and left_out not in found


def test_photos_keep_their_shape_and_several_are_smaller(refer, value, comfy, photo):
    photo(1, (2000, 1000))
    assert refer(value) == ["text", "referred"]
    photo(2, (600, 900)), photo(3), photo(4), photo(5)
    refer(value, 0.5, 3)
    (_, alone, share), (_, several, less) = comfy.referred
    assert (share, less) == (1.0, 0.5) and len(alone) == 1 and len(several) == 3
    assert alone[0][2] / alone[0][1] == pytest.approx(2, rel=0.05)
    assert alone[0][1] * alone[0][2] > several[0][1] * several[0][2] >= 380_000
    assert all(side % 16 == 0 for shape in several for side in shape[1:3])


def test_photos_stay_inside_when_others_can_reach_the_server(refer, value, comfy, photo):
    photo(1)
    comfy.listen_is_loopback = False
    with pytest.raises(ForbiddenError) as caught:
        refer(value)
    assert caught.value.code == "remote_photos" and comfy.referred == []


def test_a_reference_without_photos_says_so_and_at_zero_nothing_is_done(refer, value, comfy, photo):
    with pytest.raises(InvalidError) as caught:
        refer(value)
    assert caught.value.code == "no_photos"
    photo(1)
    assert refer(value, 0.0) == ["text"] and comfy.referred == []


@pytest.mark.parametrize(("strength", "photos"), [(-0.1, 4), (1.1, 4), (float("nan"), 4), (1.0, 0), (1.0, 5)])
def test_references_out_of_range(refer, value, photo, strength, photos):
    photo(1)
    with pytest.raises(InvalidError) as caught:
        refer(value, strength, photos)
    assert caught.value.code == "strength_out_of_range"


def test_another_photo_makes_what_depends_on_it_run_again(ann, character, photo):
    before = character.fingerprint_inputs("ann")
    photo(1)
    assert character.fingerprint_inputs("ann") != before


def test_a_region_is_encoded_with_its_own_lora_and_added_to_the_scene(region, value, comfy):
    words = {"text": "{trigger}, {class} in a red coat", "left": 0.45, "right": 1.0, "strength": 0.8}
    assert region(value, **words)[0] == "scene"
    ((clip, text, part),) = comfy.encoded
    assert (clip, text) == ("clip", "annqvx, woman in a red coat")
    assert part == {"left": 0.45, "right": 1.0, "strength": 0.8} and len(comfy.read) == 1


@pytest.mark.parametrize(
    "given",
    [
        {"left": 0.5, "right": 0.5}, {"left": 0.9, "right": 0.95}, {"left": -0.1}, {"right": 1.1},
        {"left": float("nan")}, {"strength": 2.1}, {"checkpoint": "../../x"}, {"checkpoint": "30"},
    ],
)  # fmt: skip
def test_regions_that_make_no_sense(region, value, comfy, given):
    with pytest.raises(InvalidError) as caught:
        region(value, **given)
    assert caught.value.hint and comfy.encoded == [] and comfy.read == []


def test_a_region_refuses_another_kind_of_model(region, value, comfy):
    comfy.coverage = (0, 3, 0)
    with pytest.raises(InvalidError) as caught:
        region(value)
    assert caught.value.code == "wrong_base" and comfy.encoded == []


@pytest.mark.parametrize("forged", [None, {}, {"id": "../../x"}, {"id": "chr_" + "0" * 26}])
def test_forged_people(refer, region, comfy, forged):
    for node in (refer, region):
        with pytest.raises(IsengardError):
            node(forged)


def test_a_region_is_refused_on_weights_that_take_no_hooks(ann, region, value, comfy):
    comfy.hooks = False
    with pytest.raises(InvalidError) as caught:
        region(value)
    assert caught.value.code == "quantised_region" and comfy.encoded == []
    assert region(value, strength=0.0)[0] == "scene"
