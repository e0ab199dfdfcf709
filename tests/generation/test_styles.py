"""Styles and scenes: ours, the owner's, and files of theirs that cannot be read."""

from __future__ import annotations

import pytest
from isengard.generation.styles import KINDS, OWN_FILE, load_styles

OWN = '[[styles]]\nname = "photo"\nlabel = "Mine"\nprompt = "mine, {prompt}"\n[[scenes]]\nname = "mars"\nlabel = "Mars"\nprompt = "on Mars"\n'


def test_ours_are_there_and_every_style_has_a_place_for_the_prompt(tmp_path):
    items = load_styles(tmp_path)
    assert {item["kind"] for item in items} == set(KINDS) and len(items) > 40
    assert all("{prompt}" in item["prompt"] for item in items if item["kind"] == "style")
    names = [(item["kind"], item["name"]) for item in items]
    assert len(set(names)) == len(names)


def test_the_owners_come_first_and_replace_ours(tmp_path):
    (tmp_path / OWN_FILE).write_text(OWN)
    items = load_styles(tmp_path)
    assert items[0]["label"] == "Mine" and sum(item["name"] == "photo" for item in items) == 1
    assert next(item for item in items if item["kind"] == "scene")["name"] == "mars"


@pytest.mark.parametrize(
    "text", ["[[styles", '[[styles]]\nname = "x"\nlabel = "X"\nprompt = "no place"\n', "x = 1\n"]
)
def test_an_unreadable_file_is_told_and_ours_stay(tmp_path, logged, text):
    ours = load_styles(tmp_path)
    (tmp_path / OWN_FILE).write_text(text)
    assert load_styles(tmp_path) == ours
    assert "The owner's styles cannot be read" in logged.text
