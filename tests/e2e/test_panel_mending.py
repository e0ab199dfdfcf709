"""Faces mended in the panel: what says why not, the choice beside the quality, and a press in the viewer."""

from __future__ import annotations

import time

import pytest
from hosts.planted_faces import put_planted_faces
from isengard.core.records.job import JobError
from playwright.sync_api import expect
from support import live_server
from support.small_faces import mended_of, person_drawn, picture_of

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture
def server(tmp_path):
    server = live_server.start(tmp_path)
    yield server
    server.close()


def opened(panel_on, server, width):
    """The newest picture in the viewer, its menu open."""
    panel = panel_on(server, width=width)
    panel.click("isen-tab-images")
    panel.page.locator(".isen-tile button").first.click()
    panel.click("isen-more-actions")
    return panel


def shown(panel, shots, name):
    """Pictures of it in both themes."""
    for theme in ("light", "dark"):
        panel.page.evaluate("(theme) => (document.documentElement.dataset.theme = theme)", theme)
        panel.page.screenshot(path=str(shots / f"mending-{name}-{theme}.png"))


@pytest.mark.parametrize("width", [320, pytest.param(480, marks=pytest.mark.full)])
def test_it_says_why_not_and_then_mends(server, tmp_path, panel_on, shots, width):
    ann = person_drawn(server, server.api, tmp_path)
    made = picture_of(server, ann)
    panel = opened(panel_on, server, width)
    expect(panel.get("isen-mend")).to_be_disabled()
    expect(panel.get("isen-mend")).to_contain_text("tools that find faces")
    shown(panel, shots, f"why-{width}")
    panel.page.keyboard.press("Escape")
    panel.page.keyboard.press("Escape")
    panel.click("isen-image-settings")
    expect(panel.get("isen-mend-small")).to_be_disabled()
    put_planted_faces(server.services.paths.backends)
    panel.page.reload()
    choice_follows_the_quality(panel, shots, width)
    panel.page.locator(".isen-tile button").first.click()
    panel.click("isen-more-actions", "isen-mend")
    expect(panel.page.get_by_text("Redrawing the faces.")).to_be_visible()
    shown(panel, shots, f"told-{width}")
    deadline = time.monotonic() + 30
    while not mended_of(server.api, made.id) and time.monotonic() < deadline:
        time.sleep(0.1)
    (again,) = mended_of(server.api, made.id)
    assert again["made_from"]["how"] == "mend"


@pytest.mark.parametrize("width", [320, pytest.param(900, marks=pytest.mark.full)])
def test_what_could_not_be_mended_says_why_and_is_tried_again(server, tmp_path, panel_on, shots, width):
    """Faces are mended long after the press: the panel may have been closed by then."""
    ann = person_drawn(server, server.api, tmp_path)
    made = picture_of(server, ann)
    hint = "Set them up in the settings, then press Fix faces again."
    why = JobError(code="face_tools_missing", message="Isengard can't fix faces yet.", hint=hint)
    server.services.generations.store.note_mending_error(made.id, 1, why)
    panel = panel_on(server, width=width)
    panel.click("isen-tab-images")
    panel.page.locator(".isen-tile button").first.click()
    note = panel.get("isen-mend-note")
    expect(note).to_contain_text(f"The faces weren't fixed. Isengard can't fix faces yet. {hint}")
    shown(panel, shots, f"failed-{width}")
    put_planted_faces(server.services.paths.backends)
    panel.click("isen-mend-again")
    expect(note).to_contain_text("ComfyUI isn't responding.")  # it was tried, and none is there to draw
    assert [one["made_from"]["n"] for one in mended_of(server.api, made.id)] == [1]


def choice_follows_the_quality(panel, shots, width) -> None:
    panel.click("isen-tab-images")
    panel.get("isen-image-settings").evaluate(
        "(summary) => (summary.parentElement.open = true)"
    )  # as it was left, or not
    small = panel.get("isen-mend-small")
    expect(small).to_be_enabled()
    expect(small).not_to_be_checked()
    panel.page.locator("label:has([data-testid=isen-quality-fine])").click()
    expect(small).to_be_checked()
    small.scroll_into_view_if_needed()
    shown(panel, shots, f"form-{width}")
    small.uncheck()
    panel.page.locator("label:has([data-testid=isen-quality-normal])").click()
    panel.page.locator("label:has([data-testid=isen-quality-fine])").click()
    expect(small).not_to_be_checked()
