"""A blueprint in somebody's own graph: found in ComfyUI's node search, put on the canvas, connected, and it makes a picture."""

# ruff: noqa: F811 - fixtures are imported by name

from __future__ import annotations

import shutil
import time
from types import SimpleNamespace

import pytest
from hosts import comfyui
from hosts.canvas import LOAD_TWIN
from hosts.fixtures import CHECKPOINT, other_people
from hosts.subgraph_blueprints import BLUEPRINTS
from support.face_fixtures import face_tools, her_photos, put_face_tools  # noqa: F401 - fixtures
from support.images_fixtures import person

pytestmark = [
    pytest.mark.slow,
    pytest.mark.e2e,
    pytest.mark.parametrize("tiny_server", comfyui.frontends(comfyui.NEW), indirect=True),
]
#: A free place on the canvas for a double click, another one each time.
AWAY = "() => { const { ds } = window.comfyAPI.app.app.canvas; ds.offset = [ds.offset[0] - 3000, 6000]; }"
PLACE = (1000, 600)
TITLES = "() => window.comfyAPI.app.app.graph.nodes.map((node) => node.title)"
#: What a script needs that puts a blueprint in the place of some of the workflow's own nodes.
PUT_IN_PLACE = """(() => {
  const { app } = window.comfyAPI.app;
  const all = (kind) => app.graph.nodes.filter((node) => node.type === kind);
  const slot = (slots, name) => slots.findIndex((known) => known.name === name);
  const join = (from, output, to, input) => from.connect(slot(from.outputs, output), to, slot(to.inputs, input));
  const [[loader], [sampler], [request]] = ["CheckpointLoaderSimple", "KSampler", "IsengardRequest"].map(all);
  const set = (node, values) => { for (const widget of node.widgets) if (widget.name in values) widget.value = values[widget.name]; };
  return %s;
})()"""
#: It takes the place of the workflow's own person and likeness.
IN_PLACE = (
    PUT_IN_PLACE
    % """([checkpoint, person]) => {
  const part = app.graph.nodes.find((node) => node.title === "Person into any model");
  join(loader, "MODEL", part, "model");
  join(loader, "CLIP", part, "clip");
  join(part, "model", sampler, "model");
  join(part, "trigger", request, "trigger_1");
  for (const text of all("CLIPTextEncode")) join(part, "clip", text, "clip");
  for (const node of [...all("IsengardApplyIdentity"), ...all("IsengardCharacter")]) app.graph.remove(node);
  set(loader, { ckpt_name: checkpoint });
  set(request, { width: 64, height: 64, steps: 1, prompt: "{trigger}" });
  part.widgets[0].value = person;
  return part.widgets.map((widget) => widget.name);
}"""
)
#: It takes the place of the workflow's own person, likeness and positive prompt.
TWO_IN_PLACE = (
    PUT_IN_PLACE
    % """([checkpoint, left, right]) => {
  const part = app.graph.nodes.find((node) => node.title === "Two people");
  join(loader, "MODEL", part, "model");
  join(loader, "CLIP", part, "clip");
  join(loader, "MODEL", sampler, "model");
  join(part, "positive", sampler, "positive");
  for (const node of [...all("IsengardApplyIdentity"), ...all("IsengardCharacter")]) app.graph.remove(node);
  set(loader, { ckpt_name: checkpoint });
  set(request, { width: 128, height: 64, steps: 1, prompt: "two people" });
  for (const text of all("CLIPTextEncode")) join(loader, "CLIP", text, "clip");
  set(part, { "left person": left, "right person": right, scene: "two people on a bench" });
  return part.widgets.map((widget) => widget.name);
}"""
)
#: Between the workflow's own prompt and its sampler, in the place of the person's LoRA.
REFERENCE_IN_PLACE = (
    PUT_IN_PLACE
    % """([checkpoint, person]) => {
  const part = app.graph.nodes.find((node) => node.title === "Photo reference");
  const given = app.graph.links.get(sampler.inputs[slot(sampler.inputs, "positive")].link);
  join(app.graph.getNodeById(given.origin_id), "CONDITIONING", part, "conditioning");
  join(loader, "VAE", part, "vae");
  join(part, "conditioning", sampler, "positive");
  join(part, "trigger", request, "trigger_1");
  join(loader, "MODEL", sampler, "model");
  for (const text of all("CLIPTextEncode")) join(loader, "CLIP", text, "clip");
  for (const node of [...all("IsengardApplyIdentity"), ...all("IsengardCharacter")]) app.graph.remove(node);
  set(loader, { ckpt_name: checkpoint });
  set(request, { width: 64, height: 64, steps: 1, prompt: "{trigger}" });
  set(part, { person, photos: 2 });
  return part.widgets.map((widget) => widget.name);
}"""
)
#: Behind a picture that was loaded, both of its outputs shown.
SCORE_IN_PLACE = """([picture, person]) => {
  const { app } = window.comfyAPI.app;
  const slot = (slots, name) => slots.findIndex((known) => known.name === name);
  const made = ["LoadImage", "PreviewAny", "PreviewAny"].map((kind) => window.LiteGraph.createNode(kind));
  for (const node of made) app.graph.add(node);
  const [loader, score, text] = made;
  const part = app.graph.nodes.find((node) => node.title === "Match score");
  loader.connect(slot(loader.outputs, "IMAGE"), part, slot(part.inputs, "image"));
  part.connect(slot(part.outputs, "score"), score, slot(score.inputs, "source"));
  part.connect(slot(part.outputs, "text"), text, slot(text.inputs, "source"));
  loader.widgets.find((widget) => widget.name === "image").value = picture;
  part.widgets.find((widget) => widget.name === "person").value = person;
  return [part.widgets.map((widget) => widget.name), String(score.id), String(text.id)];
}"""
RUN = """async () => {
  const { app } = window.comfyAPI.app;
  const { output } = await app.graphToPrompt();
  await app.queuePrompt(0, 1);
  return output;
}"""

SENT_PEOPLE = """async () => {
  const { output } = await window.comfyAPI.app.app.graphToPrompt();
  const people = Object.values(output).filter((node) => node.class_type === "IsengardCharacter");
  return people.map((node) => node.inputs.character);
}"""
SHOWN_PEOPLE = """() => {
  const [part] = window.comfyAPI.app.app.graph.nodes.filter((node) => node.title === "Two people");
  return ["left person", "right person"].map((name) => part.widgets.find((widget) => widget.name === name).value);
}"""


def put_on_canvas(page, title: str) -> None:
    """By ComfyUI's node search; what it shows on a first visit may still be in the way."""
    for _ in range(4):
        page.evaluate(AWAY)
        page.mouse.dblclick(*PLACE)
        page.wait_for_timeout(800)
        page.keyboard.type(title)
        page.wait_for_timeout(1200)
        page.keyboard.press("Enter")
        page.wait_for_timeout(1500)
        if title in page.evaluate(TITLES):
            page.mouse.click(*PLACE)  # in newer frontends it hangs at the pointer until then
            page.wait_for_timeout(300)
            return
        page.keyboard.press("Escape")
    raise AssertionError(f"{title} was not found")


def opened(open_page, server):
    page = open_page(server.url)
    page.open_tab()  # which leaves ComfyUI's welcome
    return page.page


@pytest.mark.full
def test_each_is_found_and_put_on_the_canvas(tiny_server, open_page, shots):
    page = opened(open_page, tiny_server)
    for title in BLUEPRINTS:
        put_on_canvas(page, title)
    page.screenshot(path=shots / f"blueprints-{tiny_server.url[-5:]}.png")
    assert set(BLUEPRINTS) <= set(page.evaluate(TITLES))


@pytest.mark.full
def test_person_into_any_model_makes_a_picture_of_the_person(tiny_server, api, ann, open_page, shots):
    page = opened(open_page, tiny_server)
    page.evaluate(LOAD_TWIN, "sd15-identity")
    put_on_canvas(page, "Person into any model")
    assert page.evaluate(IN_PLACE, [CHECKPOINT, ann["slug"]]) == ["person", "strength"]
    sent = page.evaluate(RUN)
    page.screenshot(path=shots / "blueprint-in-a-graph.png")
    [apply] = [node for node in sent.values() if node["class_type"] == "IsengardApplyIdentity"]
    [person] = [node for node in sent.values() if node["class_type"] == "IsengardCharacter"]
    assert person["inputs"]["character"] == ann["slug"] and apply["inputs"]["strength"] == 1.0
    made = api.get(f"/generations/{saved_by(tiny_server)}")
    assert [use["id"] for use in made["request"]["characters"]] == [ann["id"]]


@pytest.mark.full
def test_two_people_make_a_picture_of_both(tiny_server, api, ann, open_page, shots, tmp_path):
    bob = person(api, "Bob Example", tmp_path)
    page = opened(open_page, tiny_server)
    page.evaluate(LOAD_TWIN, "sd15-identity")
    put_on_canvas(page, "Two people")
    asked = ["left person", "right person", "scene", "left words", "right words"]
    assert page.evaluate(TWO_IN_PLACE, [CHECKPOINT, ann["slug"], bob["slug"]]) == asked
    before = len(tiny_server.get("/history"))
    sent = page.evaluate(RUN)
    page.screenshot(path=shots / "blueprint-two-people.png")
    people = {
        node["inputs"]["character"] for node in sent.values() if node["class_type"] == "IsengardCharacter"
    }
    sides = [node["inputs"] for node in sent.values() if node["class_type"] == "IsengardApplyIdentityRegion"]
    assert people == {ann["slug"], bob["slug"]} and len(sides) == 2
    assert {(one["left"], one["right"]) for one in sides} == {(0.0, 0.55), (0.45, 1.0)}
    made = api.get(f"/generations/{saved_by(tiny_server, before)}")
    assert made["state"] == "completed" and len(made["images"]) == 1


@pytest.mark.full
def test_two_people_start_as_two_different_ones(tiny_server, api, open_page, shots):
    """In the recipe's workflow, and in the blueprint as ComfyUI runs it."""
    for name in ("Newer Example", "Newest Example"):
        api.post(
            "/characters", {"name": name, "trigger_word": name.split()[0].lower() + "qvx", "consent": True}
        )
    page = opened(open_page, tiny_server)
    page.evaluate(LOAD_TWIN, "two-people")
    newest = ["newest-example", "newer-example"]
    assert page.evaluate(SENT_PEOPLE) == newest
    page.evaluate("() => window.comfyAPI.app.app.graph.clear()")
    put_on_canvas(page, "Two people")
    page.screenshot(path=shots / f"blueprint-two-start-{tiny_server.url[-5:]}.png")
    assert page.evaluate(SHOWN_PEOPLE) == newest
    assert page.evaluate(SENT_PEOPLE) == newest


@pytest.mark.full
def test_a_photo_reference_makes_a_picture_of_the_person(tiny_server, api, ann, open_page, shots):
    """To the end on the tiny model, which takes the photos and does not look at them; FLUX.2, which does, cannot be drawn here."""
    page = opened(open_page, tiny_server)
    page.evaluate(LOAD_TWIN, "sd15-identity")
    put_on_canvas(page, "Photo reference")
    assert page.evaluate(REFERENCE_IN_PLACE, [CHECKPOINT, ann["slug"]]) == ["person", "strength", "photos"]
    before = len(tiny_server.get("/history"))
    sent = page.evaluate(RUN)
    page.screenshot(path=shots / f"blueprint-photo-reference-{tiny_server.url[-5:]}.png")
    [reference] = [node for node in sent.values() if node["class_type"] == "IsengardApplyReference"]
    assert (reference["inputs"]["strength"], reference["inputs"]["photos"]) == (1.0, 2)
    assert "IsengardApplyIdentity" not in {node["class_type"] for node in sent.values()}
    made = api.get(f"/generations/{saved_by(tiny_server, before)}")
    assert made["state"] == "completed" and len(made["images"]) == 1
    assert [use["id"] for use in made["request"]["characters"]] == [ann["id"]]


@pytest.mark.full
def test_a_match_score_tells_her_from_another(tiny_server, api, open_page, shots, her_photos, face_tools):
    """With the real tools on photographs."""
    put_face_tools(face_tools, SimpleNamespace(backends=tiny_server.data / "backends"))
    nell = api.post("/characters", {"name": "Nell Example", "consent": True})
    for photo in her_photos[:3]:
        api.upload(nell["id"], photo)
    page = opened(open_page, tiny_server)
    said = {}
    for who, file in {"her": her_photos[5], "him": other_people()["man"]}.items():
        shutil.copy(file, tiny_server.base / "input" / f"{who}{file.suffix}")
        page.evaluate("() => window.comfyAPI.app.app.graph.clear()")
        put_on_canvas(page, "Match score")
        asked, score, text = page.evaluate(SCORE_IN_PLACE, [f"{who}{file.suffix}", nell["slug"]])
        assert asked == ["person"]
        before = len(tiny_server.get("/history"))
        page.evaluate(RUN)
        outputs = outputs_of(tiny_server, before)
        said[who] = (float(outputs[score]["text"][0]), outputs[text]["text"][0])
        page.screenshot(path=shots / f"blueprint-match-score-{who}-{tiny_server.url[-5:]}.png")
    alike, words = said["her"]
    assert alike > 0.5 and words.startswith(f"Looks like Nell Example: {alike:.2f}")
    other, words = said["him"]
    assert other < 0.4 and words.startswith("Doesn't look like Nell Example")


def outputs_of(server, before: int = 0) -> dict:
    """What the nodes of the one prompt that has run since gave out."""
    for _ in range(120):
        for entry in [*server.get("/history").values()][before:]:
            assert entry["status"]["status_str"] == "success", entry["status"]
            return entry["outputs"]
        time.sleep(0.5)
    raise AssertionError("it did not run")


def saved_by(server, before: int = 0) -> str:
    """The pictures of the one prompt that has run, as they are kept; a canvas's own are not in the gallery."""
    outputs = outputs_of(server, before)
    [picture] = [one for output in outputs.values() for one in output.get("isengard", [])]
    return picture["generation_id"]
