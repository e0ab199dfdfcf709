"""A slow line: what is not here yet is not shown as something else, and nobody waits without a sign."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
#: From now on pictures in full come over the network, where they wait until the test lets them through.
OVER_THE_NETWORK = """() => {
  const address = (...parts) => `http://slow.test/slow-picture?${encodeURIComponent(JSON.stringify(parts))}`;
  panel.store.api.generations.imageUrl = address;
  panel.store.api.photos.imageUrl = address;
}"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>'
OUT_OF_SIGHT = "(image) => getComputedStyle(image).objectPosition.startsWith('-')"


@pytest.mark.parametrize("state", ["viewer", "photo"])
def test_the_picture_before_is_not_shown_under_the_name_of_the_next(stage, state):
    waiting = []
    stage.route("**/slow-picture*", lambda route: waiting.append(route))
    stage.show(state)
    shown = stage.locator(".isen-full").last
    assert not shown.evaluate(OUT_OF_SIGHT)
    stage.evaluate(OVER_THE_NETWORK)
    stage.locator("dialog[open]").last.press("ArrowRight")
    expect(shown).to_have_class(re.compile("isen-coming"), timeout=5000)
    assert shown.evaluate(OUT_OF_SIGHT)
    for route in waiting:
        route.fulfill(content_type="image/svg+xml", body=SVG)
    expect(shown).not_to_have_class(re.compile("isen-coming"), timeout=5000)
    assert not shown.evaluate(OUT_OF_SIGHT)


def test_a_person_whose_photos_are_on_their_way_is_not_told_to_add_some(stage):
    stage.show("character")
    train = stage.get_by_test_id("isen-train")
    expect(train).to_be_enabled()
    stage.evaluate("panel.store.set({ photos: {} })")
    expect(train).to_be_enabled()
    expect(stage.get_by_test_id("isen-dropzone")).to_have_class("isen-drop isen-small")


def test_earlier_prompts_that_are_on_their_way_are_said_to_be(stage):
    stage.show("images")
    stage.evaluate("void (panel.store.api.prompts.list = () => new Promise(() => {}))")
    stage.get_by_test_id("isen-prompt-history").click()
    expect(stage.locator("dialog[open]").get_by_role("status")).to_have_text("Loading")


@pytest.mark.parametrize("comes", [True, False])
def test_nobody_cuts_a_photo_that_they_do_not_see(stage, comes):
    """Its frame lay over nothing, and Save made a new photo of that."""
    waiting = []
    stage.route("**/slow-picture*", lambda route: waiting.append(route))
    stage.show("photo")
    own = f"http://slow.test/slow-picture?{comes}"  # the browser keeps what came before
    stage.evaluate("(own) => { panel.store.api.photos.imageUrl = () => own; }", own)
    stage.get_by_test_id("isen-crop").click()
    for _ in range(500):
        if waiting:
            break
        stage.wait_for_timeout(20)
    save = stage.get_by_test_id("isen-crop-save")
    expect(save).to_be_disabled()
    for route in waiting:
        route.fulfill(content_type="image/svg+xml", body=SVG) if comes else route.abort()
    told = stage.locator("#isen-crop-told")
    if comes:
        expect(save).to_be_enabled()
        expect(told).to_contain_text("pixels")
    else:
        expect(told).to_contain_text("can't be loaded")
        stage.get_by_test_id("isen-crop-box").press("ArrowRight")
        expect(told).to_contain_text("can't be loaded")
        expect(save).to_be_disabled()
