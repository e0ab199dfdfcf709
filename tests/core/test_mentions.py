"""Finding somebody in logs and in ComfyUI's own files: whole words, other scripts, metadata before pixels."""

from __future__ import annotations

import hashlib
import json
import os
import time
import unicodedata

import pytest
from isengard.core.ids import new_id
from isengard.core.privacy import text_search
from isengard.core.privacy.anonymize import PERSON, anonymizer
from isengard.core.privacy.text_search import (
    Traces,
    drop_lines,
    files_that_mention,
    finder,
    pictures_that_mention,
    unescaped,
)
from PIL import Image
from PIL.PngImagePlugin import PngInfo


def test_words_are_found_whole_whatever_their_case_and_short_ones_as_they_are_written():
    said = finder(Traces(ids=[], words=["Ann", "annqvx", "Jo"]))
    assert said("a photo of ANN.") and said('{"t": "annqvx"}') and said("ann-example")
    assert said("opened Jo now") and not said("JO") and not said("jo") and not said("Joe went")
    assert not said("annotated") and not said("banner")
    assert not finder(Traces(ids=[], words=["J", ""]))("anything about J")


@pytest.mark.parametrize(
    "text", ["portrait of annqvx", json.dumps({"name": "J\u00fcrgen"}), "J\u00fcrgen was here"]
)
def test_a_workflow_inside_a_picture_and_beside_it(tmp_path, text):
    info = PngInfo()
    info.add_itxt("prompt", text)
    Image.effect_noise((900, 900), 90).save(tmp_path / "a.png", pnginfo=info)
    Image.effect_noise((900, 900), 90).save(tmp_path / "other.png")
    (tmp_path / "flow.json").write_text(text, encoding="utf-8")
    (tmp_path / "model.safetensors").write_text(text, encoding="utf-8")
    found = files_that_mention(
        [tmp_path, tmp_path / "none"], finder(Traces(ids=[], words=["annqvx", "J\u00fcrgen"]))
    )
    assert [file.name for file in found] == ["a.png", "flow.json"]


def test_names_of_files_and_broken_pictures(tmp_path):
    (tmp_path / "annqvx_00001_.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\xff" * 50)
    (tmp_path / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\x05???? chr_1")
    found = files_that_mention([tmp_path], finder(Traces(ids=["chr_1"], words=["annqvx"])))
    assert [file.name for file in found] == ["annqvx_00001_.png", "b.png"]


def test_lines_that_are_no_json_are_searched_as_they_are(paths):
    (paths.logs / "api").mkdir()
    file = paths.logs / "api" / "2026-01-01.log"
    file.write_text('plain chr_1\n{"name": "J\\u00fcrgen"}\n{"name": "kept"}\n', encoding="utf-8")
    assert drop_lines(paths.logs, Traces(ids=["chr_1"], words=["J\u00fcrgen"])) == 2
    assert file.read_text(encoding="utf-8") == '{"name": "kept"}\n'


def test_a_folder_called_like_a_log_keeps_nobody_from_being_forgotten(paths):
    (paths.logs / "api" / "2026-01-01.log").mkdir(parents=True)
    (paths.logs / "api" / "2026-01-02.log").write_text('{"m": "Ann"}\n')
    assert drop_lines(paths.logs, Traces(ids=[], words=["Ann"])) == 1


def test_lines_end_only_where_json_lines_do(paths):
    """U+2028 in a caption cut its line in two, and the half that named nobody stayed, as no JSON."""
    (paths.logs / "api").mkdir()
    file = paths.logs / "api" / "2026-01-01.log"
    lines = ['{"m": "Ann\u2028said"}', '{"m": "Bob\u2028\u0085\x0b\x1cwaits"}', ""]
    file.write_text("\n".join(lines), encoding="utf-8", newline="")
    assert drop_lines(paths.logs, Traces(ids=[], words=["Ann"])) == 1
    assert file.read_text(encoding="utf-8") == lines[1] + "\n"


def test_a_name_with_quotes_is_found_in_json(paths):
    (paths.logs / "api").mkdir()
    name = 'O\'Brien "Bob" \\o/'
    (paths.logs / "api" / "2026-01-01.log").write_text(json.dumps({"m": f"opened {name}"}) + "\n")
    assert drop_lines(paths.logs, Traces(ids=[], words=[name])) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("\u738b\u82b3", "opened \u738b\u82b3 now"),
        ("\u738b\u5c0f\u82b3", "\u6253\u5f00\u738b\u5c0f\u82b3\u7684\u7167\u7247"),
        ("\u738b\u5c0f\u82b3", "same picture as photo 3 (\u738b\u5c0f\u82b3\u7684\u7167\u7247.jpg)"),
        ("\u82b3", "\u6253\u5f00\u82b3\u7684\u7167\u7247"),
        ("Bo", "opened Bo now"),
        ("Bo", "\u6253\u5f00Bo\u7684\u7167\u7247"),
        ("Ann", "\uff71\uff9dAnn\uff7b\uff9d"),
        ("Ann", "\u3105Ann\u3105"),
        (
            "\u0e2a\u0e21\u0e0a\u0e32\u0e22",
            "\u0e23\u0e39\u0e1b\u0e02\u0e2d\u0e07\u0e2a\u0e21\u0e0a\u0e32\u0e22\u0e04\u0e19\u0e14\u0e35",
        ),
        ("\u3055\u304f\u3089", "\u3055\u304f\u3089\u306e\u5199\u771f"),
        ("\ubbfc\uc218", unicodedata.normalize("NFD", "\ubbfc\uc218\uc758 \uc0ac\uc9c4")),
        ("Zo\u00eb", "ZOE\u0308 opened"),
        ("Zoe\u0308", "opened Zo\u00eb"),
        ("\u0130pek", "ipek opened"),
        ("Stra\u00dfe", "STRASSE opened"),
        ("\U0001f98a", "opened \U0001f98a"),
        ("\U00020bb7\u7530", json.dumps("\u6253\U00020bb7\u7530\u7684")),
    ],
)
def test_names_are_found_in_every_script(name, text):
    assert finder(Traces(ids=[], words=[name]))(unescaped(text))
    told = anonymizer(names=[name])(unescaped(text))
    assert PERSON in told and name not in told


def test_what_only_looks_like_a_name_is_not_one():
    said = finder(Traces(ids=[], words=["An", "Zoe", "Ann"]), {"Ann Example", "Mary Ann", "An Li"})
    assert (
        not said("an apple")
        and not said("AN APPLE")
        and not said("Zo\u00eb")
        and not said("ask Ann Example, An Li")
    )
    assert said("ask An") and said("Ann, and Ann Example")


@pytest.mark.parametrize(
    ("slug", "text", "found"),
    [
        ("ann", "models/ann/ann-sd15-001400-0a1b2c3d.safetensors", True),
        ("ann", '{"character": "ann"}', True),
        ("ann", "ann-sd15-001400-0a1b2c3d", True),
        ("ann", "joann/x mary-ann/x ann-2/ann-2-sd15-001400-0a1b2c3d ann-example", False),
        ("character", '{"character": "bob"} Character created', False),
        ("character", r"{\"character\": \"bob\"}", False),
        ("character-2", '{"character": "character-2"}', True),
        ("character", "loras/character/x.safetensors", True),
        ("an", '{"character": "an"} an apple', True),
        ("an", "an apple", False),
    ],
)
def test_a_short_name_is_found_where_it_names_files(slug, text, found):
    assert finder(Traces(ids=[], words=[], slug=slug))(text) is found


def hashes(count):
    return [hashlib.sha256(str(number).encode()).hexdigest() for number in range(count)]


def test_hundreds_of_photos_are_looked_for_in_the_time_of_one():
    """A photo has an id and two hashes; a server of 200 photos stood still for hours over its logs."""
    line = json.dumps({"message": "Photo added", "context": {"photo_id": new_id("pho"), "sha256": "0a" * 32}})
    text = "\n".join([line] * 700)
    said = finder(
        Traces(ids=[new_id("pho") for _ in range(500)], words=["Ann Example", "annqvx", *hashes(1000)]),
        {f"Bob {number}" for number in range(200)},
    )
    used = time.process_time()
    assert not said(text), "nobody is told of"
    assert time.process_time() - used < 2, "100 KB took two minutes"


@pytest.mark.parametrize("said_as", ["{}", "sha256:{}", "x{}.png", "{}_00001_"])
def test_a_photo_is_found_by_its_hash_however_it_is_written(said_as):
    (known,) = hashes(1)
    said = finder(Traces(ids=[], words=["Ann", known]))
    assert said(said_as.format(known)) and said(said_as.format(known.upper()))
    assert not said(f"{known}0 {known[:-1]}"), "other numbers"


def test_an_id_is_found_wherever_it_stands():
    known, other = new_id("pho"), new_id("pho")
    said = finder(Traces(ids=[known, "ann-sd15-001400"], words=[]))
    assert said(f"uploads/x{known}0.jpg") and said(f"pho_{known}") and said("my_ann-sd15-001400_copy")
    assert not said(f"{other} {known[:-1]} {known.replace('pho', 'job')}")


def test_of_too_many_files_the_newest_are_looked_into(tmp_path, monkeypatch):
    """The first by name were: what ComfyUI has saved last has the highest number."""
    monkeypatch.setattr(text_search, "MAX_FILES", 2)
    for number in range(4):
        file = tmp_path / f"ComfyUI_{number}_.json"
        file.write_text("annqvx")
        os.utime(file, (1_000 + number, 1_000 + number))
    found = files_that_mention([tmp_path], finder(Traces(ids=[], words=["annqvx"])))
    assert [file.name for file in found] == ["ComfyUI_2_.json", "ComfyUI_3_.json"]


def test_every_picture_of_ours_is_looked_into_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setattr(text_search, "MAX_FILES", 2)
    info = PngInfo()
    info.add_text("prompt", "annqvx")
    for number in range(4):
        folder = tmp_path / f"gen_{number}"
        (folder / "thumbs").mkdir(parents=True)
        Image.new("RGB", (8, 8)).save(folder / "0000.png", pnginfo=info)
        for beside in ("generation.json", "prompts.json", "thumbs/0000.jpg"):
            (folder / beside).write_text("annqvx")
    opened, mentions = [], finder(Traces(ids=[], words=["annqvx"]))
    ordinary = text_search._mentions
    monkeypatch.setattr(
        text_search, "_mentions", lambda *about: opened.append(about[1].name) or ordinary(*about)
    )
    found = pictures_that_mention([tmp_path, tmp_path / "none"], mentions)
    assert found == [tmp_path / f"gen_{number}" / "0000.png" for number in range(4)]
    assert opened == ["0000.png"] * 4


@pytest.mark.parametrize(
    ("text", "there"),
    [("Ann Example", False), ("Ann", True), ("ANN EXAMPLE and ann", True), ("hannah", False)],
)
def test_a_longer_name_of_somebody_else_is_not_theirs(text, there):
    assert finder(Traces(ids=[], words=["Ann"]), ["Ann Example"])(text) is there
