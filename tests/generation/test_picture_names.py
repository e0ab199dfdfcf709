"""Names of files for people, and pictures in a zip that is made while it is given out."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from isengard.generation.picture_names import picture_name, safe_name, told_apart, words_of_prompt
from isengard.generation.picture_zip import zipped

CASES = json.loads((Path(__file__).parents[1] / "js" / "picture_names.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("people", "words", "seed", "name"),
    [
        (["Anna"], "rainy street", 991253, "Anna, rainy street 1253.png"),
        (["Anna", "Ben"], "in a café", 7, "Anna and Ben, in a café 0007.png"),
        ([""], "", 7, "picture 0007.png"),
        (["小美"], "雨", 12345, "小美, 雨 2345.png"),
        (["A/B: \\c*?"], 'x "y" <z>|', 1, "A B c , x y z 0001.png"),
    ],
)
def test_a_picture_is_named_for_people(people, words, seed, name):
    assert picture_name(people, words, seed) == name


def test_the_longest_names_of_any_script_fit_every_file_system():
    name = picture_name(["\U00020000" * 80, "\u5c0f" * 80], "\u96e8" * 40, 2**32)
    assert len(name.encode()) < 240


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("photo of {trigger}, woman, walking in a rainy street, 50 mm", "walking in a rainy street"),
        ("{trigger}", ""),
        ("(soft light:1.2), [grass]", "soft light"),
        ("a " * 60, "a" + " a" * 19),
    ],
)
def test_the_phrase_that_says_most_is_taken(prompt, words):
    assert words_of_prompt(prompt) == words


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"].encode("ascii", "replace").decode())
def test_the_panel_names_them_the_same(case):
    assert picture_name(case["people"], words_of_prompt(case["prompt"]), case["seed"]) == case["name"]


def test_a_name_that_windows_keeps_for_itself_is_not_used():
    for name in ("con", " ..", "aux.x", "Lpt1 . y"):
        assert safe_name(name, "album") == "album"
    assert safe_name("Connie", "album") == "Connie"


def test_names_that_differ_by_case_alone_are_told_apart():
    assert told_apart(["A 1.png", "a 1.png", "A 1.png"]) == ["A 1.png", "a 1 (2).png", "A 1 (3).png"]


def test_a_zip_is_given_out_picture_by_picture_and_is_whole(tmp_path):
    files = [tmp_path / f"{n}.png" for n in range(3)]
    for n, file in enumerate(files):
        file.write_bytes(bytes([n]) * 1000)
    entries = [("café 1.png", files[0]), ("gone.png", tmp_path / "gone.png"), ("b.png", files[2])]
    pieces = list(zipped(entries))
    assert len(pieces) == 3, "one for each picture and the end"
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "café 1.png": b"\0" * 1000,
            "b.png": b"\2" * 1000,
        }
