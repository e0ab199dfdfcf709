"""What the server refuses while a dialog is open: said in the dialog, where it is seen, and by the panel once that is closed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
#: Every change is refused; what is read is answered.
REFUSES = """() => {
  const { ways } = panel.store.api;
  const ask = ways.fetch;
  const refusal = { error: { code: "disk_full", message: "The disk is full.", hint: "Free some space.", correlation_id: "ui-1" } };
  ways.fetch = async (path, init) => (init.method === "GET" ? ask(path, init) : new Response(JSON.stringify(refusal), { status: 507 }));
}"""
ON_TOP = """() => {
  const said = panel.querySelector("[data-testid=isen-problem] p").getBoundingClientRect();
  return Boolean(document.elementFromPoint(said.left + 5, said.top + 5)?.closest("[data-testid=isen-problem]"));
}"""


@pytest.mark.parametrize(
    ("state", "press"),
    [("viewer-measured", "isen-delete-image"), ("photo", "isen-rotate"), ("onward-vary", "isen-vary-go")],
)
def test_a_refusal_is_seen_in_the_dialog_that_is_open(stage, state, press):
    stage.show(state)
    stage.evaluate(REFUSES)
    dialog = stage.locator("dialog[open]").last
    dialog.get_by_test_id(press).click()
    expect(dialog.get_by_role("alert")).to_contain_text("The disk is full.")
    assert stage.evaluate(ON_TOP)
    assert dialog.evaluate("(one) => one.scrollWidth <= one.clientWidth + 1")
    for left in reversed(range(stage.locator("dialog[open]").count())):
        stage.keyboard.press("Escape")
        expect(stage.locator("dialog[open]")).to_have_count(left)
        expect(stage.get_by_role("alert")).to_contain_text("The disk is full.")
    expect(stage.locator("isen-panel > [role=alert]")).to_contain_text("The disk is full.")
    stage.get_by_test_id("isen-dismiss").click()
    expect(stage.get_by_role("alert")).to_have_count(0)


def test_a_refused_caption_is_still_in_its_field(stage):
    written = "a wide beach at dusk, wind in her hair"
    stage.show("character-each")
    stage.evaluate(REFUSES)
    field = stage.locator(".isen-caption textarea").first
    field.fill(written)
    field.blur()
    expect(stage.get_by_role("alert")).to_contain_text("The disk is full.")
    expect(field).to_have_value(written)
    stage.get_by_test_id("isen-photos").get_by_role("button").first.click()
    in_full = stage.get_by_test_id("isen-photo-caption")
    expect(in_full).to_have_value(written)
    in_full.fill(f"{written}, laughing")
    in_full.blur()
    expect(stage.locator("dialog").get_by_role("alert")).to_contain_text("The disk is full.")
    expect(in_full).to_have_value(f"{written}, laughing")
    stage.keyboard.press("Escape")
    expect(field).to_have_value(f"{written}, laughing")


def test_the_log_of_a_refusal_is_not_shown_behind_the_dialog(stage):
    stage.show("viewer-measured")
    stage.evaluate(REFUSES)
    stage.get_by_test_id("isen-delete-image").click()
    stage.get_by_test_id("isen-show-log").click()
    expect(stage.locator("dialog[open]")).to_have_count(0)
    assert stage.evaluate("panel.store.state.route.log") == "ui-1"
