"""Photos as in a photo app, in a real browser on a plain server: many chosen at once, changed in one go, and taken back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from support import live_server
from support.pictures import drawing
from support.soon import until

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
PHOTOS = 7
LONG_PRESS = """tile => {
  const press = (type) => tile.dispatchEvent(new PointerEvent(type, {bubbles: true, pointerType: "touch", clientX: 5, clientY: 5}));
  press("pointerdown");
  setTimeout(() => press("pointerup"), 700);
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = live_server.start(tmp_path_factory.mktemp("selection"))
    yield server
    live_server.end_trainings(server)
    server.close()


@pytest.fixture
def ann(server, tmp_path):
    yield live_server.person(server, tmp_path, photos=PHOTOS)
    live_server.forget_everybody(server)


@pytest.fixture
def panel(panel_on, server, ann):
    """On Ann's page."""
    panel = panel_on(server)
    panel.click("isen-character")
    expect(panel.get("isen-photos").locator("figure")).to_have_count(PHOTOS)
    return panel


def tiles(panel):
    return panel.get("isen-photos").locator("figure > button:first-child")


def chosen(panel, number) -> None:
    expect(panel.get("isen-selected")).to_have_text(f"{number} selected")
    expect(panel.page.locator(".isen-chosen")).to_have_count(number)


def undone(panel, server, ann, before) -> None:
    """What was done is taken back in one press, to what it was."""
    panel.click("isen-undo")
    expect(panel.page.locator(".isen-undo")).to_be_hidden()
    panel.page.wait_for_function(
        "ids => store.state.photos[store.state.route.id].map((photo) => photo.id).join() === ids",
        arg=",".join(photo["id"] for photo in before),
    )
    assert live_server.photos_of(server, ann) == before


def test_photos_are_chosen_by_clicks_and_changed_together(server, panel, ann):
    before = live_server.photos_of(server, ann)
    tiles(panel).nth(1).click(modifiers=["ControlOrMeta"])
    tiles(panel).nth(3).click()
    chosen(panel, 2)
    panel.get("isen-use-aside").check(force=True)
    expect(panel.page.locator(".isen-undo")).to_contain_text("2 photos are set aside for checking.")
    assert [photo["held_out"] for photo in live_server.photos_of(server, ann)].count(True) == 2
    undone(panel, server, ann, before)
    tiles(panel).nth(5).click(modifiers=["Shift"])
    chosen(panel, 4)
    panel.click("isen-select-caption")
    panel.get("isen-select-caption-text").fill("annqvx in a garden")
    panel.click("isen-select-caption-apply")
    expect(panel.page.locator(".isen-undo")).to_contain_text("4 captions changed.")
    captions = [photo["caption"] for photo in live_server.photos_of(server, ann)]
    assert captions == ["", *["annqvx in a garden"] * 1, "", *["annqvx in a garden"] * 3, ""]
    undone(panel, server, ann, before)
    panel.click("isen-select-rotate")
    expect(panel.page.locator(".isen-undo")).to_contain_text("4 photos rotated.")
    chosen(panel, 4)
    sizes = [(photo["width"], photo["height"]) for photo in live_server.photos_of(server, ann)]
    assert sizes.count((700, 900)) == 4 and sizes[0] == (900, 700)
    undone(panel, server, ann, before)
    panel.click("isen-select-done")
    expect(panel.get("isen-selection")).to_be_hidden()
    panel.click("isen-select-photos")
    tiles(panel).nth(2).click()
    panel.click("isen-select-cover")
    face = panel.page.locator(".isen-portrait img")
    expect(face).to_have_attribute("src", re.compile(before[2]["id"]))
    panel.click("isen-undo")
    expect(face).to_have_attribute("src", re.compile(before[0]["id"]))
    panel.click("isen-select-all")
    chosen(panel, PHOTOS)
    panel.click("isen-select-delete")
    expect(panel.get("isen-photos").locator("figure")).to_have_count(0)
    undone(panel, server, ann, before)


def deleted_and_back_by_keys(panel) -> None:
    keys = panel.page.keyboard
    tiles(panel).nth(0).focus()
    keys.press("Delete")
    expect(panel.get("isen-photos").locator("figure")).to_have_count(PHOTOS - 1)
    expect(panel.get("isen-undo")).to_be_visible()
    keys.press("ControlOrMeta+z")
    expect(panel.get("isen-photos").locator("figure")).to_have_count(PHOTOS)


def test_photos_are_chosen_by_a_box_a_long_press_and_the_keyboard(server, panel, ann):
    first, last = tiles(panel).nth(0).bounding_box(), tiles(panel).nth(2).bounding_box()
    mouse, keys = panel.page.mouse, panel.page.keyboard
    mouse.move(first["x"] + 20, first["y"] + 20)
    mouse.down()
    mouse.move(last["x"] + 30, last["y"] + 40, steps=4)
    expect(panel.page.locator(".isen-lasso")).to_be_visible()
    mouse.up()
    chosen(panel, 3)
    expect(panel.page.locator("dialog, .isen-lasso")).to_have_count(0)
    panel.page.locator("isen-character h2").focus()
    panel.get("isen-photos").locator("li").nth(5).evaluate(LONG_PRESS)
    chosen(panel, 4)
    tiles(panel).nth(0).focus()
    keys.press("Escape")
    expect(panel.get("isen-selection")).to_be_hidden()
    keys.press("Space")
    keys.press("Shift+ArrowRight")
    chosen(panel, 2)
    expect(tiles(panel).nth(1)).to_be_focused()
    keys.press("ArrowRight")
    keys.press("Enter")
    expect(panel.page.locator("dialog")).to_contain_text(f"Photo 3 of {PHOTOS}")
    panel.page.locator("dialog .isen-segment", has_text="Not used").click()
    expect(panel.get("isen-use-unused").last).to_be_checked()
    panel.click("isen-rotate")
    expect(panel.page.locator("dialog")).to_contain_text("700 \u00d7 900")
    panel.click("isen-close")
    expect(panel.page.locator("figure.isen-off")).to_have_count(1)
    assert not live_server.photos_of(server, ann)[2]["included"]
    tiles(panel).nth(1).focus()
    keys.press("ControlOrMeta+a")
    chosen(panel, PHOTOS)
    keys.press("Delete")
    expect(panel.get("isen-photos").locator("figure")).to_have_count(0)
    panel.click("isen-undo")
    expect(panel.get("isen-photos").locator("figure")).to_have_count(PHOTOS)
    deleted_and_back_by_keys(panel)


@pytest.fixture
def sam(server, panel_on):
    """A drawn person with weak photos, and the panel on their page."""
    sam = server.api.post("/characters/sample")
    panel = panel_on(server)
    panel.click("isen-character")
    yield sam, panel
    live_server.forget_everybody(server)


def test_weak_photos_are_left_out_and_said(server, sam):
    person, panel = sam
    expect(panel.get("isen-weak")).to_have_text("Leave out 2 weak photos")
    panel.click("isen-weak")
    told = panel.get("isen-weak-told")
    expect(told).to_contain_text("2 weak photos are no longer used:")
    expect(told.locator("li").first).to_contain_text(re.compile(r"Photo \d+: (small|dark|blurred)"))
    used = [photo["included"] for photo in live_server.photos_of(server, person)]
    assert used.count(False) == 2
    panel.click("isen-weak-undo")
    expect(told).to_be_hidden()
    until(lambda: all(photo["included"] for photo in live_server.photos_of(server, person)))
    panel.click("isen-weak", "isen-weak-read")
    expect(told).to_be_hidden()


def test_files_come_by_folder_and_by_card_and_several_refusals_are_one_line(server, sam, tmp_path):
    person, panel = sam
    folder = tmp_path / "set"
    folder.mkdir()
    drawing(31).save(folder / "a.jpg")
    (folder / "a.txt").write_text("by the sea")
    with panel.page.expect_file_chooser() as chooser:
        panel.click("isen-choose-folder")
    chooser.value.set_files(folder)
    expect(panel.get("isen-photos").locator("figure")).to_have_count(13)
    expect(panel.page.locator("isen-character li progress")).to_have_count(0)
    panel.page.wait_for_function("store.state.photos[store.state.route.id].at(-1).caption === 'by the sea'")
    assert live_server.photos_of(server, person)[-1]["caption"] == "by the sea"
    bad = [tmp_path / name for name in ("one.jpg", "two.jpg", "three.jpg")]
    for file in bad:
        file.write_text("no picture")
    panel.get("isen-file-input").set_input_files([*map(str, bad), str(folder / "a.jpg")])
    fold = panel.get("isen-refused-fold")
    expect(fold).to_have_text("4 files were not added: not a readable photo (3), here already (1)")
    expect(panel.get("isen-refused").first).to_be_hidden()
    fold.click()
    expect(panel.get("isen-refused").first).to_contain_text("one.jpg was not added")
    panel.click("isen-dismiss-refused")
    drawing(32).save(tmp_path / "later.jpg")
    panel.page.route("**/photos", refused_posts)
    panel.get("isen-file-input").set_input_files(str(tmp_path / "later.jpg"))
    expect(panel.get("isen-refused")).to_contain_text("ComfyUI didn't respond")
    panel.page.unroute("**/photos")
    panel.click("isen-add-again")
    expect(panel.get("isen-photos").locator("figure")).to_have_count(14)
    panel.page.get_by_role("button", name="Back").click()
    panel.drop(panel.get("isen-character"), folder)
    expect(panel.page.locator("isen-character h2")).to_have_text("Sample Sam")
    expect(panel.get("isen-refused")).to_contain_text("a.jpg was not added")


def refused_posts(route) -> None:
    if route.request.method == "POST":
        route.abort()
    else:
        route.continue_()


def test_deleted_photos_are_brought_back_long_after_the_offer_to_undo_has_gone(panel, server, ann, shots):
    photos = f"/characters/{ann['id']}/photos"
    before = server.api.get(photos)["items"]
    gone = [before[1]["id"], before[4]["id"], before[5]["id"]]
    server.api.post(f"{photos}/delete", {"photo_ids": gone})
    expect(panel.get("isen-photos").locator("figure")).to_have_count(PHOTOS - 3)
    panel.click("isen-photo-trash")
    rows = panel.get("isen-deleted-photos").locator("li")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("deleted for good on")
    panel.page.wait_for_function(
        "() => [...document.querySelectorAll('[data-testid=isen-deleted-photos] img')].every((one) => one.naturalWidth)"
    )
    panel.page.screenshot(path=str(shots / "deleted-photos.png"))
    panel.get("isen-restore-photo").first.press("Enter")
    expect(rows).to_have_count(2)
    panel.click("isen-restore-all-photos")
    expect(rows).to_have_count(0)
    expect(panel.page.get_by_text("No deleted photos.")).to_be_visible()
    panel.click("isen-close")
    expect(panel.get("isen-photos").locator("figure")).to_have_count(PHOTOS)
    assert server.api.get(photos)["items"] == before
