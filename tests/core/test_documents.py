"""What is stored is read tolerantly, what is sent is not; damage is told from what a newer version has written."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from isengard.core.records.character import CharacterDraft
from isengard.core.records.generation import GenerationOrder
from isengard.core.records.job import Job
from isengard.core.records.training import TrainingRequest
from isengard.core.storage.documents import Documents, is_damaged, known
from pydantic import ValidationError

AT = "2026-01-01T00:00:00.000Z"
WHOLE = Job(id="job_1", created_at=AT, updated_at=AT).document()


def test_what_only_a_newer_version_knows_survives_a_change():
    newer = WHOLE.replace('"order":""', '"order":"","mood":{"a":[1]}').replace(
        '"phase":""', '"phase":"","tint":3'
    )
    job = Job.model_validate_json(newer).model_copy(update={"attempt": 2})
    again = Job.model_validate_json(job.document())
    assert again.model_dump()["mood"] == {"a": [1]} and again.progress.model_dump()["tint"] == 3
    assert again.attempt == 2


@pytest.mark.parametrize(
    "kind, body",
    [
        (CharacterDraft, {"name": "Ann", "mood": 1}),
        (TrainingRequest, {"character_id": "chr_1", "overrides": {"mood": 1}}),
        (GenerationOrder, {"recipe": "x", "characters": [{"id": "chr_1"}], "prompt": "", "mood": 1}),
        (GenerationOrder, {"recipe": "x", "characters": [{"id": "chr_1", "mood": 1}], "prompt": ""}),
    ],
)
def test_what_somebody_sends_must_be_known(kind, body):
    with pytest.raises(ValidationError) as refused:
        kind.model_validate(body)
    assert refused.value.errors()[0]["type"] == "extra_forbidden"


@pytest.mark.parametrize(
    "text, damaged",
    [
        (WHOLE.replace('"kind":"training"', '"kind":"measuring"'), False),
        (WHOLE.replace('"state":"queued"', '"state":"verifying"'), False),
        (WHOLE.replace('"state":"queued"', '"state":"queuee"'), True),
        (WHOLE.replace('"needs":"gpu"', '"needs":"gpw"'), True),
        (WHOLE.replace('"attempt":0', '"attempt":"x"'), True),
        (WHOLE.replace('"attempt"', '"atteopt"'), True),
        (WHOLE[:-1], True),
        (None, True),
    ],
)
def test_a_fault_is_told_from_a_word_of_tomorrow(text, damaged, logged):
    documents = Documents()
    assert documents.read(Job, text, "job_1") is None and documents.read(Job, text, "job_1") is None
    assert is_damaged(Job, text) is damaged
    assert len(logged.records) == 1, "told at every look"


def test_a_frozen_document_is_read_by_what_is_known_of_it():
    @dataclass
    class Frozen:
        a: int
        b: int = 2

    assert Frozen(**known(Frozen, {"a": 1, "later": [1]})) == Frozen(1)
    for wrong in ([1], "x", None):
        with pytest.raises(TypeError):
            known(Frozen, wrong)
