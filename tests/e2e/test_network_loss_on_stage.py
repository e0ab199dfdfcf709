"""A short loss of the network while a view is open, or is opened: all is there once ComfyUI answers, without leaving the view."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
LOSE = """() => {
  const { ways } = panel.store.api;
  window.there ??= new WeakMap();
  there.set(ways, ways.fetch);
  ways.fetch = async () => { throw new TypeError("away"); };
}"""
FIND = """async () => {
  const { ways } = panel.store.api;
  ways.fetch = there.get(ways);
  await panel.store.refresh();
}"""


def test_a_training_can_be_started_after_a_loss(stage):
    """At a change of the form, noticed by nobody else, and where the form was opened meanwhile."""
    start = stage.get_by_test_id("isen-start-training")
    stage.show("train")
    expect(start).to_be_enabled()
    stage.evaluate(LOSE)
    stage.get_by_test_id("isen-preset-quality").check()
    expect(stage.get_by_test_id("isen-findings")).to_contain_text("ComfyUI didn't respond")
    stage.evaluate(FIND)
    expect(start).to_be_enabled()
    expect(stage.get_by_test_id("isen-preset-quality")).to_be_checked()
    stage.show("trainings")
    stage.evaluate(LOSE)
    stage.evaluate("panel.store.go({ tab: 'training', train: 'chr_9' })")
    expect(stage.get_by_test_id("isen-problem")).to_be_visible()
    stage.evaluate(FIND)
    expect(start).to_be_enabled()
    expect(stage.get_by_test_id("isen-problem")).to_have_count(0)


def test_settings_opened_during_a_loss_are_there_after_it(stage):
    stage.show("trainings")
    stage.evaluate(LOSE)
    stage.evaluate("panel.store.refresh()")
    stage.evaluate("panel.store.go({ tab: 'settings' })")
    stage.evaluate(FIND)
    for name in ("isen-hf-token", "isen-setting-language"):
        expect(stage.get_by_test_id(name)).to_be_visible()


def test_pictures_of_styles_are_followed_through_a_loss(stage):
    stage.show("images-prompting")
    stage.get_by_test_id("isen-style").scroll_into_view_if_needed()
    expect(stage.get_by_test_id("isen-stop-style-pictures")).to_be_visible()
    stage.evaluate(LOSE)
    stage.wait_for_timeout(2000)
    stage.evaluate(FIND)
    asked = "async () => { const asked = []; const { ways } = panel.store.api; const ask = ways.fetch; ways.fetch = (path, init) => (asked.push(path), ask(path, init)); await new Promise((done) => setTimeout(done, 2500)); return asked.some((path) => path.includes('/styles')); }"
    assert stage.evaluate(asked)
    expect(stage.get_by_test_id("isen-problem")).to_have_count(0)


def test_a_server_between_that_answers_for_comfyui_keeps_the_view(stage):
    stage.show("onward-into")
    stage.evaluate(
        "panel.store.api.ways.fetch = async () => new Response('<html>502</html>', { status: 502 })"
    )
    stage.evaluate("panel.store.refresh()")
    expect(stage.get_by_test_id("isen-offline")).to_have_count(1)
    expect(stage.locator("dialog.isen-onward[open]")).to_be_visible()


def test_pictures_that_did_not_come_during_a_loss_come_after_it(stage):
    stage.show("images-many")
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    lost = True

    def answer(route):
        return route.abort() if lost else route.fulfill(content_type="image/svg+xml", body=svg)

    stage.route("**/thumb/*", answer)
    stage.evaluate(
        "() => { panel.store.api.generations.thumbUrl = ({ id }) => `${location.origin}/thumb/${id}`; panel.store.go({ tab: 'characters' }); panel.store.go({ tab: 'images' }); }"
    )
    broken = "[...panel.querySelectorAll('.isen-tile img')].filter((image) => image.complete && !image.naturalWidth).length"
    stage.wait_for_function(f"{broken} > 5")
    stage.evaluate(LOSE)
    stage.evaluate("panel.store.refresh()")
    lost = False
    stage.evaluate(FIND)
    stage.wait_for_function(f"{broken} === 0")
    stage.unroute("**/thumb/*")
