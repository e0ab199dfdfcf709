"""Finding somebody in logs and in ComfyUI's own files: whole words, other scripts, metadata before pixels."""

from __future__ import annotations

import json

import pytest
from isengard.core.mentions import drop_lines, files_that_mention, finder
from PIL import Image
from PIL.PngImagePlugin import PngInfo


def test_words_are_found_whole_whatever_their_case_and_short_ones_never():
    said = finder({"Ann", "annqvx", "Jo"})
    assert said("a photo of ANN.") and said('{"t": "annqvx"}') and said("ann-example")
    assert not said("annotated") and not said("banner") and not said("Jo went")
    assert not finder({"Jo", ""})("anything")


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
    found = files_that_mention([tmp_path, tmp_path / "none"], set(), {"annqvx", "J\u00fcrgen"})
    assert [file.name for file in found] == ["a.png", "flow.json"]


def test_names_of_files_and_broken_pictures(tmp_path):
    (tmp_path / "annqvx_00001_.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\xff" * 50)
    (tmp_path / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\x05???? chr_1")
    found = files_that_mention([tmp_path], {"chr_1"}, {"annqvx"})
    assert [file.name for file in found] == ["annqvx_00001_.png", "b.png"]


def test_lines_that_are_no_json_are_searched_as_they_are(paths):
    (paths.logs / "api").mkdir()
    file = paths.logs / "api" / "2026-01-01.log"
    file.write_text('plain chr_1\n{"name": "J\\u00fcrgen"}\n{"name": "kept"}\n', encoding="utf-8")
    assert drop_lines(paths.logs, {"chr_1"}, {"J\u00fcrgen"}) == 2
    assert file.read_text(encoding="utf-8") == '{"name": "kept"}\n'
