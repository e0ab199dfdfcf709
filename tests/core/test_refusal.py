"""What is wrong with a record is said in our words, without the value."""

from __future__ import annotations

from datetime import datetime

import pytest
from isengard.core.records.character import CharacterDraft
from isengard.core.records.generation import CharacterUse
from isengard.core.records.photo import CaptionPlan
from isengard.core.records.refusal import in_words
from isengard.core.records.training import TrainingRequest
from pydantic import BaseModel, ValidationError


@pytest.mark.parametrize(
    ("record", "value", "words"),
    [
        (CharacterDraft, {}, "name is missing"),
        (CharacterDraft, {"name": ""}, "name must not be empty"),
        (CharacterDraft, {"name": 7}, "name must be text"),
        (CharacterDraft, {"name": "x" * 81}, "name must have at most 80 characters"),
        (
            CharacterDraft,
            {"name": "A", "trigger_word": "a1"},
            "trigger_word must be 3 to 32 letters from A to Z",
        ),
        (CharacterDraft, {"name": "A", "slug": "a"}, "slug is not known here"),
        (CharacterDraft, {"name": "A", "consent": 2}, "consent must be true or false"),
        (
            TrainingRequest,
            {"character_id": "x", "overrides": {"steps": 0}},
            "overrides.steps must be 1 or more",
        ),
        (
            TrainingRequest,
            {"character_id": "x", "overrides": {"resolution": [100]}},
            "overrides.resolution.0 must be a multiple of 16",
        ),
        (CaptionPlan, {"plan": "x"}, "plan must be 'trigger', 'template', 'captioner' or 'undo'"),
        (
            CharacterUse,
            {"id": "x", "checkpoint": "y"},
            "checkpoint must be 'best' or 'last' or must be a whole number",
        ),
        (
            CharacterUse,
            {"id": "x", "checkpoint": -1},
            "checkpoint must be 'best' or 'last' or must be 0 or more",
        ),
        (CharacterUse, [], "The body must be an object"),
    ],
)
def test_in_our_words(record, value, words):
    with pytest.raises(ValidationError) as caught:
        record.model_validate(value)
    assert in_words(caught.value) == f"{words}."


def test_another_language_gets_a_whole_sentence():
    """What stands around the field's name is one template; "or" between the choices has its own."""
    with pytest.raises(ValidationError) as caught:
        CharacterUse.model_validate({"id": "x", "checkpoint": "y"})
    told = in_words(caught.value)
    assert told.template == "{field} must be {expected} or must be a whole number."
    assert told.values["field"] == "checkpoint"
    assert told.values["expected"].template == "{some} or {other}"
    with pytest.raises(ValidationError) as caught:
        CharacterDraft.model_validate({"name": ""})
    assert in_words(caught.value).template == "{field} must not be empty."


def test_what_pydantic_says_in_words_of_its_own_stands_in_no_sentence():
    class Timed(BaseModel):
        at: datetime

    with pytest.raises(ValidationError) as caught:
        Timed.model_validate({"at": "yesterday"})
    assert in_words(caught.value) == "at is not written as it should be."
