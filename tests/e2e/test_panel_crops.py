"""Cropping a set and one photo in a real browser: what is pressed and dragged is looked up on the server."""

from __future__ import annotations

import pytest
from PIL import Image
from playwright.sync_api import expect
from support import live_server
from support.pictures import drawing

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
BY = "\u00d7"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = live_server.start(tmp_path_factory.mktemp("crops"))
    yield server
    server.close()


@pytest.fixture
def ann(server, tmp_path):
    """Two photos of 900 x 700 pixels, and one with bars."""
    ann = live_server.person(server, tmp_path)
    image = Image.new("RGB", (900, 1200), "black")
    image.paste(drawing(7, (900, 700)), (0, 250))
    image.save(tmp_path / "barred.jpg", quality=95)
    server.api.upload(ann["id"], tmp_path / "barred.jpg")
    yield ann
    live_server.forget_everybody(server)


@pytest.fixture
def panel(panel_on, server, ann):
    panel = panel_on(server)
    panel.click("isen-character")
    expect(panel.get("isen-photos").locator("figure")).to_have_count(3)
    return panel


def test_a_set_is_improved_and_put_back_with_one_press_each(server, panel, ann):
    before = live_server.photos_of(server, ann)
    panel.click("isen-improve")
    expect(panel.get("isen-improve-status")).to_have_text("One crop would help.", timeout=30_000)
    entry = panel.get("isen-improve-list").locator("li")
    expect(entry).to_have_count(1)
    expect(entry).to_contain_text("Photo 3 · Without bars or frame")
    expect(panel.page.locator("dialog")).to_contain_text("set up measuring")
    shown = panel.page.evaluate(
        "[...document.querySelectorAll('.isen-part')].map((part) => part.clientWidth / part.clientHeight)"
    )
    assert shown == pytest.approx([900 / 1200, 900 / 700], rel=0.03), "before and after, in their shapes"
    panel.get("isen-improve-tick").uncheck()
    expect(panel.get("isen-improve-apply")).to_be_hidden()
    panel.get("isen-improve-tick").check()
    expect(panel.get("isen-improve-apply")).to_have_text("Apply 1")
    panel.click("isen-improve-apply")
    expect(panel.get("isen-improve-status")).to_have_text("One crop was added.", timeout=30_000)
    now = live_server.photos_of(server, ann)
    assert [(photo["included"], photo["made_from"]) for photo in now[2:]] == [
        (False, ""),
        (True, before[2]["id"]),
    ]
    panel.click("isen-improve-undo")
    expect(panel.get("isen-improve-status")).to_have_text("One crop would help.", timeout=30_000)
    assert live_server.photos_of(server, ann) == before
    panel.click("isen-improve-settings")
    expect(panel.page.locator("dialog")).to_have_count(0)
    panel.page.wait_for_function("store.state.route.tab === 'settings'")


def test_one_photo_is_cropped_by_dragging_by_keys_and_turned(server, panel, ann):
    first = live_server.photos_of(server, ann)[0]
    panel.get("isen-photos").locator("figure button").first.click()
    panel.click("isen-crop")
    box = panel.get("isen-crop-box")
    expect(box).to_be_focused()
    expect(panel.page.locator("#isen-crop-told")).to_have_text(f"720 {BY} 560 pixels")
    place = box.bounding_box()
    scale = 720 / place["width"]
    corner = (place["x"] + place["width"], place["y"] + place["height"])
    panel.page.mouse.move(*corner)
    panel.page.mouse.down()
    panel.page.mouse.move(corner[0] - 90 / scale, corner[1] - 36 / scale, steps=3)
    panel.page.mouse.up()
    expect(panel.page.locator("#isen-crop-told")).to_have_text(f"630 {BY} 524 pixels")
    for key in ("ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowDown"):
        panel.page.keyboard.press(key)
    expect(panel.page.locator("#isen-crop-told")).to_have_text(f"639 {BY} 533 pixels")
    panel.get("isen-crop-shape").select_option("square")
    expect(panel.page.locator("#isen-crop-told")).to_have_text(f"533 {BY} 533 pixels")
    panel.click("isen-crop-turn")
    panel.get("isen-crop-replaces").uncheck()
    panel.click("isen-crop-save")
    expect(panel.get("isen-photos").locator("figure")).to_have_count(4)
    made = live_server.photos_of(server, ann)[3]
    left, top, right, bottom = made["crop"]["box"]
    assert (right - left, bottom - top, made["crop"]["turn"], made["made_from"]) == (
        533,
        533,
        90,
        first["id"],
    )
    assert abs(left - (81 + 53)) <= 1 and top == 61 and live_server.photos_of(server, ann)[0]["included"]
    panel.click("isen-undo")
    expect(panel.get("isen-photos").locator("figure")).to_have_count(3)
    assert live_server.photos_of(server, ann)[0] == first


def test_a_finger_drags_the_frame_and_nothing_is_made_by_leaving(server, panel_on, ann):
    panel = panel_on(server)
    panel.click("isen-character")
    panel.get("isen-photos").locator("figure button").first.click()
    panel.click("isen-crop")
    place = panel.get("isen-crop-box").bounding_box()
    middle = (place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    panel.page.evaluate(
        """([x, y]) => {
          const stage = document.querySelector(".isen-crop-stage");
          stage.setPointerCapture = () => {};
          const send = (name, to, dx) => to.dispatchEvent(new PointerEvent(name, { bubbles: true, pointerId: 7, pointerType: "touch", clientX: x + dx, clientY: y }));
          send("pointerdown", document.querySelector(".isen-crop-box"), 0);
          for (const dx of [5, 4000]) send("pointermove", stage, dx);
          send("pointerup", stage, 4000);
        }""",
        middle,
    )
    moved = panel.get("isen-crop-box").bounding_box()
    assert moved["width"] == pytest.approx(place["width"], abs=1) and moved["x"] > place["x"] + 10
    panel.click("isen-crop-cancel")
    assert len(live_server.photos_of(server, ann)) == 3
