"""IsengardCharacter and IsengardApplyIdentity: who, which LoRA, onto what; every string is checked again."""

from __future__ import annotations

import pytest
from isengard.core.errors import InvalidError, IsengardError
from isengard.core.families.families import Families
from PIL import Image
from support.node_calls import at_node
from support.placeholders import shapes_of

pytestmark = pytest.mark.slow
BAD_NAMES = [
    *(
        "",
        "nobody",
        "../../etc/passwd",
        "..",
        "Annie",
        "chr_" + "0" * 26,
        "chr_../x",
        "${HF_TOKEN}",
        "a" * 400,
    ),
    *(None, 7, ["1", 0], {"id": "x"}),
]
BAD_CHECKPOINTS = [
    *("", "bset", "../../etc/passwd", "/etc/passwd", "ann/../../x.safetensors", "ann/x.ckpt", "-1"),
    *("C:\\x.safetensors", "9" * 30, None, 7, ["1", 0]),
]


@pytest.fixture
def character(comfy):
    from isengard.nodes.character import IsengardCharacter

    return IsengardCharacter


@pytest.fixture
def apply(comfy):
    from isengard.nodes.apply_identity import IsengardApplyIdentity

    return IsengardApplyIdentity


@pytest.fixture
def value(ann, character):
    return character.execute("ann").args[0]


def test_a_character_by_slug_and_by_id(ann, character):
    value, trigger, class_word, photos = character.execute("ann").args
    assert (trigger, class_word, value["id"], value["slug"]) == ("annqvx", "woman", ann.ann.id, "ann")
    assert [set(version) for version in value["versions"]] == [
        {"step", "file", "sha256", "base_sha256", "family"}
    ] * 2
    assert character.execute(ann.ann.id).args[:3] == (value, trigger, class_word)
    assert character.validate_inputs("ann") is True and tuple(photos.shape) == (1, 8, 8, 3)


def test_the_trigger_is_the_one_that_the_best_version_knows(ann, character):
    from isengard.core.records.character import CharacterPatch
    from isengard.nodes.context import current

    first = ann.versions.list("ann")[0]
    ann.versions.update(first, lambda known: known.model_copy(update={"trigger_word": "oldqvx"}))
    assert character.execute("ann").args[1] == "annqvx", "of a version older than that field it is not known"
    ann.versions.pick("ann", first.file)
    current().characters.update(ann.ann.id, CharacterPatch(trigger_word="newqvx"))
    assert character.execute("ann").args[1] == "oldqvx"


@pytest.mark.parametrize("name", BAD_NAMES)
def test_names_that_are_nobodys(ann, character, name):
    refusal = character.validate_inputs(name)
    assert name is None or (isinstance(refusal, str) and "/etc" not in refusal)
    with pytest.raises(IsengardError):
        character.execute(name)


def test_the_fingerprint_follows_what_best_means(ann, character):
    seen = [character.fingerprint_inputs("ann")]
    assert character.fingerprint_inputs("ann") == seen[0]
    first, last = ann.versions.list("ann")
    ann.versions.update(last, lambda known: known.model_copy(update={"scores": {"likeness": 0.9}}))
    ann.versions.pick("ann", first.file)
    seen.append(character.fingerprint_inputs("ann"))
    ann.publish(30)
    seen.append(character.fingerprint_inputs("ann"))
    assert len(set(seen)) == 3
    assert character.fingerprint_inputs("../x") == "character_unknown"


def test_what_comes_by_a_link_is_judged_when_it_is_there(ann, apply, character, comfy):
    """ComfyUI validates and asks for fingerprints before it knows a link's value, and gives None."""
    assert character.validate_inputs(None) is True and apply.validate_inputs(None) is True
    before = character.fingerprint_inputs(None)
    assert character.fingerprint_inputs(None) == before
    ann.publish(30)
    assert character.fingerprint_inputs(None) != before


def test_reference_photos_stay_inside_when_others_can_reach_the_server(ann, comfy, paths, character):
    folder = paths.character(ann.ann.id)
    folder.mkdir(exist_ok=True)
    for number in range(6):
        Image.new("RGB", (64, 32), (200, 0, 0)).save(folder / f"pho_{number}.jpg")
    photos = character.execute("ann").args[3]
    assert tuple(photos.shape) == (4, 1024, 1024, 3) and float(photos.max()) > 0.5
    comfy.listen_is_loopback = False
    assert float(character.execute("ann").args[3].max()) == 0.0


def test_the_pick_is_put_on_whatever_the_scores_say(ann, apply, comfy, value):
    first, last = ann.versions.list("ann")
    ann.versions.update(last, lambda known: known.model_copy(update={"scores": {"likeness": 0.9}}))
    ann.versions.pick("ann", first.file)
    apply.execute("model", value, "best", 0.8, "clip")
    assert "-000010-" in comfy.read[0]


@pytest.mark.parametrize(
    ("checkpoint", "step"), [("best", 20), ("last", 20), ("10", 10), ("20", 20), ("file", 10)]
)
def test_which_lora_is_put_on(ann, apply, comfy, value, checkpoint, step):
    if checkpoint == "file":
        checkpoint = ann.versions.list("ann")[0].file
    assert apply.validate_inputs(checkpoint) is True
    assert apply.execute("model", value, checkpoint, 0.8, "clip").args == ("model+", "clip+")
    assert comfy.applied == [("model", "clip", 0.8)] and f"-{step:06d}-" in comfy.read[0]


def test_nothing_is_read_at_strength_zero(ann, apply, comfy, value):
    assert apply.execute("model", value, "best", 0.0).args == ("model", None) and comfy.read == []
    assert apply.execute("model", value, "best", 0.5).args == ("model+", None) and len(comfy.read) == 1


@pytest.mark.parametrize("checkpoint", BAD_CHECKPOINTS)
def test_checkpoints_that_are_none(apply, comfy, value, checkpoint):
    assert checkpoint is None or isinstance(apply.validate_inputs(checkpoint), str)
    with pytest.raises(InvalidError):
        apply.execute("model", value, checkpoint)
    assert comfy.read == []


@pytest.mark.parametrize(
    "forged", [None, {}, "nobody", ["ann"], {"id": "../../x"}, {"id": "chr_" + "0" * 26}, {"id": 5}]
)
def test_a_forged_character_value(ann, apply, comfy, forged):
    with pytest.raises(IsengardError):
        apply.execute("model", forged, "best")
    assert comfy.read == []


def test_a_version_that_is_gone_is_told_with_what_to_do(ann, apply, value):
    """Nobody has to train again for a graph of another computer, or one whose version was deleted."""
    for gone in ("12345", "ann/gone-000400.safetensors"):
        with pytest.raises(InvalidError, match=r"no such trained LoRA\. Use best, last or a step\."):
            apply.execute("model", value, gone)
    for version in ann.versions.list("ann"):
        ann.versions.path(version).unlink()
    with pytest.raises(InvalidError, match=r"Train first\."):
        apply.execute("model", value, "best")


def test_another_persons_file_is_not_reached(ann, apply, comfy, value):
    with pytest.raises(InvalidError) as caught:
        apply.execute("model", value, "bob/bob-sd15-000010-00000000.safetensors")
    assert caught.value.code == "not_trained_yet"


def test_a_lora_for_another_base_is_said_not_swallowed(ann, apply, comfy, value, logged):
    # no name known; names known, sizes wrong (SD1.5 on SDXL); few names known, their sizes right (FLUX.1 on FLUX.2 Klein)
    for comfy.coverage in ((0, 3, 0), (164, 278, 75), (190, 494, 0)):
        with pytest.raises(InvalidError) as caught:
            apply.execute(f"another with {comfy.coverage}", value, "best")
        assert caught.value.code == "wrong_base" and comfy.applied == []
    comfy.coverage = (19, 20, 0)
    apply.execute("model", value, "best")
    assert any("does not fit" in record.message for record in logged.records)


def test_where_a_loader_lets_nothing_be_checked_that_is_said_and_the_likeness_is_put_on(
    ann, apply, comfy, comfy_api, value, logged
):
    apply = at_node(apply, comfy_api, "7")
    for comfy.coverage, comfy.unread in (((0, 3, 0), 3), ((3, 3, 0), 2)):
        apply.execute("model", value, "best")
        assert comfy.applied.pop()[0] == "model"
        [(words, node)] = comfy.said
        assert (node, "cannot be checked" in words) == ("7", True)
        comfy.said.clear()
    assert any("cannot be checked" in record.message for record in logged.records)
    comfy.coverage, comfy.unread = (3, 3, 1), 2
    with pytest.raises(InvalidError) as caught:
        apply.execute("model of which one layer is known to be of another size", value, "best")
    assert caught.value.code == "wrong_base"


def test_a_lora_that_is_known_to_fit_goes_before_one_that_cannot_be_checked(
    ann, apply, comfy, value, monkeypatch
):
    ann.publish(30, family="sdxl")
    fit_lora = comfy.fit_lora

    def fit(model, clip, tensors):
        comfy.unread = 3 if "-sdxl-" in tensors["path"] else 0
        return fit_lora(model, clip, tensors)

    monkeypatch.setattr(comfy, "fit_lora", fit)
    apply.execute("model", value, "best")
    assert "-sd15-" in comfy.files[-1]


def test_of_somebody_trained_for_two_models_the_connected_one_decides(ann, apply, character, comfy, value):
    ann.publish(30, family="sdxl")
    for model, comfy.foreign, step in (("SD1.5", ["-sdxl-"], 20), ("SDXL", ["-sd15-"], 30)):
        apply.execute(model, value, "best")
        assert f"-{step:06d}-" in comfy.files[-1]
    comfy.foreign, comfy.read = ["-sdxl-"], []
    for asked in ("last", "best", "20"):
        apply.execute("SD1.5", value, asked)
    assert not any("-sdxl-" in name for name in comfy.read), "what was refused is not read again"
    comfy.foreign = ["-sdxl-", "-sd15-"]
    with pytest.raises(InvalidError) as caught:
        apply.execute("FLUX", value, "best")
    assert caught.value.code == "wrong_base" and "sd15, sdxl" in caught.value.message


def test_a_lora_whose_every_layer_has_a_place_in_another_familys_base_is_not_used_there(
    ann, apply, comfy, value
):
    """Chroma's blocks are FLUX.1's without their modulation: 228 of 228 modules fit, and the picture is rubbish."""
    families = Families()
    for step, family in ((30, "chroma"), (40, "flux1_dev")):
        ann.publish(step, family=family)
    for key, step in (("flux1_dev", 40), ("chroma", 30)):
        comfy.shapes = shapes_of(families.get(key))
        apply.execute(key, value, "best")
        assert f"-{step:06d}-" in comfy.files[-1]
    comfy.shapes = shapes_of(families.get("flux1_dev"))
    with pytest.raises(InvalidError) as caught:
        apply.execute("flux1_dev", value, "30")
    assert caught.value.code == "wrong_base"
    comfy.shapes = {
        "guidance_in.in_layer.weight": (3072, 256)
    }  # a base that no record knows: its layers alone decide
    apply.execute("a model of one's own", value, "30")
    assert "-000030-" in comfy.files[-1]


def test_a_likeness_beyond_what_the_model_bears_is_told_and_drawn(
    ann, apply, comfy, comfy_api, value, logged
):
    apply = at_node(apply, comfy_api, "6")
    apply.execute("model", value, "best", 1.5)
    assert comfy.said == []
    apply.execute("model", value, "best", 1.8)
    words = "Stable Diffusion 1.5 takes a strength of up to 1.5; at 1.8 pictures often burn."
    assert comfy.said == [(words, "6")] and words in {record.message for record in logged.records}
    assert [strength for _, _, strength in comfy.applied] == [1.5, 1.8]
    ann.publish(30, family="flux2_klein_4b")
    apply.execute("klein", value, "last", 2.0)
    assert len(comfy.said) == 1, "Klein bears it"


def test_the_fingerprint_follows_the_best_of_each_family(ann, character):
    ann.publish(30, family="sdxl")
    before = character.fingerprint_inputs("ann")
    ann.versions.pick("ann", ann.versions.list("ann")[0].file)
    between = character.fingerprint_inputs("ann")
    ann.versions.pick("ann", next(v.file for v in ann.versions.list("ann") if v.family == "sdxl"))
    after = character.fingerprint_inputs("ann")
    assert len({before, between, after}) == 3


@pytest.mark.parametrize("strength", [-0.1, 2.1, float("nan"), float("inf")])
def test_strengths_out_of_range(apply, value, strength):
    with pytest.raises(InvalidError):
        apply.execute("model", value, "best", strength)


def test_a_placeholder_is_refused_in_production(ann, apply, comfy, value):
    ann.publish(40, placeholder=True)
    with pytest.raises(InvalidError) as caught:
        apply.execute("model", value, "last")
    assert caught.value.code == "placeholder_in_production" and comfy.applied == []


def test_nothing_is_opened_while_comfyui_imports_packs(comfy, character):
    from isengard.nodes import context

    def asked():
        raise AssertionError("the house was asked")

    context.provide(comfy, asked)
    comfy.is_running = False
    assert character.GET_SCHEMA().inputs[0].options == [""]


def test_people_are_shown_by_name_and_chosen_by_what_never_changes(ann, character):
    """What old graphs hold stays what is sent; the newest comes first, which a new node and an app start with."""
    from isengard.core.records.character import CharacterDraft, CharacterPatch
    from isengard.nodes.context import current

    current().characters.create(CharacterDraft(name="Z\u00f6e"))
    current().characters.create(CharacterDraft(name="ANN"))
    shown = character.GET_SCHEMA().inputs[0]
    assert shown.options[0] == "ann-2" and set(shown.options) == {"ann-2", "zoe", "ann"}
    assert shown.as_dict()["labels"] == {"ann": "Ann (ann)", "zoe": "Z\u00f6e", "ann-2": "ANN (ann-2)"}
    current().characters.update(ann.ann.id, CharacterPatch(name="Anna"))
    assert character.GET_SCHEMA().inputs[0].as_dict()["labels"]["ann"] == "Anna"
    assert character.validate_inputs("ann") is True and character.execute("ann").args[0]["id"] == ann.ann.id


def test_a_page_that_asks_while_the_server_starts_sees_everybody(comfy, ann, character, paths):
    """And nothing is opened for it: a second library would move the first one's file aside when it finds damage."""
    from isengard.core.errors import NotReadyError
    from isengard.nodes import context

    def starting():
        raise NotReadyError("starting", "Isengard is starting.", "Try again in a moment.")

    context.provide(comfy, starting)
    before = sorted(paths.root.glob("isengard.db*"))
    paths.library_db.rename(paths.library_db.with_suffix(".away"))
    shown = character.GET_SCHEMA().inputs[0]
    assert (shown.options, shown.extra_dict) == (["ann"], {"labels": {"ann": "Ann"}})
    assert not paths.library_db.exists() and len(sorted(paths.root.glob("isengard.db*"))) <= len(before)
    paths.library_db.with_suffix(".away").rename(paths.library_db)
    assert character.validate_inputs("ann") == "Isengard is starting. Try again in a moment."
    with pytest.raises(NotReadyError):
        character.execute("ann")
