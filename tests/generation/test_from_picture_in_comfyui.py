"""Pictures from pictures in a real ComfyUI on the tiny SD1.5: by the panel's orders, and by the nodes alone."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from hosts import fixtures
from hosts.picture_recipes import TINY
from isengard.core.marks.source_types import COMPOSITE
from isengard.core.marks.xmp import said_in
from isengard.generation.image.recipes import RecipeFolder
from isengard.generation.image.templates import WORKFLOWS
from PIL import Image
from safetensors.numpy import save_file
from support.identity_fixtures import SMALL, change, file_of, made, on_canvas
from support.loras import publish

pytestmark = [pytest.mark.slow, pytest.mark.e2e]
UPSCALER = "tiny_2x.safetensors"


@pytest.fixture(scope="module")
def source(api, ann):
    """A picture of Ann's in the gallery."""
    return made(api, ann)


@pytest.fixture(scope="module")
def from_picture(api, source):
    def from_picture(how, person, *, mask=None, of=source, start=None, **changes):
        begun = {"how": how, "generation_id": of["id"], "n": 0, **(start or {})}
        asked = {name: SMALL[name] for name in ("recipe", "steps", "guidance", "seed")}
        order = {**asked, "characters": [{"id": person["id"]}], "prompt": "photo of {trigger}", **changes}
        sent = {} if mask is None else {"mask": mask}
        done = api.from_picture({**order, "start": begun}, **sent)
        done = api.wait_for(f"/generations/{done['id']}", 60)
        assert done["state"] == "completed", done["error"]
        return done

    return from_picture


@pytest.fixture(scope="module")
def upscaler(server):
    """Twice the size, each pixel four times: a compact Real-ESRGAN that adds nothing."""
    folder = server.base / "models" / "upscale_models"
    folder.mkdir(exist_ok=True)
    layers = {"body.0.weight": (8, 3, 3, 3), "body.0.bias": (8,), "body.1.weight": (8,)}
    layers |= {"body.2.weight": (8, 8, 3, 3), "body.2.bias": (8,), "body.3.weight": (8,)}
    layers |= {"body.4.weight": (12, 8, 3, 3), "body.4.bias": (12,)}
    save_file({name: np.zeros(shape, np.float32) for name, shape in layers.items()}, folder / UPSCALER)


def pixels(file):
    with Image.open(file) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def left_half():
    mask, stream = Image.new("L", (64, 64)), io.BytesIO()
    mask.paste(255, (0, 0, 32, 64))
    mask.save(stream, "PNG")
    return stream.getvalue()


@pytest.mark.full
def test_variations_differ_more_the_further_the_slider_is(server, source, from_picture, ann):
    def apart(share):
        pair = [from_picture("variation", ann, start={"change": share}, seed=seed) for seed in (5, 6)]
        assert pair[0]["made_from"] == {"generation_id": source["id"], "n": 0, "how": "variation"}
        assert (pair[0]["images"][0]["width"], pair[0]["images"][0]["height"]) == (64, 64)
        return change(*(file_of(server, one) for one in pair))

    little, much = apart(0.2), apart(0.9)
    assert 0 < little < 0.7 * much


def test_what_was_not_painted_keeps_its_pixels_and_the_person_is_in_the_rest(
    server, source, from_picture, bob
):
    into = lambda strength: from_picture(  # noqa: E731
        "into_picture",
        bob,
        mask=left_half(),
        start={"change": 1.0},
        characters=[{"id": bob["id"], "strength": strength}],
    )
    drawn, without = into(1.0), into(0.0)
    before, after = pixels(file_of(server, source)), pixels(file_of(server, drawn))
    assert (before[:, 32:] == after[:, 32:]).all() and np.abs(before - after)[:, :28].mean() > 5
    assert np.abs(after - pixels(file_of(server, without)))[:, :28].mean() > 1, (
        "Bob's LoRA is what draws there"
    )
    with Image.open(file_of(server, drawn)) as image:
        graph = json.loads(image.text["prompt"])
    (named,) = [
        node["inputs"]["picture"] for node in graph.values() if node["class_type"] == "IsengardPicture"
    ]
    assert named == drawn["id"], "its PNG on the canvas finds the same picture and mask"
    again = on_canvas(server, graph)
    assert (pixels(again)[:, 32:] == before[:, 32:]).all()


def test_a_picture_is_enlarged_by_either_way(server, source, from_picture, ann, upscaler):
    drawn = from_picture("upscale", ann, start={"change": 0.3, "scale": 2.0})
    assert pixels(file_of(server, drawn)).shape == (128, 128, 3)
    by_model = from_picture("upscale", ann, start={"scale": 2.0}, recipe="enlarge-model", base_model=UPSCALER)
    twice = pixels(file_of(server, source)).repeat(2, axis=0).repeat(2, axis=1)
    assert (pixels(file_of(server, by_model)) == twice).all() and by_model["people"] == [ann["id"]]


@pytest.mark.parametrize("name", TINY)
def test_each_recipe_works_by_the_nodes_alone(server, source, ann, upscaler, name):
    graph = json.loads(json.dumps(RecipeFolder().get(name).graph))
    for node in graph.values():
        inputs = node["inputs"]
        values = {
            "CheckpointLoaderSimple": {"ckpt_name": fixtures.CHECKPOINT},
            "UpscaleModelLoader": {"model_name": UPSCALER},
            "IsengardCharacter": {"character": ann["slug"]},
            "IsengardPicture": {"picture": f"{source['id']}/0"},
            "IsengardRequest": {"width": 128, "height": 64, "steps": 4, "guidance": 1.0, "seed": 11},
        }
        inputs.update(values.get(node["class_type"], {}))
    saved = on_canvas(server, graph)
    assert pixels(saved).shape == (64, 128, 3)
    kept = json.loads((saved.parent / "generation.json").read_text())
    assert kept["people"] == [ann["id"]]
    assert not [
        file for file in (server.base / "input").rglob("*") if file.is_file() and file.suffix != ".md"
    ]


def test_the_workflow_that_mends_a_face_changes_its_square_alone(server, api, ann):
    """By the nodes alone, where the canvas says that the face is; the seam is no line, and the file says what was done."""
    whole = made(api, ann, width=256, height=256)
    graph = json.loads((WORKFLOWS / "mending" / "mend-face.json").read_text(encoding="utf-8"))
    left, top, side = 88, 40, 128
    values = {
        "Base model": {"ckpt_name": fixtures.CHECKPOINT},
        "Person": {"character": ann["slug"]},
        "Picture": {"picture": f"{whole['id']}/0"},
        "Request": {"steps": 4, "guidance": 1.0, "seed": 11, "width": 256, "height": 256},
        "Face: left edge": {"value": left},
        "Face: top edge": {"value": top},
        "Face: width and height": {"value": side},
    }
    for node in graph.values():
        node["inputs"].update(values.get(node["_meta"]["title"], {}))
    saved = on_canvas(server, graph)
    gap = np.abs(pixels(saved) - pixels(file_of(server, whole))).max(axis=2)
    part = gap[top : top + side, left : left + side].copy()
    gap[top : top + side, left : left + side] = 0
    assert gap.max() == 0 and part[side // 3 : -side // 3, side // 3 : -side // 3].mean() > 3
    assert np.concatenate([part[0], part[-1], part[:, 0], part[:, -1]]).max() <= 2
    with Image.open(saved) as image:
        assert said_in(image.info) == COMPOSITE


@pytest.mark.full
def test_what_was_made_of_somebodys_picture_goes_with_them(server, api, versions, bob, from_picture):
    eve = api.post("/characters", {"name": "Eve", "class_word": "woman"})
    publish(versions, eve, 10, base=fixtures.CHECKPOINT)
    hers = made(api, eve)
    into = from_picture("into_picture", bob, mask=left_half(), start={"change": 1.0}, of=hers)
    assert into["people"] == [eve["id"]]
    api.post(f"/characters/{eve['id']}/forget")
    assert not [one for one in (hers, into) if (server.data / "outputs" / one["id"]).exists()]
