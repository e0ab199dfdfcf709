"""Each shipped recipe has a twin in ComfyUI's template browser that converts to the very graph the panel sends."""

from __future__ import annotations

import json

import pytest
from hosts import comfyui
from hosts.canvas import LOAD_TWIN
from isengard.generation.image.recipes import WORKFLOWS

pytestmark = [pytest.mark.slow, pytest.mark.e2e]
RECIPES = sorted(file.stem for file in (WORKFLOWS / "api").glob("*.json"))


def test_every_recipe_has_a_twin_and_words():
    twins = {file.stem for file in WORKFLOWS.glob("*.json")}
    words = {file.stem for file in WORKFLOWS.glob("*.md")}
    pictures = {file.stem for file in WORKFLOWS.glob("*.jpg")}
    assert twins == words == pictures == set(RECIPES)


@pytest.mark.parametrize("fast_server", comfyui.frontends(comfyui.NEW), indirect=True)
def test_a_twin_converts_to_the_recipe(fast_server, open_page, shots):
    listed = fast_server.get("/workflow_templates")
    assert set(RECIPES) <= set(listed["isengard"])
    page = open_page(fast_server.url).page
    page.wait_for_function("() => window.comfyAPI?.app?.app?.graph", timeout=60_000)
    page.locator('.isengard-tab-button, [data-testid="isengard-tab-button"]').wait_for(timeout=60_000)
    page.keyboard.press("Escape")
    for name in RECIPES:
        recipe = json.loads((WORKFLOWS / "api" / f"{name}.json").read_text(encoding="utf-8"))
        assert page.evaluate(LOAD_TWIN, name) == recipe, name
        page.screenshot(path=shots / f"twin-{name}-{fast_server.frontend}.png")
