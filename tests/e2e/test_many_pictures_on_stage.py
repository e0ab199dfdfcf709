"""Pictures by the dozen, on the stage: all that were asked for are saved, and what is refused while somebody scrolls is not asked for without an end."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
#: What comes after the first page is refused, after a moment as on a line.
REFUSES_MORE = """() => {
  const { ways } = panel.store.api;
  const ask = ways.fetch;
  const refusal = { error: { code: "disk_full", message: "The disk is full.", hint: "Free some space.", correlation_id: "ui-1" } };
  window.asked = 0;
  ways.fetch = async (path, init) => {
    if (!path.includes("cursor=")) return ask(path, init);
    asked += 1;
    await new Promise((done) => setTimeout(done, 30));
    return new Response(JSON.stringify(refusal), { status: 507 });
  };
}"""

GOES = """(gone) => {
  const { store } = panel;
  const generations = store.state.generations.map((known) => ({ ...known, images: known.images.map((image, at) => ({ ...image, deleted_at: gone.includes(at) ? "2026-08-20T12:00:00Z" : null })) }));
  store.take({ type: "generations.changed", seq: 1, subject: { kind: "generation", id: "" }, data: { generations } });
}"""


def test_every_chosen_picture_is_saved_as_jpeg(stage):
    """Chromium takes ten files a second of a page, and forgets the others."""
    saved = []
    stage.on("download", lambda download: saved.append(download.url))
    stage.show("images-many", width=700)
    stage.evaluate(
        "() => { panel.store.api.generations.copyUrl = ({ id }) => `${location.origin}/tests/js/stage/palette.css?${id}`; }"
    )
    stage.get_by_test_id("isen-wall").get_by_role("button").first.click(modifiers=["Control"])
    stage.get_by_test_id("isen-select-all").click()
    expect(stage.get_by_test_id("isen-selected")).to_have_text("60 pictures selected")
    save = stage.get_by_test_id("isen-download-jpeg-many")
    save.click()
    expect(save).not_to_have_attribute("aria-busy", "true")
    for _ in range(200):
        if len(saved) < 60:
            stage.wait_for_timeout(50)
    assert len(set(saved)) == len(saved) == 60


def test_more_pictures_that_are_refused_are_asked_for_once(stage):
    stage.show("images-many")
    stage.evaluate(REFUSES_MORE)
    stage.locator(".isen-body").evaluate("(body) => (body.scrollTop = 1e6)")
    expect(stage.get_by_test_id("isen-problem")).to_contain_text("The disk is full.")
    stage.wait_for_timeout(1500)
    assert stage.evaluate("asked") == 1
    expect(stage.get_by_test_id("isen-problem")).to_be_visible()


def test_pictures_that_another_page_deletes_at_once_leave_the_viewer(stage):
    """One event tells of all of them, and of all that come back."""
    stage.show("viewer")
    place = stage.locator("dialog[open] .isen-viewer-place").first
    expect(place).to_have_text("1 of 4")
    stage.evaluate(GOES, [0, 1, 2])
    expect(place).to_have_text("")  # one is left
    stage.evaluate(GOES, [2])
    expect(place).to_have_text("2 of 3")
    stage.evaluate(GOES, [])
    expect(place).to_have_text("3 of 4")
