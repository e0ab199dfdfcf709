"""What nodes tell is told in the language of who reads ComfyUI, names and numbers included; the panel's own setting comes first."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from isengard.core.errors import InvalidError
from isengard.core.records.job import Progress
from isengard.core.records.job_states import JobState
from support.node_calls import at_node

ROOT = Path(__file__).resolve().parents[2]
NODES = sorted((ROOT / "nodes").rglob("*.py"))


def refused(call, *given, **named) -> InvalidError:
    with pytest.raises(InvalidError) as caught:
        call(*given, **named)
    return caught.value


def test_a_name_in_an_error_is_told_in_the_readers_language(ann, comfy):
    from isengard.nodes.character import IsengardCharacter

    english = refused(IsengardCharacter.execute, "Bob")
    assert str(english) == "There is nobody called Bob. Name one of these: Ann."
    comfy.house.language = "de"
    german = refused(IsengardCharacter.execute, "Bob")
    assert str(german) == "Niemand heißt Bob. Nenne jemanden davon: Ann."
    assert german.code == "character_unknown" and str(german.__cause__) == str(english)
    assert IsengardCharacter.validate_inputs("Bob") == str(german)
    comfy.house.language = "zh"
    assert str(refused(IsengardCharacter.execute, "Bob")) == "没有名为 Bob 的人物。请写其中之一：Ann。"  # noqa: RUF001


def test_a_sentence_without_values_and_one_of_two_parts_are_told_too(ann, comfy):
    from isengard.nodes.apply_identity import IsengardApplyIdentity
    from isengard.nodes.save_image import _not_finite

    comfy.house.language = "fr"
    value = {"id": ann.ann.id}
    told = refused(
        IsengardApplyIdentity.execute, model="model", character=value, checkpoint="best", strength=3.0
    )
    assert "entre 0 et 2" in str(told)
    assert str(_not_finite(1, 4).message) == (
        "1 of 4 pictures came out black: the model's numbers overflowed (NaN). The others were saved."
    )
    assert IsengardApplyIdentity.validate_inputs("newest") == "checkpoint doit être best, last ou une étape."


def job(state: JobState, **progress) -> SimpleNamespace:
    return SimpleNamespace(state=state, progress=Progress(**progress))


def test_where_a_training_stands_is_told_in_the_readers_language(comfy):
    from isengard.nodes.fields.telling import in_words
    from isengard.nodes.fields.training_words import words_at_once, words_of

    comfy.house.language = "de"
    at = {"phase": "training", "step": 1200, "total_steps": 3000, "eta_s": 720.0, "loss": 0.0834}
    running = job(JobState.RUNNING, **at)
    row = "Training läuft · Schritt 1.200 von 3.000 · noch 12 min · Loss 0,083"
    assert in_words(words_of(running)) == row
    assert in_words(words_at_once(running)) == f"{row}. Isengards Reiter zeigt den Fortschritt."
    assert in_words(words_at_once(job(JobState.QUEUED))) == (
        "Wartet in der Reihe. Isengards Reiter zeigt den Fortschritt."
    )
    comfy.house.language = "ja"
    assert in_words(words_at_once(job(JobState.QUEUED))) == (
        "順番を待っています。進み具合はIsengardのタブで見られます。"
    )


def test_every_node_tells_what_it_refuses(comfy_api):
    from isengard.nodes import extension

    nodes = [
        node for name, node in vars(extension).items() if name.startswith("Isengard") and "Ext" not in name
    ]
    assert len(nodes) == 12
    assert all(hasattr(node.execute.__func__, "__wrapped__") for node in nodes)


def test_no_sentence_of_a_node_is_put_together_before_it_is_told():
    """An f-string has lost its template: no language can say it. What is shown on a node goes the same way."""
    for file in NODES:
        assert file.name == "telling.py" or "host.say(" not in file.read_text(encoding="utf-8"), file.name
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            name = isinstance(call, ast.Call) and (
                getattr(call.func, "id", "") or getattr(call.func, "attr", "")
            )
            if name and name.endswith("Error"):
                parts = [part for part in call.args[1:] if isinstance(part, ast.JoinedStr)]
                assert not parts, f"{file.name}:{call.lineno}"


def test_every_word_of_a_node_is_in_the_catalogue():
    from isengard.nodes.fields.training_words import PHASES, STATES

    english = json.loads((ROOT / "locales" / "en" / "server.json").read_text(encoding="utf-8"))
    assert {words.template for words in (*STATES.values(), *PHASES.values())} <= set(english)


@pytest.mark.parametrize(
    ("prompt", "triggers", "lacking"),
    [
        ("{trigger} and {trigger2}", {"trigger_1": "ann"}, "{trigger2}"),
        ("{trigger1} and {trigger2}", {"trigger_1": " "}, "{trigger1}, {trigger2}"),
        ("{trigger} and {trigger2}", {"trigger_1": "ann", "trigger_2": "bob"}, None),
        ("a street", {}, None),
    ],
)
def test_a_request_without_its_person_says_that_a_stranger_is_drawn(
    comfy, comfy_api, prompt, triggers, lacking
):
    """A muted or bypassed Isengard Character left an empty place in the prompt, without a word."""
    from isengard.nodes.request import IsengardRequest

    node = at_node(IsengardRequest, comfy_api, "4")
    node.execute(prompt, "", 64, 64, 5, 6, 1.5, **triggers)
    told = f"Nobody is connected for {lacking}, so the picture shows a stranger. Connect the trigger of Isengard Character."
    assert comfy.said == ([(told, "4")] if lacking else [])
