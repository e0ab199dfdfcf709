"""Shipped workflows in ComfyUI's App Mode: a person's picture by one press of Run, and a training with its progress.

Fast-test mode: the picture is a placeholder and nothing is really trained; forms, lists, queue and progress are real.
"""

from __future__ import annotations

import pytest
from hosts import comfyui
from hosts.demo import FAST_TRAINING
from hosts.journey import Api
from playwright.sync_api import expect
from support.app_pages import FORM, SAID, opened

pytestmark = [
    pytest.mark.full,
    pytest.mark.slow,
    pytest.mark.e2e,
    pytest.mark.parametrize("fast_server", comfyui.with_app_form(), indirect=True),
]
#: What is sent for the person.
SENT = "async () => (await window.comfyAPI.app.app.graphToPrompt()).output['1'].inputs.character"
SHOWN = (
    "() => [...document.images].some((image) => image.src.includes('/view?') && image.naturalWidth === 512)"
)
QUICKLY = """() => {
  const node = window.comfyAPI.app.app.graph.nodes.find((known) => known.type === "IsengardTrainLoRA");
  const values = { family: "sd15", preset: "quick", overrides: '{"steps": 120, "seed": 3}' };
  for (const widget of node.widgets) if (values[widget.name]) widget.value = values[widget.name];
}"""


@pytest.fixture
def people(fast_server, photos):
    """Two of one name; the newest is trained too."""
    api = Api(fast_server.url, "apps")
    made = [api.post("/characters", {"name": "Anna Example", "consent": True}) for _ in range(2)]
    for person in made:
        for photo in photos[:4]:
            api.upload(person["id"], photo)
        job = api.post("/training/jobs", {"character_id": person["id"], **FAST_TRAINING})
        assert api.wait_for(f"/training/jobs/{job['id']}", 60)["state"] == "completed"
    return api, made


def test_from_a_template_to_a_picture_and_to_a_training(fast_server, open_page, people, shots):
    api, (_, newest) = people
    page = opened(open_page, fast_server, "fast-test")
    form = page.locator(FORM)
    expect(form).to_contain_text(["Person", "Prompt", "Width", "Height", "Seed"])
    expect(form.first).to_contain_text(f"Anna Example ({newest['slug']})")
    assert page.evaluate(SENT) == newest["slug"], "what is sent and saved is the short name"
    api.patch(f"/characters/{newest['id']}", {"name": "Eve Example"})
    expect(form.first).to_contain_text("Eve Example")
    assert page.evaluate(SENT) == newest["slug"]
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_function(SHOWN, timeout=60_000)
    page.screenshot(path=shots / "app-picture.png")
    page.context.close()

    page = opened(open_page, fast_server, "train-lora")
    expect(page.locator(FORM)).to_contain_text(["Person", "Base model", "Preset"])
    expect(page.locator(FORM).first).to_contain_text("Eve Example")
    page.evaluate(QUICKLY)
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_function(f"() => /^Training . step [0-9]+ of 120/.test(({SAID})())", timeout=60_000)
    page.screenshot(path=shots / "app-training.png")
    (job,) = api.get("/training/jobs?limit=1")["items"]
    assert api.wait_for(f"/training/jobs/{job['id']}", 60)["state"] == "completed"
    assert job["character_id"] == newest["id"]


@pytest.mark.parametrize("width", [760, 390])
def test_on_a_tablet_and_on_a_phone_it_makes_a_picture(fast_server, open_page, people, shots, width):
    _, (_, newest) = people
    page = opened(open_page, fast_server, "fast-test", width=width)
    expect(page.locator(FORM)).to_contain_text(["Person", "Prompt", "Width", "Height", "Seed"])
    expect(page.locator(FORM).first).to_contain_text(f"Anna Example ({newest['slug']})")
    page.get_by_text("Edit & Run", exact=True).click()
    page.screenshot(path=shots / f"app-form-{fast_server.frontend}-{width}.png")
    page.get_by_role("button", name="Run", exact=True).click()
    page.screenshot(path=shots / f"app-run-{fast_server.frontend}-{width}.png")
    page.get_by_text("Outputs", exact=True).last.click()
    page.wait_for_function(SHOWN, timeout=60_000)
    page.screenshot(path=shots / f"app-picture-{fast_server.frontend}-{width}.png")
