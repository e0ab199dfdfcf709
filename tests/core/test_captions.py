from __future__ import annotations

import json
import shutil

import pytest
from isengard.core.characters.captions import apply_plan, training_caption
from isengard.core.characters.trigger_words import holds
from isengard.core.errors import ConflictError, InvalidError
from isengard.core.privacy.text_search import Traces, finder
from isengard.core.records.character import CharacterPatch
from isengard.core.records.photo import CaptionPlan, PhotoPatch
from support.pictures import add


def test_captions_are_planned_but_what_a_person_wrote_stays(photos, paths, ann, library, characters):
    first, second = add(photos, paths, ann, 0), add(photos, paths, ann, 1)
    photos.update(first.id, PhotoPatch(caption="annqvx on a red sofa"))
    plan = CaptionPlan(plan="template", template="{trigger}, a photo of a {class}")
    after = apply_plan(plan, ann, photos=photos, library=library, paths=paths)
    assert [p.caption for p in after] == ["annqvx on a red sofa", "annqvx, a photo of a person"]
    after = apply_plan(
        CaptionPlan(plan="trigger", overwrite=True), ann, photos=photos, library=library, paths=paths
    )
    assert [p.caption for p in after] == ["annqvx", "annqvx"]
    sidecar = json.loads((paths.character(ann.id) / "character.json").read_text())
    assert [p["caption"] for p in sidecar["photos"]] == ["annqvx", "annqvx"] and second.id == after[1].id


def test_captions_are_taken_back_once_and_what_was_written_since_stays(photos, paths, ann, library):
    first, second = add(photos, paths, ann, 0), add(photos, paths, ann, 1)
    photos.update(first.id, PhotoPatch(caption="annqvx on a red sofa"))
    for plan in (CaptionPlan(plan="template"), CaptionPlan(plan="trigger", overwrite=True)):
        apply_plan(plan, ann, photos=photos, library=library, paths=paths)
    photos.update(second.id, PhotoPatch(caption="annqvx in a boat"))
    undo = CaptionPlan(plan="undo")
    after = apply_plan(undo, ann, photos=photos, library=library, paths=paths)
    assert [(p.caption, p.caption_source) for p in after] == [
        ("annqvx on a red sofa", "user"),
        ("annqvx in a boat", "user"),
    ]
    sidecar = json.loads((paths.character(ann.id) / "character.json").read_text())
    assert sidecar["photos"][0]["caption"] == "annqvx on a red sofa"
    with pytest.raises(ConflictError) as caught:
        apply_plan(undo, ann, photos=photos, library=library, paths=paths)
    assert caught.value.code == "nothing_to_undo"


def test_a_folder_that_somebody_has_cleared_away_is_made_again(photos, paths, ann, library):
    add(photos, paths, ann, 0)
    shutil.rmtree(paths.character(ann.id))
    after = apply_plan(CaptionPlan(plan="trigger"), ann, photos=photos, library=library, paths=paths)
    assert after[0].caption == "annqvx" and (paths.character(ann.id) / "captions-before.json").is_file()


def test_a_damaged_memory_of_before_is_as_good_as_none(photos, paths, ann, library):
    add(photos, paths, ann, 0)
    (paths.character(ann.id) / "captions-before.json").write_text("[1]")
    with pytest.raises(ConflictError):
        apply_plan(CaptionPlan(plan="undo"), ann, photos=photos, library=library, paths=paths)


def test_an_undo_after_a_new_trigger_word_brings_no_old_one_back(photos, paths, library, ann, characters):
    """Training would have bound the person to both."""
    photo = add(photos, paths, ann, 0)
    photos.update(photo.id, PhotoPatch(caption="annqvx on a bench"))
    plan = CaptionPlan(plan="template", template="a photo", overwrite=True)
    apply_plan(plan, ann, photos=photos, library=library, paths=paths)
    characters.update(ann.id, CharacterPatch(trigger_word="zorblen"))
    undo = CaptionPlan(plan="undo")
    (after,) = apply_plan(undo, characters.get(ann.id), photos=photos, library=library, paths=paths)
    assert after.caption == "zorblen on a bench"


def test_captions_written_for_all_can_be_undone_after_a_new_trigger_word(
    photos, paths, library, ann, characters
):
    photo = add(photos, paths, ann, 0)
    photos.update(photo.id, PhotoPatch(caption="in a boat"))
    apply_plan(CaptionPlan(plan="trigger", overwrite=True), ann, photos=photos, library=library, paths=paths)
    characters.update(ann.id, CharacterPatch(trigger_word="zorblen"))
    assert photos.get(photo.id).caption == "zorblen"
    undo = CaptionPlan(plan="undo")
    (after,) = apply_plan(undo, characters.get(ann.id), photos=photos, library=library, paths=paths)
    assert after.caption == "in a boat"


def test_a_name_brings_no_gap_of_the_trainer_into_a_caption(photos, paths, library, ann, characters):
    """Such a caption could not be edited any more, and its photo was left out when the person was taken in elsewhere."""
    photo = add(photos, paths, ann, 0)
    odd = characters.update(ann.id, CharacterPatch(name="Ann ${HOME}"))
    plan = CaptionPlan(plan="template", template="{trigger}, {name}")
    with pytest.raises(InvalidError) as caught:
        apply_plan(plan, odd, photos=photos, library=library, paths=paths)
    assert caught.value.code == "caption_placeholder" and photos.get(photo.id).caption == ""


@pytest.mark.parametrize("template", ["{trigger} ${HF_TOKEN}", "{secret}", "{trigger.__class__}", "  "])
def test_templates_hold_known_words_only(photos, paths, ann, library, template):
    with pytest.raises(InvalidError) as caught:
        plan = CaptionPlan(plan="template", template=template)
        apply_plan(plan, ann, photos=photos, library=library, paths=paths)
    assert caught.value.code in ("caption_placeholder", "caption_empty") and caught.value.hint


def test_a_training_caption_is_never_empty_and_always_has_the_trigger(photos, paths, ann):
    photo = add(photos, paths, ann)
    assert training_caption(photo, ann) == "annqvx, person"
    assert training_caption(photo.model_copy(update={"caption": "in a park"}), ann) == "annqvx, in a park"
    assert training_caption(photo.model_copy(update={"caption": "annqvx smiles"}), ann) == "annqvx smiles"


def test_a_new_trigger_word_replaces_the_old_one_in_captions(photos, paths, ann, characters):
    photo = add(photos, paths, ann)
    photos.update(photo.id, PhotoPatch(caption="annqvx and annqvxes on a sofa"))
    characters.update(ann.id, CharacterPatch(trigger_word="zorblen"))
    assert photos.get(photo.id).caption == "zorblen and annqvxes on a sofa"
    sidecar = json.loads((paths.character(ann.id) / "character.json").read_text())
    assert sidecar["photos"][0]["caption"].startswith("zorblen")


@pytest.mark.parametrize(
    ("caption", "trained"),
    [
        ("Annqvx smiling", "annqvx smiling"),
        ("smiling ANNQVX", "smiling annqvx"),
        ("annqvx\u5728\u516c\u56ed\u91cc", "annqvx\u5728\u516c\u56ed\u91cc"),
        (
            "\u516c\u56ed\u91cc\u7684annqvx\uff0c\u5fae\u7b11",
            "\u516c\u56ed\u91cc\u7684annqvx\uff0c\u5fae\u7b11",
        ),
        ("annqvx\uac00 \uc6c3\ub294\ub2e4", "annqvx\uac00 \uc6c3\ub294\ub2e4"),
        ("annqvx's hat", "annqvx's hat"),
        ("[trigger] on a beach", "annqvx on a beach"),
        ("[name], [Trigger]", "annqvx, annqvx"),
        ("a photo of {trigger}", "a photo of annqvx"),
        ("annqvxs smiling", "annqvx, annqvxs smiling"),
        ("annqvx\u00e9 smiling", "annqvx, annqvx\u00e9 smiling"),
        ("\u0430nnqvx", "annqvx, \u0430nnqvx"),
        ("[other] {thing}", "annqvx, [other] {thing}"),
    ],
)
def test_the_trigger_word_is_trained_once_and_spelled_right(caption, trained, photos, paths, ann):
    photo = add(photos, paths, ann).model_copy(update={"caption": caption})
    assert training_caption(photo, ann) == trained


def test_line_ends_of_windows_are_line_ends(photos, paths, ann):
    photo = add(photos, paths, ann)
    assert (
        photos.update(photo.id, PhotoPatch(caption="annqvx,\r\nin a garden\r")).caption
        == "annqvx,\nin a garden"
    )


def test_a_new_trigger_word_is_found_in_captions_in_any_case_and_script(photos, paths, ann, characters):
    photo = add(photos, paths, ann)
    photos.update(photo.id, PhotoPatch(caption="Annqvx\u5728\u516c\u56ed, [trigger]"))
    characters.update(ann.id, CharacterPatch(trigger_word="zorblen"))
    assert photos.get(photo.id).caption == "zorblen\u5728\u516c\u56ed, [trigger]"


@pytest.mark.parametrize("beside", ["\u7684", "\u0f40", "\u1100", "\uff71", "\u3105", "\ud7b0", "\u0e01"])
def test_a_trigger_word_is_found_beside_letters_of_every_script_without_spaces(beside):
    """Two tables of these scripts did not hold the same: a person was found, their trigger word not."""
    assert holds(f"{beside}annqvx{beside}", "annqvx")
    assert finder(Traces(ids=[], words=["annqvx"]))(f"{beside}annqvx{beside}")
