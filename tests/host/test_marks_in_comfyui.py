"""Made with AI, said in the file, from the first picture to the last copy of it: drawn, mended, enlarged, exported and brought back in
a real ComfyUI on the tiny SD1.5, and read by exiftool. ComfyUI still finds the workflow in each PNG and WebP."""

from __future__ import annotations

import io
import json
import shutil
import zipfile

import pytest
from hosts import exiftool
from hosts.planted_faces import put_planted_faces
from isengard.core.marks.source_types import COMPOSITE, TRAINED
from PIL import Image
from support.identity_fixtures import ann, api, file_of, on_canvas, server, versions  # noqa: F401 - fixtures

pytestmark = [pytest.mark.full, pytest.mark.slow, pytest.mark.e2e]
SIDE = 128
#: A face is drawn again at 512 pixels.
PATIENCE_S = 300
ORDER = {"recipe": "sd15-identity", "prompt": "photo of {trigger}", "steps": 2, "guidance": 1.0, "seed": 11}
#: EXIF's Model, in which ComfyUI's own WebP keeps the graph.
GRAPH = 0x0110


@pytest.fixture(scope="module")
def pictures(server, api, ann):  # noqa: F811
    """What was drawn, what became of it, and the word that each must say."""
    put_planted_faces(server.data / "backends")
    uses = [{"id": ann["id"]}]
    size = {"width": SIDE, "height": SIDE}
    drawn = done(api, api.post("/generations", {**ORDER, **size, "characters": uses}))
    mended = done(api, api.post(f"/generations/{drawn['id']}/images/0/mend"))
    enlarged = {name: larger(api, ann, of=one) for name, one in (("drawn", drawn), ("mended", mended))}
    return {
        "drawn": (drawn, TRAINED),
        "mended": (mended, COMPOSITE),
        "drawn and enlarged": (enlarged["drawn"], TRAINED),
        "mended and enlarged": (enlarged["mended"], COMPOSITE),
    }


def done(api, generation):  # noqa: F811
    ended = api.wait_for(f"/generations/{generation['id']}", PATIENCE_S)
    assert ended["state"] == "completed", ended["error"]
    return ended


def larger(api, ann, *, of=None, photo=None):  # noqa: F811
    """Drawn again at twice the size: one of the gallery, or a file that is brought along."""
    place = {} if of is None else {"generation_id": of["id"], "n": 0}
    start = {"how": "upscale", "change": 0.3, "scale": 2.0, **place}
    order = {**ORDER, "characters": [{"id": ann["id"]}], "start": start}
    return done(api, api.from_picture(order, **({} if photo is None else {"picture": photo})))


def said(folder, content, kind):
    """By a reader that knows nothing of us, and the graph that ComfyUI finds in the same file."""
    file = folder / f"read.{kind}"
    file.write_bytes(content)
    told = exiftool.read(file)
    assert kind.upper() in str(told["FileType"])
    return told["DigitalSourceType"], graph_in(content)


def graph_in(content):
    with Image.open(io.BytesIO(content)) as image:
        text = image.info.get("prompt") or str(image.getexif().get(GRAPH, "")).removeprefix("prompt:")
    return json.loads(text) if text else None


def kinds(graph):
    return sorted(node["class_type"] for node in graph.values())


def test_each_says_how_it_was_made_and_opens_as_what_was_sent(server, api, pictures, tmp_path):  # noqa: F811
    for name, (generation, word) in pictures.items():
        (sent,) = api.get(f"/generations/{generation['id']}/workflow")
        told, graph = said(tmp_path, file_of(server, generation).read_bytes(), "png")
        assert (told, kinds(graph)) == (word, kinds(sent)), name


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_each_copy_to_give_away_says_the_same(server, api, pictures, tmp_path, kind):  # noqa: F811
    for name, (generation, word) in pictures.items():
        content = api.get(f"/generations/{generation['id']}/images/0/copy?format={kind}")
        told, graph = said(tmp_path, content, kind)
        assert told == word, name
        kept = graph_in(file_of(server, generation).read_bytes())
        assert graph == (None if kind == "jpeg" else kept), name


def test_the_zip_holds_them_with_their_marks(api, pictures, tmp_path):  # noqa: F811
    places = [{"generation_id": generation["id"], "n": 0} for generation, _ in pictures.values()]
    content = api.post("/generations/zip", {"pictures": places})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        told = [said(tmp_path, archive.read(name), "png") for name in archive.namelist()]
    assert sorted(word for word, _ in told) == sorted(word for _, word in pictures.values())
    assert all(graph for _, graph in told)


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_a_copy_that_comes_back_is_a_picture_made_with_ai_again(server, api, ann, pictures, tmp_path, kind):  # noqa: F811
    """Dropped on the canvas, its workflow draws the same kind of picture; loaded there and saved as it is, it says what its file said;
    brought into the panel as a photo, what is drawn over it stays around what is new."""
    for name, (generation, word) in pictures.items():
        copy = api.get(f"/generations/{generation['id']}/images/0/copy?format={kind}")
        drawn = on_canvas(server, graph_in(copy), PATIENCE_S)
        assert said(tmp_path, drawn.read_bytes(), "png")[0] == word, name
        (server.base / "input" / f"back.{kind}").write_bytes(copy)
        loaded = on_canvas(server, passing(f"back.{kind}"))
        assert said(tmp_path, loaded.read_bytes(), "png")[0] == word, name
    photo = larger(api, ann, photo=copy)
    assert said(tmp_path, file_of(server, photo).read_bytes(), "png")[0] == COMPOSITE


def test_somebodys_own_photo_that_passes_through_is_not_called_made_with_ai(server, tmp_path):  # noqa: F811
    photo = server.base / "input" / "photo.png"
    Image.new("RGB", (64, 64), (120, 90, 60)).save(photo)
    file = tmp_path / "saved.png"
    shutil.copy(on_canvas(server, passing(photo.name)), file)
    assert "DigitalSourceType" not in exiftool.read(file)


def passing(name):
    return {
        "1": {"class_type": "LoadImage", "inputs": {"image": name}},
        "2": {"class_type": "IsengardSaveImage", "inputs": {"images": ["1", 0], "generation_id": ""}},
    }
