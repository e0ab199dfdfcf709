"""Making pictures from the panel in a real browser, with a tiny Stable Diffusion 1.5 in a real ComfyUI."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest
from hosts import comfyui
from hosts.canvas import ADD_NOTE, CANVAS, DROP, OPENED
from hosts.fixtures import CHECKPOINT
from isengard.core.marks.source_types import TRAINED
from isengard.core.marks.xmp import said_in
from isengard.core.paths import DataPaths
from isengard.generation.image.recipes import WORKFLOWS
from PIL import Image
from playwright.sync_api import expect
from support.face_fixtures import face_tools, put_face_tools  # noqa: F401 - fixture
from support.images_fixtures import SMALLER, pictures_shown, require_the_graph_of

#: Set up by the press of its button, which fetches 98 MB.
FULL = bool(os.environ.get("ISENGARD_TEST_FULL"))
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.parametrize("tiny_server", comfyui.frontends(comfyui.NEW), indirect=True),
]


def newest(api, count: int):
    """The newest generations once there are so many."""
    items = api.get("/generations")["items"]
    return items[0] if len(items) == count else None


def until(ask, timeout_s: float = 30):
    import time

    deadline = time.monotonic() + timeout_s
    while not (found := ask()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)
    return found


def fill_in_everything(page) -> None:
    page.get("isen-prompt").fill("portrait of {trigger}")
    expect(page.get("isen-prompt").locator(".isen-token")).to_have_text("Ann Example")
    page.get("isen-prompt").press("End")
    page.page.keyboard.type(" smiling")
    page.get("isen-style-film").check(force=True)
    page.get("isen-suggest-scene").click()
    page.get("isen-suggestion").filter(has_text="Beach").click()
    page.get("isen-fill-out").uncheck()
    expect(page.get("isen-sent-as")).to_contain_text("cinematic film still, portrait of Ann Example smiling")
    page.get("isen-shape-portrait").check(force=True)
    page.get("isen-count").fill("2")
    page.get("isen-quality-draft").check(force=True)
    page.get("isen-strength").fill("0.85")
    page.get("isen-seed").fill("9007199254740993")  # the page would send ...992
    expect(page.get("isen-seed-hint")).to_contain_text("The largest seed")
    assert page.get("isen-seed").evaluate("field => field.form.checkValidity()") is False
    page.get("isen-seed").fill("77")
    expect(page.get("isen-seed-hint")).to_be_hidden()
    expect(page.get("isen-seed-lock")).to_be_checked()
    page.get("isen-version").select_option("last")
    page.get("isen-guidance").fill("3.5")
    page.get("isen-sampler").locator("option", has_text="ddim").wait_for(state="attached")
    page.get("isen-sampler").select_option("ddim")
    page.get("isen-scheduler").select_option("karras")
    page.get("isen-negative").fill("hat")
    expect(page.get("isen-base-why")).to_contain_text(f"{CHECKPOINT}: Ann Example was trained on it.")
    page.get("isen-base-model").select_option(CHECKPOINT)
    expect(page.get("isen-base-why")).to_have_text("Your choice.")


def test_every_control_reaches_the_request(images, api, ann):
    page = images
    page.page.evaluate(SMALLER.replace("64", "192"))
    before = len(api.get("/generations")["items"])
    fill_in_everything(page)
    page.get("isen-generate").click()
    made = until(lambda: newest(api, before + 1))
    request = made["request"]
    assert request["prompt"].startswith(
        "cinematic film still, portrait of {trigger} smiling, on a wide beach"
    )
    assert request["width"] < request["height"] and request["count"] == 2 and request["steps"] == 10
    (use,) = request["characters"]
    assert (use["id"], use["checkpoint"], use["strength"]) == (ann["id"], "last", 0.85)
    assert (request["seed"], request["guidance"], request["negative"]) == (77, 3.5, "hat")
    assert (request["sampler"], request["scheduler"]) == ("ddim", "karras")
    assert request["base_model"] == CHECKPOINT
    done = api.wait_for(f"/generations/{made['id']}", 60)
    assert done["state"] == "completed" and [image["seed"] for image in done["images"]] == [77, 78]
    graph = api.get(f"/generations/{made['id']}/workflow")[0]
    sampler = next(node["inputs"] for node in graph.values() if node["class_type"] == "KSampler")
    assert (sampler["sampler_name"], sampler["scheduler"], sampler["steps"]) == ("ddim", "karras", 10)
    expect(page.get("isen-seed")).to_have_value("77")
    page.get("isen-seed-lock").uncheck(force=True)
    expect(page.get("isen-seed")).to_have_value("")
    assert page.errors == []


@pytest.mark.full
def test_versions_are_compared_on_a_wall_and_one_is_used(images, api, ann, shots):
    """One that nobody has published: each sound checkpoint can be compared and used."""
    page = images
    page.get("isen-compare-versions").click()
    for scene in ("full_body", "outfit", "expression"):
        page.get(f"isen-wall-scene-{scene}").uncheck()
    expect(page.get("isen-wall-start")).to_have_text("Make 82 pictures")
    for step in (2, 4, 6, 8, 12, 14, 16, 18, 20):
        page.get(f"isen-wall-step-{step}").uncheck()
    expect(page.get("isen-wall-start")).to_have_text("Make 10 pictures")
    page.get("isen-wall-start").click()
    page.get("isen-wall-cancel").click()
    expect(page.get("isen-wall-cancel")).to_be_hidden(timeout=30_000)
    page.get("isen-wall-start").click()
    expect(page.get("isen-wall-image")).to_have_count(5, timeout=180_000)
    expect(page.get("isen-wall-cancel")).to_be_hidden(timeout=60_000)
    page.page.screenshot(path=shots / "wall.png")
    page.get("isen-wall-tab-stranger").click()
    expect(page.get("isen-wall-image")).to_have_count(5)
    made = api.get("/generations?purpose=grid&limit=10")["items"]
    assert len({known["correlation_id"] for known in made}) == 1
    assert {known["state"] for known in made} == {"completed"}
    prompts = {known["request"]["seed"]: known["request"]["prompt"] for known in made}
    assert len(prompts) == 2 and sum("{trigger}" in prompt for prompt in prompts.values()) == 1
    assert not any(known["purpose"] == "grid" for known in api.get("/generations")["items"])
    bare = [known["request"] for known in made if known["request"]["characters"][0]["strength"] == 0]
    assert sorted(known["seed"] for known in bare) == sorted(prompts), "each scene once without the LoRA"
    page.get("isen-wall-image").first.click()
    expect(page.get("isen-use-this")).to_be_hidden()
    for _ in range(2):
        page.page.keyboard.press("ArrowRight")
        expect(page.get("isen-use-this")).to_be_visible()
    page.get("isen-use-this").click()
    expect(page.get("isen-strength")).to_have_value("0.85")
    versions = api.get(f"/characters/{ann['id']}/versions")["items"]
    assert [(known["step"], known["picked"]) for known in versions] == [(10, True), (20, False)]
    (chosen, _) = versions
    expect(page.get("isen-version")).to_have_value(f"{chosen['job_id']} 10")
    assert page.errors == []


@pytest.mark.full
def test_a_wall_is_measured_once_its_tools_are_there(images, api, ann, tiny_server, face_tools, shots):  # noqa: F811
    """The wall of the test before; what a tiny model draws has no face, and that is what is said."""
    page = images
    page.get("isen-compare-versions").click()
    if FULL:
        page.get("isen-meter-setup").click()
        expect(page.get("isen-meter-cancel")).to_be_visible()
    else:
        expect(page.get("isen-meter-setup")).to_be_visible()
        put_face_tools(face_tools, DataPaths(tiny_server.data, tiny_server.data / "logs"))
        page.get("isen-close").click()
        page.get("isen-compare-versions").click()
    page.get("isen-measure").click(timeout=120_000)
    expect(page.get("isen-score")).to_have_count(5, timeout=60_000)
    expect(page.get("isen-meter")).to_be_hidden()
    expect(page.get("isen-wall-faceless")).to_contain_text("No match could be measured")
    expect(page.get("isen-measure")).to_have_count(0)
    page.page.screenshot(path=shots / "wall-measured.png")
    wall = api.get(f"/generations?purpose=grid&limit=10&character_id={ann['id']}")["items"]
    assert {image["likeness"]["verdict"] for known in wall for image in known["images"]} == {"not_measurable"}
    assert page.errors == []


def test_a_picture_is_liked_put_away_brought_back_and_reused(images, api, shots):
    page = images
    page.get("isen-prompt").fill("portrait of {trigger} in red")
    page.get("isen-seed").fill("5")
    page.get("isen-count").fill("2")
    before = pictures_shown(page, api)
    page.get("isen-generate").click()
    expect(page.get("isen-image")).to_have_count(before + 2, timeout=60_000)
    page.get("isen-image").first.click()
    page.get("isen-favourite").click()
    page.page.keyboard.press("ArrowRight")
    page.page.screenshot(path=shots / "viewer.png")
    saved_for_people(page, "Ann Example, in red 0006")
    put_away_and_brought_back(page, before + 2)
    page.get("isen-gallery-filters").click()
    page.get("isen-only-favourites").check()
    expect(page.get("isen-image")).to_have_count(1)
    made = newest_of(api)
    assert (made["favourite"], [image["deleted_at"] for image in made["images"]]) == (True, [None, None]), (
        made
    )
    page.get("isen-only-favourites").uncheck()
    page.get("isen-filter-recipe").select_option("fast-test")
    expect(page.get("isen-no-images")).to_be_visible()
    page.get("isen-filter-recipe").select_option("")
    page.get("isen-filter-person").select_option(label="Ann Example")
    expect(page.get("isen-image")).to_have_count(before + 2)
    page.get("isen-filter-person").select_option("")
    page.get("isen-prompt").fill("something else")
    page.get("isen-image").nth(1).click()
    page.get("isen-reuse").click()
    expect(page.get("isen-prompt").locator(".isen-token")).to_have_count(1)
    expect(page.get("isen-seed")).to_have_value("6")
    expect(page.get("isen-seed-hint")).to_contain_text("Unlock it for new ones")
    page.get("isen-seed-lock").uncheck(force=True)
    expect(page.get("isen-seed-hint")).to_be_hidden()
    assert page.errors == []


def put_away_and_brought_back(page, count: int) -> None:
    """By the key, then by the button: the picture open in full, whose place the next one takes until it is back."""
    full = page.get("isen-full")
    for put_away in (page.page.keyboard.press, lambda _: page.get("isen-delete-image").click()):
        shown = full.get_attribute("src")
        put_away("Delete")
        expect(page.get("isen-image")).to_have_count(count - 1)
        expect(full).not_to_have_attribute("src", shown)
        page.get("isen-undo").click()
        expect(page.get("isen-image")).to_have_count(count)
        expect(full).to_have_attribute("src", shown)
        expect(page.get("isen-undo")).to_be_hidden()
    page.page.keyboard.press("Delete")
    expect(page.get("isen-image")).to_have_count(count - 1)
    page.page.keyboard.press("Escape")
    page.get("isen-undo").click()
    expect(page.get("isen-image")).to_have_count(count)


def test_a_person_stays_in_a_prompt_that_is_cut_and_pasted(images):
    """The chip came back as the plain name: it looked the same and drew nobody."""
    page, box = images, images.get("isen-prompt")
    page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    box.fill("")
    page.page.keyboard.type("a photo of ")
    page.get("isen-trigger-chip").first.click()
    page.page.keyboard.type(" smiling")
    expect(box.locator(".isen-token")).to_have_text("Ann Example")
    page.page.keyboard.press("Control+A")
    page.page.keyboard.press("Control+X")
    expect(box).to_have_text("")
    page.page.keyboard.press("Control+V")
    expect(box.locator(".isen-token")).to_have_text("Ann Example")
    expect(box).to_contain_text("a photo of Ann Example smiling")
    expect(page.get("isen-prompt-absent")).to_be_hidden()
    assert page.page.evaluate("() => navigator.clipboard.readText()") == "a photo of Ann Example smiling"


@pytest.mark.full
def test_steps_back_in_a_prompt_know_its_chips(images):
    """The browser put the old text beside the one that had become a chip."""
    page, box = images, images.get("isen-prompt")
    page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    box.fill("")
    page.get("isen-trigger-chip").first.click()
    page.page.keyboard.type(" smiling")
    for keys in ("Control+A", "Control+X", "Control+V"):
        page.page.keyboard.press(keys)
    expect(box).to_have_text("Ann Example smiling")
    texts = []
    for keys in (*["Control+Z"] * 3, *["Control+Shift+Z"] * 2, "Control+Y"):
        page.page.keyboard.press(keys)
        texts.append(box.inner_text().strip("\n\u200b"))
    whole = "Ann Example smiling"
    assert texts == ["", whole, "Ann Example", whole, "", whole]
    expect(box.locator(".isen-token")).to_have_text("Ann Example")
    page.page.keyboard.type("!")
    expect(box).to_have_text("Ann Example smiling!")


def saved_for_people(page, name):
    with page.page.expect_download() as download:
        page.get("isen-save-picture").click()
    assert download.value.suggested_filename == f"{name}.png"
    page.get("isen-more-actions").click()
    with page.page.expect_download() as download:
        page.get("isen-download-jpeg").click()
    assert download.value.suggested_filename == f"{name}.jpg"
    assert b"in red" not in Path(download.value.path()).read_bytes(), "the prompt stays here"


def newest_of(api):
    return api.get("/generations")["items"][0]


def test_a_graph_opens_in_a_tab_of_its_own_and_a_dropped_picture_restores_it(images, api):
    """Unsaved work on the canvas stays, and ComfyUI itself reads our PNG's metadata."""
    page = images
    pictures_shown(page, api)
    page.page.evaluate(ADD_NOTE)
    before = page.page.evaluate(CANVAS)
    page.get("isen-image").first.click()
    page.get("isen-more-actions").click()
    page.get("isen-open-canvas").click()
    page.page.wait_for_function(
        "() => window.comfyAPI.app.app.extensionManager.workflow.activeWorkflow.filename.startsWith('Isengard Ann')"
        " && window.comfyAPI.app.app.graph.nodes.some((node) => node.type === 'IsengardSaveImage')"
    )
    opened = page.page.evaluate(CANVAS)
    assert opened["active"].startswith("Isengard Ann Example") and before["active"] in opened["names"]
    assert {"KSampler", "IsengardSaveImage"} <= set(opened["kinds"]) and "Note" not in opened["kinds"]
    require_the_recipe_and_save_it_back(page, api)
    page.page.evaluate(
        """async (name) => {
      const { workflow } = window.comfyAPI.app.app.extensionManager;
      await window.comfyAPI.app.app.extensionManager.workflow.openWorkflow?.(workflow.openWorkflows.find((known) => known.filename === name));
    }""",
        before["active"],
    )
    made = newest_of(api)
    for copy in ("", "/copy?format=webp"):
        page.page.evaluate(DROP, f"/isengard/generations/{made['id']}/images/0{copy}")
        require_the_graph_of(made, page, api)
    content = api.get(f"/generations/{made['id']}/images/0")
    assert said_in(Image.open(io.BytesIO(content)).info) == TRAINED, "drawn by a real model"


def require_the_recipe_and_save_it_back(page, api):
    """The canvas holds the recipe itself with the request in it, clear of the sidebar; what is saved from there is a recipe."""
    made, now = newest_of(api), page.page.evaluate(OPENED)
    recipe = json.loads((WORKFLOWS / "api" / f"{made['recipe']}.json").read_text(encoding="utf-8"))
    kinds = {key: node["class_type"] for key, node in recipe.items()}
    assert {key: node["class_type"] for key, node in now["graph"].items()} == kinds
    request = next(n["inputs"] for n in now["graph"].values() if n["class_type"] == "IsengardRequest")
    assert request["seed"] == made["images"][0]["seed"] and request["prompt"] == made["request"]["prompt"]
    panel = page.page.locator("isen-panel").bounding_box()
    assert now["left"] >= panel["x"] + panel["width"]
    page.get("isen-recipe-shelf").click()
    page.get("isen-recipe-name").fill("From a picture")
    page.get("isen-save-canvas").click()
    expect(page.get("isen-own-recipe")).to_have_count(1)
    (kept,) = [one for one in api.get("/recipes")["items"] if one["source"] == "user"]
    assert not [finding for finding in kept["findings"] if finding["severity"] == "error"]
    api.delete(f"/recipes/{kept['name']}")


def test_what_is_being_made_shows_its_place_and_a_preview_and_can_be_cancelled(images, api):
    page = images
    page.page.evaluate(SMALLER.replace("64", "256"))
    page.get("isen-steps").fill("150")
    cards = page.get("isen-generation")
    for ordered in (1, 2):  # one after the other: the button does nothing while its order is on its way
        expect(page.get("isen-generate")).not_to_have_attribute("aria-busy", "true")
        page.get("isen-generate").click()
        expect(cards).to_have_count(ordered, timeout=15_000)
    expect(cards.first.get_by_test_id("isen-making")).to_have_text("1 picture ahead in ComfyUI's queue")
    preview = cards.last.get_by_test_id("isen-preview")
    expect(preview).to_be_visible(timeout=30_000)
    # not `decode`, which fails where the next preview has come meanwhile
    page.page.wait_for_function("(image) => image.naturalWidth > 8", arg=preview.element_handle())
    cards.first.get_by_test_id("isen-cancel-images").click()
    expect(cards).to_have_count(1, timeout=15_000)
    page.get("isen-cancel-images").click()
    expect(cards).to_have_count(0, timeout=30_000)
    assert [made["state"] for made in api.get("/generations")["items"][:2]] == ["cancelled", "cancelled"]
    assert page.errors == []


@pytest.mark.full
def test_likeness_is_compared_at_one_seed_and_one_is_used(images, api, shots):
    page = images
    page.get("isen-prompt").fill("portrait of {trigger}")
    page.get("isen-quality-draft").check(force=True)
    page.get("isen-bench").click()
    page.get("isen-cancel-bench").click()
    expect(page.get("isen-cancel-bench")).to_be_hidden()
    page.get("isen-bench").click()
    expect(page.get("isen-bench-image")).to_have_count(6, timeout=60_000)
    made = api.get("/generations?purpose=bench")["items"][:6]
    assert {known["state"] for known in made} == {"completed"}
    assert len({known["request"]["seed"] for known in made}) == 1
    assert len({known["correlation_id"] for known in made}) == 1
    assert sorted(known["request"]["characters"][0]["strength"] for known in made) == [
        *(0.6, 0.7, 0.8),
        *(0.9, 1.0, 1.1),
    ]
    page.page.locator("isen-panel").screenshot(path=shots / "bench.png")
    page.get("isen-bench-image").nth(2).click()
    page.get("isen-use-likeness").click()
    expect(page.get("isen-strength")).to_have_value("0.8")
    page.page.reload()
    page.open_tab()
    expect(page.get("isen-bench-image")).to_have_count(6, timeout=15_000)
    assert page.errors == []
