"""A sentence in English that still knows its template and values: as a text, in JSON, and without secrets."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
from isengard.core.errors import InvalidError
from isengard.core.records.job import JobError, Progress
from isengard.core.records.photo import PhotoFinding
from isengard.core.records.training import Finding
from isengard.core.redaction import redacted
from isengard.core.said import (
    Bytes,
    Memory,
    Moment,
    Said,
    Seconds,
    State,
    as_json,
    from_json,
    joined,
    listed,
    said,
)
from isengard.web.http.errors import body_of


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("a text", "a text"),
        (3, "3"),
        (12_000, "12,000"),
        (1.5, "1.5"),
        (2.0, "2"),
        (Bytes(7_340_000_000), "7.3 GB"),
        (Bytes(430_000_000), "0.4 GB"),
        (Bytes(43_000_000), "43 MB"),
        (Bytes(10), "0 MB"),
        (Bytes(500_000), "0.5 MB"),
        (Bytes(3_000_000), "3 MB"),
        (Bytes(0), "0 MB"),
        (Memory(0), "0 MB"),
        (Memory(24 * 1024**3), "24.0 GB"),
        (Memory(25 * 1024**2), "25 MB"),
        (Seconds(30), "30 s"),
        (Seconds(720), "12 min"),
        (Seconds(5400), "1.5 h"),
        (Moment("2026-11-30T10:26:00Z"), "2026-11-30 10:26"),
        (State("running"), "running"),
        (
            listed(["ComfyUI", said("{program} {memory}", program="x", memory=Memory(1024**3))]),
            "ComfyUI, x 1.0 GB",
        ),
        (said("the photo {number}", number=4), "the photo 4"),
    ],
)
def test_every_kind_of_value_is_english_in_the_text_and_itself_again_out_of_json(value, words):
    sentence = said("It is {what}.", what=value)
    assert sentence == f"It is {words}." and isinstance(sentence, str)
    again = from_json(json.loads(json.dumps(as_json(sentence))))
    assert again == sentence and as_json(again) == as_json(sentence)


def test_a_gap_in_a_users_value_is_never_filled_again():
    sentence = said("{name} has {photos} photos; use {trigger}.", name="{photos}", photos=3)
    assert sentence == "{photos} has 3 photos; use {trigger}."
    inner = said("{outer}", outer=said("{name}", name="{outer}"))
    assert inner == "{outer}"
    assert said("100% {sure}", sure="{{x}}") == "100% {{x}}"


def test_it_survives_copies_and_other_processes():
    sentence = said("{n} photos", n=3)
    for again in (copy.copy(sentence), copy.deepcopy(sentence), pickle.loads(pickle.dumps(sentence))):
        assert (again, again.template, again.values) == ("3 photos", "{n} photos", {"n": 3})


def test_sentences_are_joined_whole():
    both = joined(said("{n} photos.", n=3), "", "Add more.")
    assert isinstance(both, Said) and both == "3 photos. Add more."
    assert joined("", "") == "" and joined("", "One.") == "One."


def test_an_error_carries_its_sentences_where_they_have_gaps():
    plain = body_of(InvalidError("few", "Too few.", "Add more."))["error"]
    assert "said" not in plain and plain["message"] == "Too few."
    told = body_of(InvalidError("few", said("{photos} photos are few.", photos=3), "Add more."))["error"]
    assert told["message"] == "3 photos are few."
    assert told["said"] == {"message": {"text": "{photos} photos are few.", "values": {"photos": 3}}}


@pytest.mark.parametrize(
    "secret", ["hf_abcdefghijklmnopqrstuvwxyz", "/".join(("", "home", "anna", "photos", ""))]
)
def test_no_value_carries_what_a_message_may_not(secret):
    deep = said("{why}", why=listed([said("{file} is gone.", file=f"at {secret}x")]))
    error = InvalidError("gone", deep, said("Look at {file}.", file=secret))
    text = json.dumps(body_of(error))
    assert secret not in text and "anna" not in text and "hf_abc" not in text
    assert redacted(said("token={token}", token="abc")) == "token=***"
    assert not isinstance(redacted(said("token={token}", token="abc")), Said)
    assert redacted("plain hf_abcdefghijklmnopqrstuvwxyz") == "plain hf_***REDACTED***"


def test_records_keep_what_was_said_and_older_ones_load():
    error = JobError(code="few", message=said("{photos} photos", photos=3), hint="Add more.")
    stored = error.model_dump_json()
    again = JobError.model_validate_json(stored)
    assert again == error and again.message == "3 photos"
    assert json.loads(stored)["said"] == {"message": {"text": "{photos} photos", "values": {"photos": 3}}}
    old = JobError.model_validate_json('{"code": "few", "message": "3 photos", "hint": ""}')
    assert old.said == {} and old.sentence("message") == "3 photos"
    assert again.sentence("message").values == {"photos": 3}
    assert Finding(severity="info", code="x", message=said("{n}", n=1)).model_dump()["said"]["message"][
        "values"
    ] == {"n": 1}
    assert PhotoFinding(code="x", message="Plain.").said == {}


def test_what_was_said_goes_with_the_words_that_said_it():
    progress = Progress(warnings=["Plain.", said("{times} times slower", times=3)])
    assert list(progress.said) == ["warnings.1"]
    changed = progress.saying(warnings=[said("{n} photos", n=2)], step=4)
    assert changed.warnings == ["2 photos"] and changed.step == 4
    assert {place: one.text for place, one in changed.said.items()} == {"warnings.0": "{n} photos"}
    assert progress.saying(warnings=[]).said == {}
    error = JobError(code="few", message=said("{n} photos", n=2), hint=said("At least {n}.", n=9))
    assert list(error.saying(hint="More.").said) == ["message"]
