"""A person named by a text from another pack: their short name, name, id or trigger word, in every node that takes one."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from isengard.core.errors import InvalidError, NotFoundError
from isengard.core.records.character import CharacterDraft, CharacterPatch
from isengard.core.records.job_states import JobState

pytestmark = pytest.mark.slow


@pytest.fixture
def character(comfy):
    from isengard.nodes.character import IsengardCharacter

    return IsengardCharacter


@pytest.fixture
def add(ann):
    from isengard.nodes.context import current

    return lambda name, **more: current().characters.create(CharacterDraft(name=name, **more))


@pytest.mark.parametrize("name", ["ann", "Ann", " ANN\n", "annqvx", "AnnQvx"])
def test_short_name_name_and_trigger_word(ann, character, name):
    assert character.execute(name).args[0]["id"] == ann.ann.id
    assert character.validate_inputs(name) is True


def test_letters_beyond_ascii_in_any_case_and_way_to_write_them(add, character):
    jose = add("José Müller")
    for name in ("JOSÉ MÜLLER", "Jose\u0301 Mu\u0308ller"):
        assert character.execute(name).args[0]["id"] == jose.id


def test_a_short_name_comes_before_a_name_and_a_name_before_a_trigger_word(add, ann, character):
    """Somebody else's name is Ann's short name, and somebody's trigger word is a name."""
    other = add("ann", trigger_word="annother")
    assert character.execute("ann").args[0]["id"] == ann.ann.id != other.id
    zed = add("Annqvx", trigger_word="zedwkq")
    assert character.execute("annqvx").args[0]["id"] == zed.id


def test_two_of_one_name_are_not_guessed(add, ann, character):
    second = add("Ann")
    with pytest.raises(InvalidError) as caught:
        character.execute("Ann")
    assert caught.value.code == "character_ambiguous" and "2 people" in caught.value.message
    assert f"ann, {second.slug}" in caught.value.hint
    assert character.execute(second.slug).args[0]["id"] == second.id


def test_who_there_is_stands_in_the_refusal(add, ann, character, comfy):
    add("Bob")
    refusal = character.validate_inputs("Nobody")
    assert "There is nobody called Nobody." in refusal and "Ann, Bob" in refusal
    comfy.listen_is_loopback = False
    refusal = character.validate_inputs("Nobody")
    assert "Ann" not in refusal and "Bob" not in refusal, "strangers may send prompts to it"


def test_a_long_library_is_not_listed_in_full(add, ann, character):
    for number in range(12):
        add(f"Person {number:02}")
    refusal = character.validate_inputs("Nobody")
    assert "Ann, Person 00" in refusal and "and 5 more" in refusal and "Person 11" not in refusal


def test_a_refusal_at_run_time_says_what_to_do_as_well(ann, comfy):
    """ComfyUI shows the text of what a node raises and nothing else of it."""
    from isengard.nodes.apply_identity import IsengardApplyIdentity

    with pytest.raises(InvalidError) as caught:
        IsengardApplyIdentity.execute("model", "Nobody")
    assert str(caught.value) == "There is nobody called Nobody. Name one of these: Ann."


def test_every_node_takes_a_text(ann, comfy):
    from isengard.nodes import apply_identity, apply_identity_region, apply_reference, train_lora

    put_on = apply_identity.IsengardApplyIdentity.execute("model", "Ann", "best", 0.8, "clip").args
    assert put_on == ("model+", "clip+")
    region = apply_identity_region.IsengardApplyIdentityRegion.execute(["scene"], "model", "clip", "annqvx")
    assert region.args[0][0] == "scene" and comfy.encoded[0][1] == "annqvx, woman"
    with pytest.raises(InvalidError, match="Ann has no photos"):
        apply_reference.IsengardApplyReference.execute(["text"], "vae", ann.ann.id)
    with pytest.raises(InvalidError) as caught:
        train_lora.IsengardTrainLoRA.execute("Nobody", "sd15")
    assert caught.value.code == "character_unknown"
    with pytest.raises(NotFoundError):
        apply_reference.IsengardApplyReference.execute(["text"], "vae", "chr_" + "0" * 26)


def test_sockets_take_a_person_or_a_text(comfy):
    from isengard.nodes import (
        apply_identity,
        apply_identity_region,
        apply_reference,
        identity_score,
        train_lora,
    )

    for node in (
        apply_identity.IsengardApplyIdentity,
        apply_identity_region.IsengardApplyIdentityRegion,
        apply_reference.IsengardApplyReference,
        identity_score.IsengardIdentityScore,
        train_lora.IsengardTrainLoRA,
    ):
        kinds = {given.id: given.get_io_type() for given in node.GET_SCHEMA().inputs}
        assert kinds["character"] == "ISENGARD_CHARACTER,STRING", node


def test_a_text_stays_the_same_while_its_person_changes(ann, comfy, paths):
    """ComfyUI keeps what a node gave out as long as what goes in and the fingerprint are the same."""
    from isengard.nodes.apply_identity import IsengardApplyIdentity
    from isengard.nodes.context import current

    def fingerprint():
        return IsengardApplyIdentity.fingerprint_inputs(model=None, character=None, checkpoint="best")

    seen = [fingerprint()]
    assert fingerprint() == seen[0]
    ann.publish(30)
    seen.append(fingerprint())
    ann.versions.pick("ann", ann.versions.list("ann")[0].file)
    seen.append(fingerprint())
    current().characters.update(ann.ann.id, CharacterPatch(name="Anna"))
    seen.append(fingerprint())
    assert len(set(seen)) == 4
    (paths.models / "ann" / "x").mkdir()
    paths.models.rename(paths.models.with_name("elsewhere"))
    assert fingerprint() not in seen, "and a missing folder is no fault"


def test_a_training_is_not_asked_for_again_because_somebody_changed(ann, comfy):
    """Unlike a picture: whoever cancelled one means it."""
    from isengard.nodes.fields import failed_trainings
    from isengard.nodes.train_lora import IsengardTrainLoRA

    job, looks = SimpleNamespace(state=JobState.RUNNING), []
    comfy.house.ledger = SimpleNamespace(get=lambda job_id: looks.append(job_id) or job)
    asked = {"family": "sd15", "preset": "quick", "overrides": "{}"}
    failed_trainings.remember("job_cancelled", {**asked, "route": "", "method": "lora"})

    before = IsengardTrainLoRA.fingerprint_inputs(character=None, **asked)
    job.state = JobState.CANCELLED
    ann.publish(30)
    assert IsengardTrainLoRA.fingerprint_inputs(character=None, **asked) == before
    assert looks.count("job_cancelled") == 2


def test_what_fails_every_time_is_not_trained_all_night(ann, comfy, monkeypatch):
    """ComfyUI's queue can run a graph again as soon as it has ended."""
    from isengard.nodes.fields import failed_trainings
    from isengard.nodes.train_lora import IsengardTrainLoRA

    comfy.house.ledger = SimpleNamespace(get=lambda _: SimpleNamespace(state=JobState.FAILED))
    asked, now = {"family": "sdxl", "preset": "quick", "overrides": "{}"}, 5000.0
    monkeypatch.setattr(failed_trainings.time, "monotonic", lambda: now)

    def fingerprint():
        return IsengardTrainLoRA.fingerprint_inputs(character=None, **asked)

    seen = [fingerprint()]
    for at in range(10):
        failed_trainings.remember(f"job_{at}", {**asked, "route": "", "method": "lora"})
        now += 20
        seen.append(fingerprint())
    assert len(set(seen)) == 1 + failed_trainings.AGAIN
    now += failed_trainings.WITHIN_S
    assert fingerprint() not in seen, "somebody who has mended it may try"


def test_of_several_people_in_one_node_each_is_tried_again(comfy):
    """A list of four people whose trainings all failed used up the tries of all with its first run."""
    from isengard.nodes.fields import failed_trainings

    jobs = SimpleNamespace(get=lambda _: SimpleNamespace(state=JobState.FAILED))
    asked = {"family": "sdxl", "overrides": '{"seed": 4}'}
    seen = [failed_trainings.print_of(jobs, asked, node="9")]
    for run in range(6):
        for person in range(4):
            failed_trainings.remember(f"job_{run}_{person}", asked, node="9", person=f"chr_{person}")
        seen.append(failed_trainings.print_of(jobs, asked, node="9"))
    assert len(set(seen)) == 1 + failed_trainings.AGAIN
