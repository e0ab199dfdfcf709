"""What a picture's file says of how it was made, in every format, and that nothing else of the file changes."""

from __future__ import annotations

import io
import json
import logging
import os
import stat

import numpy as np
import pytest
from hosts import exiftool
from isengard.core.errors import NotFoundError
from isengard.core.ids import new_id
from isengard.core.marks import content_credentials, picture_file
from isengard.core.marks.marking import Marking, current_marking
from isengard.core.marks.picture_file import encoded
from isengard.core.marks.source_types import (
    ALGORITHMIC,
    COMPOSITE,
    TRAINED,
    edits,
    is_edit,
    source_of_graph,
    source_of_order,
)
from isengard.core.marks.visible_sign import with_sign
from isengard.core.marks.xmp import said_in
from isengard.core.records.generation import MadeFrom
from isengard.core.settings import load_settings, save_setting
from isengard.generation.request_rules import metadata_of
from PIL import Image
from support.credentials import credentials_library
from support.generation_records import draft

IN_FILE = Marking(in_file=True, key_file=None, visible=False)
SILENT = Marking(in_file=False, key_file=None, visible=False)
TEXTS = {"prompt": json.dumps({"1": {"class_type": "KSampler"}}), "isengard": '{"recipe": "r"}'}
KINDS = ("png", "jpeg", "webp")


def a_picture(side: int = 64) -> Image.Image:
    return Image.fromarray(np.random.default_rng(3).integers(0, 255, (side, side, 3), dtype=np.uint8))


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def chain(*kinds: str) -> dict:
    """Each node's picture comes from the one before."""
    return {
        str(n): {"class_type": kind, "inputs": {"image": [str(n - 1), 0]} if n else {}}
        for n, kind in enumerate(kinds)
    }


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (["CheckpointLoaderSimple", "KSampler", "VAEDecode"], TRAINED),
        (["SomebodysApiNode"], TRAINED),
        (["LoadImage", "VAEEncodeForInpaint", "KSampler", "VAEDecode"], COMPOSITE),
        (["LoadImage", "ImageScale", "IsengardSaveImage"], ""),
        (["LoadImage", "SomebodysUpscaler"], COMPOSITE),
        (["IsengardPlaceholderImage", "IsengardSaveImage"], ALGORITHMIC),
        ([], TRAINED),
    ],
)
def test_what_a_graph_of_the_canvas_makes(kinds, said):
    graph = chain(*kinds)
    assert source_of_graph(graph, set(graph)) == said


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a.png": ""}, ""),
        ({"a.png": TRAINED}, TRAINED),
        ({"a.png": COMPOSITE, "b.png": COMPOSITE}, COMPOSITE),
        ({"a.png": TRAINED, "b.png": ""}, COMPOSITE),
    ],
)
def test_what_passes_through_says_what_its_file_says(files, said):
    graph = {name: {"class_type": "LoadImage", "inputs": {"image": name}} for name in files}
    graph["save"] = {"class_type": "IsengardSaveImage", "inputs": {}}
    assert source_of_graph(graph, set(graph), files.__getitem__) == said


@pytest.mark.parametrize("before", [TRAINED, COMPOSITE, ""])
def test_what_a_picture_of_the_gallery_is_stays_in_what_the_canvas_makes_of_it(before):
    graph = {"1": {"class_type": "IsengardPicture", "inputs": {"picture": "gen_x/0"}}}
    graph |= {"2": {"class_type": "KSampler"}, "3": {"class_type": "IsengardSaveImage"}}
    said = source_of_graph(graph, set(graph), of_picture={"gen_x/0": before}.__getitem__)
    assert said == (COMPOSITE if before == COMPOSITE else TRAINED)


@pytest.mark.parametrize(
    ("made_from", "said"),
    [
        (None, TRAINED),
        (MadeFrom(generation_id=new_id("gen"), how="variation"), TRAINED),
        (MadeFrom(generation_id=new_id("gen"), how="from_picture"), TRAINED),
        (MadeFrom(how="from_picture"), COMPOSITE),
        (MadeFrom(generation_id=new_id("gen"), how="upscale"), TRAINED),
        (MadeFrom(generation_id=new_id("gen"), how="mend"), COMPOSITE),
        (MadeFrom(how="into_picture"), COMPOSITE),
    ],
)
def test_what_the_tab_makes(made_from, said):
    assert source_of_order(chain("LoadImage", "KSampler"), edits=is_edit(made_from)) == said
    assert source_of_order(chain("IsengardPlaceholderImage"), edits=is_edit(made_from)) == ALGORITHMIC


def test_what_was_made_from_an_edit_stays_one():
    """An enlarged picture of a mended one."""
    mended = draft(new_id("chr"), made_from=MadeFrom(generation_id=new_id("gen"), how="mend"))
    larger = draft(new_id("chr"), made_from=MadeFrom(generation_id=mended.id, how="upscale"))
    known = {mended.id: mended, larger.id: larger}

    def find(generation_id):
        if generation_id not in known:
            raise NotFoundError("generation_not_found", "No.", "No.")
        return known[generation_id]

    drawn = draft(new_id("chr"))
    varied = draft(new_id("chr"), made_from=MadeFrom(generation_id=drawn.id, how="variation"))
    told = [
        metadata_of(one, edits=edits(one, find)).get("edits", False)
        for one in (mended, larger, drawn, varied)
    ]
    assert told == [True, True, False, False], "the one that was varied is gone: nothing more is known of it"
    known[drawn.id] = varied.model_copy(
        update={"id": drawn.id, "made_from": MadeFrom(generation_id=drawn.id, how="upscale")}
    )
    assert edits(varied, find) is False, "a ring ends"


@pytest.mark.parametrize("source", [TRAINED, COMPOSITE])
@pytest.mark.parametrize("kind", KINDS)
def test_the_file_says_it_in_every_format(kind, source):
    """Pillow finds the packet where the format has it; its words are read as XML."""
    from xml.etree import ElementTree

    file = opened(encoded(a_picture(), kind, TEXTS, source, IN_FILE))
    kept = file.info["xmp"] if kind != "png" else file.info["XML:com.adobe.xmp"]
    packet = kept if isinstance(kept, str) else kept.decode()
    (said,) = ElementTree.fromstring(packet.split("?>", 1)[1].rsplit("<?", 1)[0]).iter(
        "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
    )
    assert said.text == source == said_in(file.info)
    assert file.format == kind.upper() and file.size == (64, 64)
    assert said_in(opened(encoded(a_picture(), kind, TEXTS, source, SILENT)).info) == ""


def test_comfyui_reads_the_workflow_from_png_and_webp_and_jpeg_holds_none():
    png = opened(encoded(a_picture(), "png", TEXTS, TRAINED, IN_FILE))
    assert {name: png.info[name] for name in TEXTS} == TEXTS
    exif = opened(encoded(a_picture(), "webp", TEXTS, TRAINED, IN_FILE)).getexif()
    assert exif[0x0110] == f"prompt:{TEXTS['prompt']}" and exif[0x010F] == f"isengard:{TEXTS['isengard']}"
    jpeg = encoded(a_picture(), "jpeg", TEXTS, TRAINED, IN_FILE)
    assert b"KSampler" not in jpeg and b"recipe" not in jpeg and not opened(jpeg).getexif()


def test_a_png_keeps_every_pixel():
    assert np.array_equal(
        np.asarray(opened(encoded(a_picture(), "png", TEXTS, TRAINED, IN_FILE))), np.asarray(a_picture())
    )


@pytest.mark.parametrize(("mode", "side"), [("RGB", 512), ("RGBA", 512), ("L", 512), ("RGB", 96)])
def test_the_visible_sign_stands_in_its_corner_alone(mode, side):
    before = a_picture(side).convert(mode)
    after = with_sign(before)
    assert (after.mode, after.size) == (before.mode, before.size)
    changed = np.argwhere(np.asarray(before) != np.asarray(after))
    rows, columns = changed[:, 0], changed[:, 1]
    assert rows.min() > side * 0.6 and rows.max() < side and len(changed) > 100
    assert columns.min() > side * (0.6 if side > 200 else 0)


def test_a_switch_counts_at_the_next_picture(paths):
    running = load_settings({}, paths)
    assert current_marking(running, paths) == Marking(True, paths.signing_key, False)
    save_setting(paths, "visible_mark", "1")
    save_setting(paths, "sign_pictures", "0")
    assert current_marking(running, paths) == Marking(True, None, True)
    save_setting(paths, "sign_pictures", "1")
    save_setting(paths, "mark_pictures", "0")
    assert current_marking(running, paths) == Marking(False, None, True), "what is not marked is not signed"
    set_outside = load_settings({"ISENGARD_MARK_PICTURES": "1"}, paths)
    assert current_marking(set_outside, paths).in_file
    paths.settings_file.write_text('visible_mark = "perhaps"\n')
    assert current_marking(running, paths).visible is False
    paths.settings_file.write_text("no toml [")
    assert current_marking(running, paths).in_file


@pytest.mark.parametrize("kind", KINDS)
def test_content_credentials_are_read_back_by_the_field_s_own_library(paths, kind, caplog):
    marking = Marking(in_file=True, key_file=paths.signing_key, visible=False)
    with credentials_library() as c2pa, caplog.at_level(logging.DEBUG):
        content = encoded(a_picture(), kind, TEXTS, COMPOSITE, marking)
        reader = c2pa.Reader(picture_file.MIME[kind], io.BytesIO(content))
        told = json.loads(reader.json())
        state = reader.get_validation_state()
        spoiled = bytearray(content)
        spoiled[-40] ^= 1
        broken = c2pa.Reader(picture_file.MIME[kind], io.BytesIO(bytes(spoiled)))
        assert broken.get_validation_state() == "Invalid", (
            "a changed picture is told from the one that was signed"
        )
    (manifest,) = told["manifests"].values()
    (actions,) = (one["data"]["actions"] for one in manifest["assertions"] if "actions" in one["label"])
    assert state == "Valid" and [action["digitalSourceType"] for action in actions] == [COMPOSITE]
    assert manifest["signature_info"]["issuer"].startswith("Isengard")
    assert [one["code"] for one in told["validation_status"]] == ["signingCredential.untrusted"]
    assert said_in(opened(content).info) == COMPOSITE
    if kind == "png":
        assert opened(content).info["prompt"] == TEXTS["prompt"]
    key = paths.signing_key.read_text()
    assert key.startswith("-----BEGIN PRIVATE KEY-----") and key.count("BEGIN CERTIFICATE") == 2
    if os.name != "nt":
        assert stat.S_IMODE(paths.signing_key.stat().st_mode) == 0o600
    assert key.splitlines()[1] not in content.decode("latin-1") and key.splitlines()[1] not in caplog.text


@pytest.mark.full
@pytest.mark.parametrize("kind", KINDS)
def test_exiftool_reads_the_mark_and_the_signed_manifest(paths, tmp_path, kind):
    marking = Marking(in_file=True, key_file=paths.signing_key, visible=True)
    file = tmp_path / f"picture.{kind}"
    with credentials_library():
        file.write_bytes(encoded(a_picture(), kind, TEXTS, COMPOSITE, marking))
    told = exiftool.read(file)
    assert told["DigitalSourceType"] == COMPOSITE and kind.upper() in str(told["FileType"])
    assert str(told["CreatorTool"]).startswith("Isengard ")
    if kind != "webp":  # exiftool 12 reads no manifest there
        assert told["ActionsDigitalSourceType"] == COMPOSITE
    if kind == "png":
        assert told["Prompt"] == TEXTS["prompt"]


def test_one_key_for_all_pictures_and_no_word_of_this_machine(paths):
    marking = Marking(in_file=True, key_file=paths.signing_key, visible=False)
    with credentials_library() as c2pa:
        told = [
            json.loads(
                c2pa.Reader("image/png", io.BytesIO(encoded(a_picture(), "png", {}, TRAINED, marking))).json()
            )
            for _ in range(2)
        ]
    serials = {
        one["manifests"][one["active_manifest"]]["signature_info"]["cert_serial_number"] for one in told
    }
    assert len(serials) == 1
    assert os.uname().nodename not in json.dumps(told) if hasattr(os, "uname") else True


def test_a_picture_that_cannot_be_signed_is_kept_and_the_key_is_not_told(paths, caplog):
    paths.signing_key.write_text(
        "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    )
    marking = Marking(in_file=True, key_file=paths.signing_key, visible=False)
    with credentials_library():
        content = encoded(a_picture(), "png", TEXTS, TRAINED, marking)
    assert content == encoded(a_picture(), "png", TEXTS, TRAINED, IN_FILE)
    (line,) = [record for record in caplog.records if record.name == "isengard.content_credentials"]
    assert line.getMessage() == "A picture could not be signed" and "c2VjcmV0" not in caplog.text


def test_without_the_library_nothing_is_signed_and_no_key_is_made(paths):
    assert not content_credentials.is_available()
    marking = Marking(in_file=True, key_file=paths.signing_key, visible=False)
    assert encoded(a_picture(), "png", TEXTS, TRAINED, marking) == encoded(
        a_picture(), "png", TEXTS, TRAINED, IN_FILE
    )
    assert not paths.signing_key.exists()
