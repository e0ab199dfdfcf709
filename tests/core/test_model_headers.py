"""Headers of model files: what is not a whole model is said to be so, whatever it holds; packed layers have their real shapes."""

from __future__ import annotations

import json
import os
import struct
import threading

import psutil
import pytest
from isengard.core.errors import NotReadyError
from isengard.core.model_headers.reader import HeaderReader
from support.placeholders import write, write_header, write_quantised
from support.soon import until

ONE = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}
LFS = b"version https://git-lfs.github.com/spec/v1\noid sha256:6ce0161689b3853acaa03779ec93eafe75a0\nsize 4265146304\n"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "model.safetensors"


def test_a_whole_file_has_its_shapes_and_no_fault(headers, file):
    found = headers.look(write(file, {"a.weight": (2, 3), "b": ()}))
    assert (found.fault, dict(found.shapes)) == ("", {"a.weight": (2, 3), "b": ()})
    assert not found.quantised and found.told(file.name) == ""


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "it is empty"),
        (LFS, "it is a Git LFS pointer; the model itself was not downloaded"),
        (b"\n<!DOCTYPE html><html><title>Sign in</title></html>", "it is a web page, such as a site's login or error page"),
        (b"<html>" * 9, "it is a web page, such as a site's login or error page"),
        (b"\x10\0\0", "it is not a safetensors file"),
        (b"\xff" * 100, "it is not a safetensors file, or its header is too large to be read"),
        (struct.pack("<Q", 60) + b"{", "it ends within its header"),
    ],
)  # fmt: skip
def test_what_is_no_model_is_told_for_what_it_is(headers, file, content, fault):
    file.write_bytes(content)
    found = headers.look(file)
    assert found.fault == fault
    assert (
        found.told("m.safetensors") == f"m.safetensors is not a whole model ({len(content)} bytes): {fault}."
    )


def test_half_a_download_and_a_longer_file_are_told_with_their_sizes(headers, file):
    whole = write(file, {"a.weight": (1000, 1000)}).read_bytes()
    file.write_bytes(whole[:500_000])
    assert headers.look(file).fault == f"it ends too early, 500,000 of {len(whole):,} bytes are here"
    assert "(0.5 MB)" in headers.look(file).told("m")
    file.write_bytes(whole + b"xyz")
    assert headers.look(file).fault == "it has 3 bytes more than its header says"


@pytest.mark.parametrize(
    "header",
    [
        {"a": {**ONE, "shape": [1e400]}},
        {"a": {**ONE, "shape": ["1"]}},
        {"a": {**ONE, "shape": [True]}},
        {"a": {**ONE, "shape": [-1]}},
        {"a": {**ONE, "shape": [2**70]}},
        {"a": {**ONE, "shape": [1] * 100_000}},
        {"a": {**ONE, "data_offsets": [0, 1e400]}},
        {"a": {**ONE, "data_offsets": [4, 0]}},
        {"a": {**ONE, "data_offsets": None}},
        {"a": {**ONE, "dtype": ["F32"]}},
        {"a": None},
        {"a": ONE, "b": ONE},
        {"a": ONE, "__metadata__": "text"},
        [],
        b'{"a": {"dtype": "F32", "shape": [1e400], "data_offsets": [0, 4]}}',
        b'{"a": {"dtype": "F32", "shape": [' + b"9" * 5000 + b'], "data_offsets": [0, 4]}}',
        b"[" * 500_000,
        b'{"a":' * 300_000,
        b"\xff\xfe\xfd\xfc",
        b"{}}",
    ],
)
def test_no_header_is_more_than_a_line_that_says_so(headers, file, header):
    found = headers.look(write_header(file, header, b"\0" * 4))
    assert found.fault and not found.shapes


def test_a_header_of_63_mb_is_refused_unread(headers, file):
    entry = json.dumps({"dtype": "F32", "shape": [0], "data_offsets": [0, 0]})
    text = ("{" + ", ".join(f'"a{n}": {entry}' for n in range(900_000)) + "}").encode()
    write_header(file, text)
    headers.look(write(file.with_name("small.safetensors"), {"a": (1,)}))
    child = psutil.Process(headers._child.pid)
    before, used = child.memory_info().rss, sum(child.cpu_times()[:2])
    assert "too large" in headers.look(file).fault
    assert sum(child.cpu_times()[:2]) - used < 1
    assert child.memory_info().rss < before + 2e7


def test_many_tensors_are_refused_before_they_are_handed_over(headers, file):
    text = json.dumps(
        {f"a{n}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for n in range(60_000)}
    )
    assert "more than 50,000 tensors" in headers.look(write_header(file, text.encode())).fault


def test_a_type_that_is_newer_than_we_are_is_taken_as_it_is(headers, file):
    header = {"a.weight": {"dtype": "F4", "shape": [4, 4], "data_offsets": [0, 8]}}
    header["b"] = {"dtype": "F3_NEW", "shape": [8], "data_offsets": [8, 11]}
    assert headers.look(write_header(file, header, b"\0" * 11)).fault == ""


def test_other_kinds_of_files_are_whole_unless_they_plainly_are_not(headers, tmp_path):
    archive = tmp_path / "a.ckpt"
    import zipfile

    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("data.pkl", os.urandom(5000))
    assert headers.look(archive).fault == ""
    archive.write_bytes(archive.read_bytes()[:3000])
    assert headers.look(archive).fault == "it ends too early"
    for name, content, fault in (
        ("a.gguf", b"GGUF...", ""),
        ("b.gguf", LFS, "pointer"),
        ("c.pt", b"", "empty"),
    ):
        (tmp_path / name).write_bytes(content)
        found = headers.look(tmp_path / name).fault
        assert fault in found and bool(fault) == bool(found)


def test_what_is_not_there_or_not_a_file_is_told(headers, tmp_path):
    assert (
        headers.look(tmp_path / "gone.safetensors").fault == "it cannot be opened (No such file or directory)"
    )
    (tmp_path / "folder.safetensors").mkdir()
    assert "cannot be opened" in headers.look(tmp_path / "folder.safetensors").fault


def test_a_file_that_changed_is_read_anew_and_another_is_not(headers, file, monkeypatch):
    file.write_bytes(b"")
    assert headers.look(file).fault
    write(file, {"a": (1,)})
    assert not headers.look(file).fault
    monkeypatch.setattr(headers, "_child", None)
    assert not headers.look(file).fault


def test_a_child_that_ends_costs_one_file_and_no_more(tmp_path):
    headers = HeaderReader()
    first = write(tmp_path / "a.safetensors", {"a": (1,)})
    headers.look(first)
    psutil.Process(headers._child.pid).kill()
    assert not headers.look(write(tmp_path / "b.safetensors", {"a": (1,)})).fault
    headers.close()


# --- layers that were made smaller ---

FORMATS = [
    ("nvfp4", "U8", (64, 32), (64, 64)),
    ("convrot_w4a4", "I8", (64, 32), (64, 64)),
    ("asym_w4a8_int8", "I8", (64, 32), (64, 64)),
    ("int8_tensorwise", "I8", (64, 64), (64, 64)),
    ("float8_e4m3fn", "F8_E4M3", (64, 64), (64, 64)),
    ("mxfp8", "F8_E4M3", (64, 64), (64, 64)),
    ("of_next_year", "U8", (64, 48), ()),
]


@pytest.mark.parametrize("beside", [True, False])
@pytest.mark.parametrize(("kind", "dtype", "stored", "real"), FORMATS)
def test_packed_layers_have_the_shapes_they_stand_for(headers, file, kind, dtype, stored, real, beside):
    layers = {"model.diffusion_model.a": (kind, dtype, stored), "plain": ("", "BF16", (8, 4))}
    found = headers.look(write_quantised(file, layers, beside=beside))
    assert found.shapes["model.diffusion_model.a.weight"] == real and found.shapes["plain.weight"] == (8, 4)
    assert found.quantised and not found.fault


def test_bytes_of_a_packing_that_nobody_names_have_no_shape(headers, file):
    """As bitsandbytes writes them."""
    header = {
        "a.weight": {"dtype": "U8", "shape": [2048, 1], "data_offsets": [0, 2048]},
        "a.weight.absmax": {"dtype": "F32", "shape": [64], "data_offsets": [2048, 2304]},
    }
    found = headers.look(write_header(file, header, b"\0" * 2304))
    assert found.shapes["a.weight"] == () and found.quantised


def test_older_fp8_files_are_quantised_and_keep_their_shapes(headers, file):
    found = headers.look(write(file, {"scaled_fp8": (2,), "a.weight": (8, 8), "a.scale_weight": ()}))
    assert found.quantised and found.shapes["a.weight"] == (8, 8)


def test_a_format_that_cannot_be_read_is_an_unknown_one(headers, file):
    header = {
        "a.weight": {"dtype": "U8", "shape": [4, 4], "data_offsets": [0, 16]},
        "a.comfy_quant": {"dtype": "U8", "shape": [8], "data_offsets": [16, 24]},
    }
    for number, said in enumerate((b"\xff" * 8, b"[1,2,3] ", b'{"a": 1}', b"[[[[[[[[")):
        model = write_header(file.with_name(f"{number}.safetensors"), header, b"\0" * 16 + said)
        assert headers.look(model).shapes["a.weight"] == ()


def started(headers, monkeypatch) -> list[str]:
    """What its child, which has started however long that took, is asked for from now on."""
    headers._child.start(60)
    asked, ask = [], headers._child.ask

    def heard(question):
        asked.append(question["file"])
        return ask(question)

    monkeypatch.setattr(headers._child, "ask", heard)
    return asked


def test_a_file_that_takes_too_long_is_told_and_not_asked_for_at_every_turn(tmp_path, monkeypatch):
    slow = tmp_path / "slow.py"
    slow.write_text("import sys, time\nprint('{}', flush=True)\nfor _ in sys.stdin: time.sleep(60)\n")
    monkeypatch.setattr("isengard.core.model_headers.reader.CHILD", slow)
    headers = HeaderReader(timeout_s=0.5)
    asked = started(headers, monkeypatch)
    file = write(tmp_path / "a.safetensors", {"a": (1,)})
    for _ in range(5):
        assert (
            headers.look(file).told("a")
            == f"a is not a whole model ({file.stat().st_size} bytes): it could not be read."
        )
    assert asked == [str(file)]
    headers.close()


def test_a_file_on_a_sleeping_disk_keeps_nobody_waiting_who_asks_about_another(tmp_path, monkeypatch):
    slow = tmp_path / "slow.py"
    slow.write_text(
        "import sys, time\nprint('{}', flush=True)\n"
        "for line in sys.stdin:\n    time.sleep(60 if 'asleep' in line else 0)\n    print('{}', flush=True)\n"
    )
    monkeypatch.setattr("isengard.core.model_headers.reader.CHILD", slow)
    headers = HeaderReader(timeout_s=4.0)
    asked = started(headers, monkeypatch)
    known, asleep = write(tmp_path / "a.safetensors", {"a": (1,)}), write(tmp_path / "asleep.ckpt", {})
    assert not headers.look(known).fault
    faults: list[str] = []
    waiting = [threading.Thread(target=lambda: faults.append(headers.look(asleep).fault)) for _ in range(3)]
    for one in waiting:
        one.start()
    until(lambda: str(asleep) in asked)
    assert not headers.look(known).fault and faults == [], "told while the other is asked for"
    for one in waiting:
        one.join()
    assert faults == ["it could not be read"] * 3 and asked == [str(known), str(asleep)], "once for all three"
    headers.close()


def test_a_reader_that_is_still_starting_is_told_as_one(tmp_path, monkeypatch):
    slow = tmp_path / "slow.py"
    slow.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr("isengard.core.model_headers.reader.CHILD", slow)
    headers = HeaderReader(timeout_s=0.2)
    with pytest.raises(NotReadyError) as told:
        headers.look(write(tmp_path / "a.safetensors", {"a": (1,)}))
    assert told.value.code == "model_reader_slow" and told.value.hint
    headers.close()
