"""A picture dragged out of the panel by the mouse, in a real browser over a real ComfyUI."""

from __future__ import annotations

import pytest
from hosts import comfyui
from support.images_fixtures import pictures_shown, require_the_graph_of

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.parametrize("tiny_server", comfyui.frontends(comfyui.NEW), indirect=True),
]
ORDER = {"recipe": "sd15-identity", "prompt": "portrait of {trigger}", "width": 64, "height": 64}


def test_onto_the_canvas_it_is_its_workflow(images, api, ann):
    """The browser itself carries what the panel puts into the drag, and ComfyUI's page makes of it what it makes of any."""
    numbers = {"steps": 2, "guidance": 1.0, "seed": 11}
    made = api.post("/generations", {**ORDER, **numbers, "characters": [{"id": ann["id"]}]})
    made = api.wait_for(f"/generations/{made['id']}", 60)
    assert made["state"] == "completed", made["error"]
    page = images
    pictures_shown(page, api)
    page.page.evaluate("() => window.comfyAPI.app.app.graph.clear()")
    picture = page.get("isen-image").first
    picture.scroll_into_view_if_needed()
    box, canvas = picture.bounding_box(), page.page.locator("#graph-canvas").bounding_box()
    mouse = page.page.mouse
    mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    mouse.down()
    mouse.move(canvas["x"] + canvas["width"] - 60, canvas["y"] + canvas["height"] / 2, steps=12)
    mouse.up()
    require_the_graph_of(made, page, api)
