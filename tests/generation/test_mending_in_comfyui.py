"""Faces mended in a real ComfyUI on the tiny SD1.5: two people laid small into a picture, found by the real tools, each drawn again by
their own LoRA and nothing beside them. Every day test_two_people_in_comfyui.py shows the same in squares that are given."""

# ruff: noqa: F811 - fixtures are imported by name

from __future__ import annotations

import os

import numpy as np
import pytest
from hosts import comfyui, fixtures
from hosts.journey import Api, ApiError
from PIL import Image
from support.face_fixtures import face_tools  # noqa: F401 - fixture
from support.identity_fixtures import asked, file_of, on_canvas
from support.loras import publish, versions_in
from support.small_faces import mended_of

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.full]
#: Where the two heads are laid, and how large: faces of about 75 and 90 pixels.
HERS, HIS, HEAD = (40, 90), (400, 100), 190
WIDE = {
    "recipe": "two-people",
    "width": 640,
    "height": 384,
    "steps": 2,
    "guidance": 1.0,
    "seed": 11,
    "prompt": "full body photo of two people in a park, golden hour",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory, face_tools):
    base = comfyui.make_base(tmp_path_factory.mktemp("host"))
    fixtures.put_checkpoint(base)
    server = comfyui.start(base, environment={"ISENGARD_MODE": "production"})
    Api(server.url).wait_until_ready()
    (server.data / "backends").mkdir(exist_ok=True)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def api(server):
    return Api(server.url)


@pytest.fixture(scope="module")
def heads(tmp_path_factory):
    """A woman's head, and another's."""
    folder = tmp_path_factory.mktemp("heads")
    boxes = {
        fixtures.photograph(): (100, 0, 356, 256),
        fixtures.other_people()["group"]: (388, 220, 624, 456),
    }
    files = []
    for number, (photo, box) in enumerate(boxes.items()):
        files.append(folder / f"{number}.png")
        with Image.open(photo) as image:
            image.convert("RGB").crop(box).resize((512, 512)).save(files[-1])
    return files


@pytest.fixture(scope="module")
def people(server, api, heads):
    versions = versions_in(server.data)
    people = []
    for number, (name, head) in enumerate(zip(("Ann", "Bob"), heads, strict=True), 1):
        body = {"name": name, "trigger_word": f"{name.lower()}qvx", "class_word": "woman"}
        people.append(api.post("/characters", body))
        api.upload(people[-1]["id"], head)
        publish(versions, people[-1], 10 * number, base=fixtures.CHECKPOINT)
    return people


def drawn(server, api, people, heads, **changes):
    """A picture that ComfyUI drew, with both heads laid small into it: she on the right, though she is asked for first."""
    uses = [{"id": person["id"], **changes.pop(person["name"], {})} for person in people]
    made = asked(api, {**WIDE, "characters": uses, **changes})
    lay(file_of(server, made), heads)
    return made


def lay(file, heads):
    with Image.open(file) as picture:
        laid = picture.convert("RGB")
    for head, place in zip(heads, (HIS, HERS), strict=True):
        with Image.open(head) as small:
            laid.paste(small.resize((HEAD, HEAD)), place)
    laid.save(file)
    os.utime(file)


def mended(api, made, n=0):
    again = api.post(f"/generations/{made['id']}/images/{n}/mend")
    done = api.wait_for(f"/generations/{again['id']}", 120)
    assert done["state"] == "completed", done["error"]
    return done


def pixels(file):
    with Image.open(file) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def regions(graph):
    """(left, top, side) of each pass, in their order."""
    nodes = [
        graph[key]["inputs"] for key in sorted(graph, key=int) if graph[key]["class_type"] == "ImageCrop"
    ]
    return [(node["x"], node["y"], node["width"]) for node in nodes]


def inside(shape, places):
    mask = np.zeros(shape[:2], bool)
    for left, top, side in places:
        mask[top : top + side, left : left + side] = True
    return mask


def persons(graph):
    """Short name and LoRA of whoever draws each pass, by going back from what is laid into the picture."""
    pasted = [
        node for _, node in sorted(graph.items(), key=lambda one: int(one[0]))
        if node["class_type"] == "ImageCompositeMasked"
    ]  # fmt: skip
    found = []
    for node in pasted:
        applied = behind(
            graph, node["inputs"]["source"], "IsengardApplyIdentity", but=node["inputs"]["destination"]
        )
        (one,) = {key: graph[key]["inputs"] for key in applied}.values()
        found.append((graph[one["character"][0]]["inputs"]["character"], one["checkpoint"]))
    return found


def behind(graph, link, kind, but):
    waiting, seen = [link[0]], {but[0]}
    while waiting:
        key = waiting.pop()
        if key not in seen:
            seen.add(key)
            waiting += [value[0] for value in graph[key]["inputs"].values() if isinstance(value, list)]
    return {key for key in seen - {but[0]} if graph[key]["class_type"] == kind}


def test_without_the_tools_it_is_said_what_is_missing(server, api, people, heads):
    made = drawn(server, api, people, heads)
    with pytest.raises(ApiError) as caught:
        api.post(f"/generations/{made['id']}/images/0/mend")
    assert caught.value.error["code"] == "face_tools_missing"


def test_each_face_is_drawn_again_by_its_own_lora_and_nothing_else_changes(
    server, api, people, heads, face_tools, capsys
):
    (server.data / "backends" / "faces").symlink_to(face_tools)
    made = drawn(server, api, people, heads)
    done = mended(api, made)
    assert done["made_from"] == {"generation_id": made["id"], "n": 0, "how": "mend"}
    assert done["request"] == {**made["request"], "seed": 11, "count": 1}
    before, after = pixels(file_of(server, made)), pixels(file_of(server, done))
    (graph,) = api.get(f"/generations/{done['id']}/workflow")
    places = regions(graph)
    drew = [
        (person["slug"], api.get(f"/characters/{person['id']}")["versions"][0]["file"]) for person in people
    ]
    assert persons(graph) == drew and len(places) == 2
    hers, his = places
    assert hers[0] > 300 > his[0], "she stands on the right"
    gap = np.abs(after - before).max(axis=2)
    outside = ~inside(gap.shape, places)
    assert gap[outside].max() == 0
    told = {}
    for name, (left, top, side) in zip(("Ann", "Bob"), places, strict=True):
        part = gap[top : top + side, left : left + side]
        ring = np.concatenate([part[0], part[-1], part[:, 0], part[:, -1]])
        told[name] = (side, int(ring.max()), int(part.max()))
        assert ring.max() <= 2 and part[side // 3 : -side // 3, side // 3 : -side // 3].mean() > 3
    with capsys.disabled():
        print(f"\n[mending] (side, most at the border, most inside): {told}")
    prompts = [node["inputs"]["text"] for node in graph.values() if node["class_type"] == "CLIPTextEncode"]
    assert [text for text in prompts if "annqvx, woman" in text and "golden hour" in text]
    assert not any("full body" in text for text in prompts)


def test_another_strength_of_one_person_changes_their_face_alone(server, api, people, heads):
    """By the pixels: what the second pass of one face does depends on that person's LoRA, and the other's not."""
    pictures = [
        mended(api, drawn(server, api, people, heads, **uses)) for uses in ({}, {"Bob": {"strength": 0.4}})
    ]
    one, other = (pixels(file_of(server, done)) for done in pictures)
    (graph,) = api.get(f"/generations/{pictures[0]['id']}/workflow")
    hers, his = (inside(one.shape, [place]) for place in regions(graph))
    gap = np.abs(one - other).max(axis=2)
    assert gap[hers].max() == 0 < gap[his].max()


def test_the_mended_picture_is_another_one_and_goes_alone(server, api, people, heads):
    made = drawn(server, api, people, heads)
    done = mended(api, made)
    (graph,) = api.get(f"/generations/{done['id']}/workflow")
    same = on_canvas(server, graph)
    assert (pixels(same) == pixels(file_of(server, done))).all(), "the canvas draws it as the panel did"
    api.delete(f"/generations/{done['id']}")
    assert file_of(server, made).is_file()
    assert mended_of(api, made["id"]) == []


def test_a_picture_without_a_face_says_so(server, api, people):
    made = asked(api, {**WIDE, "characters": [{"id": person["id"]} for person in people]})
    with pytest.raises(ApiError) as caught:
        api.post(f"/generations/{made['id']}/images/0/mend")
    assert (caught.value.status, caught.value.error["code"]) == (409, "no_face_to_mend")
