"""A workflow made on ComfyUI's canvas, with one of our nodes inside a subgraph, becomes a way of making pictures."""

from __future__ import annotations

import json

import pytest
from hosts import comfyui
from hosts.canvas import ADD_NOTE, CANVAS, LOAD_TWIN
from hosts.fixtures import CHECKPOINT
from hosts.journey import ApiError
from isengard.generation.image.recipes import WORKFLOWS
from playwright.sync_api import expect
from support.bad_recipes import tinted
from support.images_fixtures import SMALLER, person, pictures_shown

pytestmark = [
    pytest.mark.full,
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.parametrize("tiny_server", comfyui.frontends(comfyui.OLD), indirect=True),
]
#: The person's likeness and both prompts go into a subgraph, as a person tidies up a workflow.
INTO_SUBGRAPH = """(checkpoint) => {
  const { app } = window.comfyAPI.app;
  const loader = app.graph.nodes.find((node) => node.type === "CheckpointLoaderSimple");
  loader.widgets.find((widget) => widget.name === "ckpt_name").value = checkpoint;
  const kinds = ["IsengardApplyIdentity", "CLIPTextEncode"];
  const inside = new Set(app.graph.nodes.filter((node) => kinds.includes(node.type)));
  app.graph.convertToSubgraph(inside);
  return app.graph.nodes.map((node) => node.type);
}"""


@pytest.mark.full
def test_a_canvas_with_a_subgraph_becomes_a_recipe_and_makes_a_picture(images, api, shots):
    page = images
    page.page.evaluate(LOAD_TWIN, "sd15-identity")
    kinds = page.page.evaluate(INTO_SUBGRAPH, CHECKPOINT)
    assert "IsengardApplyIdentity" not in kinds and "KSampler" in kinds
    page.get("isen-recipe-shelf").click()
    page.get("isen-recipe-name").fill("My tidy one")
    page.get("isen-save-canvas").click()
    expect(page.get("isen-own-recipe")).to_contain_text("My tidy one", timeout=15_000)
    expect(page.get("isen-recipe")).to_have_value("my-tidy-one")
    assert "error" not in [finding["severity"] for finding in recipe(api)["findings"]]
    page.page.evaluate(SMALLER)
    page.get("isen-prompt").fill("portrait of {trigger}")
    before = pictures_shown(page, api)
    page.get("isen-generate").click()
    expect(page.get("isen-image")).to_have_count(before + 1, timeout=60_000)
    made = api.get("/generations")["items"][0]
    assert (made["recipe"], made["state"]) == ("my-tidy-one", "completed"), made["error"]
    page.page.locator("isen-panel").screenshot(path=shots / "own-recipe.png")
    page.get("isen-delete-recipe").click()
    expect(page.get("isen-own-recipe")).to_have_count(0)
    page.get("isen-undo").click()
    expect(page.get("isen-own-recipe")).to_have_count(1)
    assert page.errors == []


@pytest.mark.full
def test_steps_back_in_a_prompt_leave_the_canvas_alone(images):
    """This frontend knows a field for text by its tag or its type; the prompt is neither an input nor a textarea."""
    page, box = images, images.get("isen-prompt")
    for _ in range(2):
        page.page.evaluate(ADD_NOTE)
    nodes = page.page.evaluate(CANVAS)["kinds"]
    box.click()
    page.page.keyboard.type("one")
    page.page.keyboard.press("Control+Z")
    expect(box).not_to_contain_text("one")
    page.page.wait_for_timeout(500)  # ComfyUI takes its canvas back a moment later
    assert page.page.evaluate(CANVAS)["kinds"] == nodes


def recipe(api):
    return next(known for known in api.get("/recipes")["items"] if known["name"] == "my-tidy-one")


def test_a_dropped_file_is_taken_or_says_why_not(images, api, tmp_path):
    page = images
    page.get("isen-recipe-shelf").click()
    graph = json.loads((WORKFLOWS / "api" / "sd15-identity.json").read_text())
    sampler = next(key for key, node in graph.items() if node["class_type"] == "KSampler")
    graph[sampler]["inputs"]["sampler_name"] = "no_such_sampler"
    loader = next(key for key, node in graph.items() if node["class_type"] == "CheckpointLoaderSimple")
    graph[loader]["inputs"]["ckpt_name"] = CHECKPOINT
    files = {"broken.json": graph, "canvas.json": {"nodes": []}, "other.json": [1]}
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content))
    for name, words in (("canvas.json", "canvas's own format"), ("other.json", "an API workflow")):
        page.get("isen-recipe-file").set_input_files(str(tmp_path / name))
        expect(page.get("isen-shelf-problem")).to_contain_text(words)
    page.get("isen-recipe-file").set_input_files(str(tmp_path / "broken.json"))
    row = page.get("isen-own-recipe").filter(has_text="broken")
    expect(row).to_contain_text("no_such_sampler", timeout=15_000)
    expect(page.get("isen-recipe")).to_have_value("broken")
    expect(page.get("isen-recipe-problem")).to_contain_text("no_such_sampler")
    expect(page.get("isen-generate")).to_be_disabled()
    row.get_by_test_id("isen-delete-recipe").click()
    expect(row).to_have_count(0)
    assert page.errors == []


def test_foreign_nodes_are_shown_and_agreed_to_once_before_the_first_run(images, api, ann, tmp_path, shots):
    page = images
    page.get("isen-prompt").fill("portrait of {trigger}")
    (tmp_path / "tinted.json").write_text(json.dumps(tinted(CHECKPOINT)))
    page.get("isen-recipe-shelf").click()
    page.get("isen-recipe-file").set_input_files(str(tmp_path / "tinted.json"))
    expect(page.get("isen-own-recipe").filter(has_text="tinted")).to_contain_text("SomebodysTint")
    expect(page.get("isen-recipe")).to_have_value("tinted")
    expect(page.get("isen-foreign")).to_contain_text("SomebodysTint")
    expect(page.get("isen-generate")).to_be_disabled()
    page.get("isen-foreign").scroll_into_view_if_needed()
    page.page.screenshot(path=shots / "foreign-nodes.png")
    order = {"recipe": "tinted", "characters": [{"id": ann["id"]}], "prompt": "{trigger}", "steps": 2}
    with pytest.raises(ApiError) as refused:
        api.post("/generations", order)
    assert (refused.value.status, refused.value.error["code"]) == (409, "recipe_unconfirmed")
    page.get("isen-confirm-foreign").click()
    expect(page.get("isen-foreign")).to_be_hidden()
    made = [made_with(page, api, "tinted") for _ in range(2)]
    assert made[0]["id"] != made[1]["id"]
    page.page.evaluate("document.querySelector('isen-panel').store.refresh()")
    page.get("isen-recipe").select_option("sd15-identity")
    page.get("isen-recipe").select_option("tinted")
    expect(page.get("isen-generate")).to_be_enabled()
    expect(page.get("isen-foreign")).to_be_hidden()
    row = page.get("isen-own-recipe").filter(has_text="tinted")
    row.get_by_test_id("isen-delete-recipe").click()
    expect(row).to_have_count(0)
    assert page.errors == []


def made_with(page, api, name: str) -> dict:
    """One picture, asked for in the panel; nothing may ask about the recipe meanwhile."""
    page.page.evaluate(SMALLER)
    before = pictures_shown(page, api)
    page.get("isen-generate").click()
    expect(page.get("isen-image")).to_have_count(before + 1, timeout=60_000)
    expect(page.get("isen-foreign")).to_be_hidden()
    made = api.get("/generations")["items"][0]
    assert (made["recipe"], made["state"]) == (name, "completed"), made["error"]
    return made


@pytest.mark.full
def test_two_people_each_with_their_own_likeness_and_words(images, api, ann, tmp_path):
    page = images
    bea = person(api, "Bea Example", tmp_path)
    page.get("isen-image-person").get_by_role("radio", name="Ann Example").check(force=True)
    page.get("isen-add-second").click()
    page.get("isen-image-second").get_by_role("radio", name="Bea Example").check(force=True)
    expect(page.get("isen-recipe")).to_have_value("two-people")
    page.page.evaluate(SMALLER)
    page.get("isen-prompt").fill("{trigger1} beside {trigger2}")
    expect(page.get("isen-prompt").locator(".isen-token")).to_have_text(["Ann Example", "Bea Example"])
    page.get("isen-strength").fill("0.7")
    page.get("isen-strength-2").fill("0.9")
    page.get("isen-words").fill("in a red coat")
    page.get("isen-words-2").fill("in a blue coat")
    before = pictures_shown(page, api)
    page.get("isen-generate").click()
    expect(page.get("isen-image")).to_have_count(before + 1, timeout=60_000)
    uses = api.get("/generations")["items"][0]["request"]["characters"]
    assert [(use["id"], use["strength"], use["words"]) for use in uses] == [
        (ann["id"], 0.7, "in a red coat"),
        (bea["id"], 0.9, "in a blue coat"),
    ]
    page.get("isen-remove-second").click()
    expect(page.get("isen-strength-2")).to_be_hidden()
    expect(page.get("isen-recipe")).not_to_have_value("two-people")
    assert page.errors == []
