"""Each template in ComfyUI's browser converts to the very graph it was drawn from: of a recipe, what the panel sends."""

from __future__ import annotations

import json

import pytest
from hosts import comfyui
from hosts.canvas import LOAD_TWIN
from isengard.generation.image.templates import WORKFLOWS, templates

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.full]
TEMPLATES = sorted(templates())


@pytest.mark.parametrize("fast_server", comfyui.frontends(comfyui.NEW), indirect=True)
def test_a_twin_converts_to_the_recipe(fast_server, open_page, shots):
    listed = fast_server.get("/workflow_templates")
    shown = {title.removesuffix(".app") for title in listed["isengard"]}
    assert {template.title for template in templates().values()} <= shown
    page = open_page(fast_server.url).wait_for_graph()
    page.keyboard.press("Escape")
    for name in TEMPLATES:
        (file,) = WORKFLOWS.glob(f"*/{name}.json")
        recipe = json.loads(file.read_text(encoding="utf-8"))
        sent = page.evaluate(LOAD_TWIN, templates()[name].title)
        for node in sent.values():  # since 1.58 the package and version that a node is of as well
            node["_meta"] = {"title": node["_meta"]["title"]}
        assert sent == recipe, name
        page.screenshot(path=shots / f"twin-{name}-{fast_server.frontend}.png")


@pytest.mark.full
@pytest.mark.parametrize("fast_server", comfyui.frontends(comfyui.NEW), indirect=True)
def test_a_link_with_the_old_name_of_a_template_opens_it(fast_server, open_page):
    page = open_page(f"{fast_server.url}/?template=two-people&source=isengard").page
    page.wait_for_function(
        """() => window.comfyAPI?.app?.app?.graph?.nodes.some((node) => node.type === "IsengardApplyIdentityRegion")""",
        timeout=60_000,
    )
