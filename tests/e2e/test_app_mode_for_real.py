"""App Mode with real parts: a person is trained by the trainer's app, then drawn by the portrait's app, with AI-Toolkit's fork.

In a full run: the everyday one travels the same way in fast-test mode (test_app_mode.py).
"""

from __future__ import annotations

import json

import pytest
from hosts import fixtures
from hosts.demo import REAL_TRAINING
from hosts.journey import Api
from playwright.sync_api import expect
from support.app_pages import FORM, SAID, opened

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.real]
SIZED = (
    "() => [...document.images].some((image) => image.src.includes('/view?') && image.naturalWidth === 128)"
)
ORDER = """([family, preset, overrides]) => {
  const node = window.comfyAPI.app.app.graph.nodes.find((known) => known.type === "IsengardTrainLoRA");
  const values = { family, preset, overrides };
  for (const widget of node.widgets) if (values[widget.name]) widget.value = values[widget.name];
}"""
#: What the app does not ask for; the tiny model draws 128 px.
FEW_STEPS = """() => {
  const node = window.comfyAPI.app.app.graph.nodes.find((known) => known.type === "IsengardRequest");
  const values = { width: 128, height: 128, steps: 4, guidance: 1, seed: 7 };
  for (const widget of node.widgets) if (widget.name in values) widget.value = values[widget.name];
}"""


@pytest.mark.full
def test_a_person_is_trained_and_drawn_by_two_apps(real_server, open_page, shots, tmp_path):
    api = Api(real_server.url, "apps")
    person = api.post("/characters", {"name": "Anna Example", "consent": True})
    for photo in fixtures.portraits(tmp_path / "photos"):
        api.upload(person["id"], photo)

    page = opened(open_page, real_server, "train-lora")
    expect(page.locator(FORM).first).to_contain_text("Anna Example")
    order = [REAL_TRAINING["family"], REAL_TRAINING["preset"], json.dumps(REAL_TRAINING["overrides"])]
    page.evaluate(ORDER, order)
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_function(f"() => /^Training . step [0-9]+ of 24/.test(({SAID})())", timeout=300_000)
    page.screenshot(path=shots / "app-real-training.png")
    (job,) = api.get("/training/jobs?limit=1")["items"]
    ended = api.wait_for(f"/training/jobs/{job['id']}", 300)
    assert ended["state"] == "completed" and ended["backend"] == "ai_toolkit", ended["error"]
    page.context.close()

    page = opened(open_page, real_server, "sd15-identity")
    expect(page.locator(FORM)).to_contain_text(["Person", "Prompt", "Width", "Height", "Seed"])
    expect(page.locator(FORM).first).to_contain_text("Anna Example")
    page.evaluate(FEW_STEPS)
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_function(SIZED, timeout=180_000)
    page.screenshot(path=shots / "app-real-picture.png")
    [version] = api.get(f"/characters/{person['id']}/versions")["items"]
    assert not version["placeholder"] and version["proof"]["fit"] == "fits"
