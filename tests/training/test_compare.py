"""What `dev.py compare` says of two trainings: every difference, and only differences."""

from __future__ import annotations

import json
import struct
from dataclasses import replace

import pytest
from hosts import compare
from PIL import Image


def written(path, tensors, dtype="F32", code="f"):
    header, body = {"__metadata__": {"format": "pt"}}, b""
    for name, values in tensors.items():
        content = struct.pack(f"<{len(values)}{code}", *values)
        header[name] = {
            "dtype": dtype,
            "shape": [len(values)],
            "data_offsets": [len(body), len(body) + len(content)],
        }
        body += content
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + body)
    return path


@pytest.fixture
def side(tmp_path):
    picture = tmp_path / "picture.png"
    Image.new("RGB", (4, 4), (10, 20, 30)).save(picture)
    config = {"train": {"lr": 1e-4, "steps": 24}, "datasets": [{"folder_path": "/a", "flip_x": False}]}
    losses = {1: 0.5, 2: 0.4, 3: 0.3, 4: 0.2}
    return compare.Trained("one", "1.1.0", config, losses, {"q.lora_up": [1.0, 0.0]}, picture, 0.1)


def test_the_same_training_differs_in_nothing(side):
    other = replace(side, label="two", config=json.loads(json.dumps(side.config).replace("/a", "/b")))
    text = "\n".join(compare.report(side, other))
    assert "config: the same" in text and "identical" in text and "at most 0.0000 apart" in text
    assert "picture: mean difference 0.000" in text


def test_every_change_is_told(side, tmp_path):
    picture = tmp_path / "other.png"
    Image.new("RGB", (4, 4), (13, 20, 30)).save(picture)
    config = {
        "train": {"lr": 2e-4, "steps": 24, "ema": True},
        "datasets": [{"folder_path": "/a", "flip_x": True}],
    }
    other = replace(
        side,
        config=config,
        losses={3: 0.3, 4: 0.9},
        tensors={"q.lora_up": [0.0, 2.0], "k": [1.0]},
        picture=picture,
    )
    text = "\n".join(compare.report(side, other))
    assert "config: 3 difference(s)" in text
    assert "train.lr: 0.0001 -> 0.0002" in text and "train.ema: null -> true" in text
    assert "datasets[0].flip_x: false -> true" in text
    assert "last quarter 0.2000 -> 0.9000" in text and "only before: 0, only after: 1" in text
    assert "cosine 0.000000, size ratio 2.0000 (different)" in text and "mean difference 1.000" in text


@pytest.mark.parametrize(
    ("after", "again", "words"),
    [
        ([1.0, 0.0], None, "verdict: the same"),
        ([1.0, 0.5], None, "by chance is not known"),
        ([1.0, 0.5], [1.0, 0.0], "verdict: AFTER trains something else"),
        ([1.0, 0.5], [1.0, -0.4], "no difference beyond chance (0.500 apart, 1.2 times as far as chance)"),
        ([1.0, 0.9], [1.0, -0.4], "trains something else (0.900 apart, 2.2 times as far as chance)"),
        ([2.0, 0.0], [1.0, 0.1], "trains something else (1.000 apart, 10.0 times as far as chance)"),
    ],
)
def test_the_verdict_knows_chance_from_change(side, after, again, words):
    other, repeated = (values and replace(side, tensors={"q.lora_up": values}) for values in (after, again))
    lines = compare.verdict(side, other, repeated)
    assert words in lines[-1] and (again is None or lines[0].startswith("chance: "))


def test_other_tensors_are_never_chance(side):
    other, again = (replace(side, tensors=tensors) for tensors in ({"k": [1.0]}, {"q.lora_up": [0.0, 9.0]}))
    assert "other tensors" in compare.verdict(side, other, again)[-1]
    assert compare.apart(side.tensors, other.tensors) == float("inf")


@pytest.mark.parametrize(("dtype", "code"), [("F32", "f"), ("F16", "e"), ("BF16", "H")])
def test_tensors_of_every_kind_a_lora_has_are_read(tmp_path, dtype, code):
    values = [0x3F80, 0xC000] if code == "H" else [1.0, -2.0]
    assert compare.read_tensors(written(tmp_path / "a.safetensors", {"t": values}, dtype, code)) == {
        "t": [1.0, -2.0]
    }


def test_other_tensors_are_refused(tmp_path):
    with pytest.raises(ValueError, match="I32"):
        compare.read_tensors(written(tmp_path / "a.safetensors", {"t": [1]}, "I32", "i"))


def test_a_version_that_is_nowhere_is_told(tmp_path):
    with pytest.raises(SystemExit, match="neither a folder nor a git revision"):
        compare._checked_out("no-such-revision", tmp_path / "pack")
