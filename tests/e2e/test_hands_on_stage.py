"""Hands as they are, on the stage: a key that is held, a keyboard of other letters, a finger that rests, two fingers at once."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
NOTES = """() => {
  const { ways } = panel.store.api;
  const ask = ways.fetch;
  window.asked = [];
  ways.fetch = (path, init) => (init.method === "GET" || asked.push(`${init.method} ${path}`), ask(path, init));
}"""
SLOW = """(route) => {
  const { ways } = panel.store.api;
  const ask = ways.fetch;
  const free = new Promise((resolve) => (window.release = resolve));
  ways.fetch = async (path, init) => (await free, ask(path, init));
  panel.store.go(route);
}"""
OWN_CANVAS = """() => {
  const { store } = panel;
  Object.assign(window, { kept: [], ordered: 0 });
  panel.frontend = { canvasGraph: async () => ({ 1: { class_type: "KSampler", inputs: {} } }) };
  store.api.generations.create = async () => (ordered += 1, null);
  store.api.recipes.add = async (name) => (kept.push(name), null);
  store.set({ recipes: store.state.recipes.map((one) => ({ ...one })) });
}"""
PAINT_WITH_TWO = """(stage) => {
  stage.setPointerCapture = () => {};
  const { left, top } = stage.getBoundingClientRect();
  const strokes = () => Number(/\\d+/.exec(document.querySelector("#isen-mask-told").textContent)[0]);
  const finger = (kind, pointerId, x) => stage.dispatchEvent(new PointerEvent(kind, { bubbles: true, pointerType: "touch", pointerId, clientX: left + x, clientY: top + x, button: 0 }));
  const before = strokes();
  finger("pointerdown", 1, 50);
  finger("pointerdown", 2, 150);
  finger("pointermove", 2, 160);
  finger("pointerup", 2, 160);
  finger("pointermove", 1, 60);
  finger("pointerup", 1, 60);
  return [before, strokes()];
}"""
#: What is on the disk no more: it says its size, and cannot be read.
DROP_GONE = """(place) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File(["{}"], "mine.json"));
  const [file] = transfer.files;
  const gone = () => Promise.reject(new DOMException("gone", "NotFoundError"));
  Object.assign(file, { text: gone, slice: () => ({ arrayBuffer: gone }) });
  const drop = new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: transfer });
  Object.defineProperty(drop, "dataTransfer", { value: { types: ["Files"], files: [file] } });
  place.dispatchEvent(drop);
}"""
IN_DIALOG = """() => {
  window.around = document.createElement("dialog");
  document.body.append(around);
  around.append(panel);
  around.showModal();
}"""
LIKES = """() => {
  const { store } = panel;
  window.liked = [];
  store.api.generations.likeImage = async (id) => (liked.push(id), store.state.generations.find((one) => one.id === id));
}"""
DELETES = """() => {
  const { store } = panel;
  window.gone = [];
  store.api.generations.change = async (patches) => {
    gone.push(...patches.map((patch) => patch.generation_id));
    await new Promise((done) => setTimeout(done, 10));
    const items = patches.map(({ generation_id: id, n }) => {
      const known = store.state.generations.find((one) => one.id === id);
      return { ...known, images: known.images.map((image) => (image.n === n ? { ...image, deleted_at: "2026-01-01T00:00:00Z" } : image)) };
    });
    return { items, refused: [] };
  };
}"""
#: As a phone does that opens its menu sooner than our own long press.
RESTS = """async (open) => {
  const finger = { bubbles: true, pointerType: "touch", pointerId: 5, isPrimary: true, clientX: 50, clientY: 50, button: 0 };
  open.dispatchEvent(new PointerEvent("pointerdown", finger));
  await new Promise((done) => setTimeout(done, 300));
  const menu = new MouseEvent("contextmenu", { bubbles: true, cancelable: true });
  open.dispatchEvent(menu);
  open.dispatchEvent(new PointerEvent("pointercancel", finger));
  return menu.defaultPrevented;
}"""
TWO_FINGERS = """(frame) => {
  const stage = frame.parentElement;
  stage.setPointerCapture = () => {};
  const finger = (target, kind, pointerId, x, y) => target.dispatchEvent(new PointerEvent(kind, { bubbles: true, pointerType: "touch", pointerId, clientX: x, clientY: y, button: 0 }));
  const left = () => Math.round(parseFloat(frame.style.left));
  finger(frame, "pointerdown", 1, 300, 300);
  finger(frame, "pointerdown", 2, 400, 400);
  finger(stage, "pointermove", 2, 380, 380);
  finger(stage, "pointermove", 1, 301, 300);
  const during = left();
  finger(stage, "pointerup", 2, 380, 380);
  finger(stage, "pointermove", 1, 320, 300);
  const after = left();
  finger(stage, "pointerup", 1, 320, 300);
  finger(stage, "pointermove", 1, 500, 300);
  return [during, after > during, left() === after];
}"""


def test_a_held_key_deletes_one_thing(stage):
    """Each of the others would have gone with an offer to undo the last alone."""
    stage.show("viewer")
    stage.evaluate(DELETES)
    for _ in range(6):
        stage.keyboard.down("Delete")
        stage.wait_for_timeout(40)
    stage.keyboard.up("Delete")
    expect(stage.get_by_test_id("isen-undo")).to_be_visible()
    assert len(stage.evaluate("gone")) == 1
    stage.show("character")
    stage.evaluate(NOTES)
    stage.get_by_test_id("isen-photos").get_by_role("button").first.focus()
    for _ in range(6):
        stage.keyboard.down("Delete")
    stage.keyboard.up("Delete")
    expect(stage.get_by_test_id("isen-undo")).to_be_visible()
    assert stage.evaluate("asked") == ["POST /isengard/characters/chr_9/photos/delete"]


@pytest.mark.parametrize("key", ["F", "Ф", "ㄹ"])
def test_letters_are_found_on_any_keyboard(stage, key):
    stage.show("viewer")
    stage.evaluate(LIKES)
    stage.locator("dialog[open]").last.evaluate(
        "(dialog, key) => dialog.dispatchEvent(new KeyboardEvent('keydown', { key, code: 'KeyF', bubbles: true }))",
        key,
    )
    stage.wait_for_function("liked.length")


@pytest.mark.parametrize(("state", "wall"), [("images-many", "isen-wall"), ("character", "isen-photos")])
def test_a_finger_that_rests_chooses_though_the_phone_is_quicker(stage, state, wall):
    stage.show(state)
    assert stage.get_by_test_id(wall).get_by_role("button").first.evaluate(RESTS)
    expect(stage.get_by_test_id("isen-selected")).to_contain_text("1")
    expect(stage.locator(".isen-chosen")).to_have_count(1)


def test_two_fingers_do_not_pull_a_crop_to_and_fro(stage):
    stage.show("crop")
    assert stage.get_by_test_id("isen-crop-box").evaluate(TWO_FINGERS) == [10, True, True]


def test_enter_in_the_name_of_a_workflow_saves_it_and_orders_no_picture(stage):
    stage.show("images-settings")
    stage.evaluate(OWN_CANVAS)
    stage.get_by_test_id("isen-recipe-shelf").click()
    name = stage.get_by_test_id("isen-recipe-name")
    name.fill("Mine")
    name.press("Enter")
    stage.wait_for_function("kept.length")
    assert stage.evaluate("[kept, ordered]") == [["Mine"], 0]


def test_escape_closes_the_menu_of_a_person_and_not_what_the_panel_is_in(stage):
    """As in App Mode and on phones, where the panel is in a dialog over ComfyUI's page."""
    stage.show("character")
    stage.evaluate(IN_DIALOG)
    stage.get_by_test_id("isen-more").click()
    expect(stage.get_by_test_id("isen-edit")).to_be_visible()
    stage.keyboard.press("Escape")
    expect(stage.get_by_test_id("isen-edit")).to_be_hidden()
    assert stage.evaluate("around.open")
    stage.keyboard.press("Escape")
    assert not stage.evaluate("around.open")


def test_two_fingers_paint_one_line(stage):
    """From the first one's place to where it goes, not to the other finger and back."""
    stage.show("onward-into")
    mask = stage.get_by_test_id("isen-mask")
    before, after = mask.evaluate(PAINT_WITH_TWO)
    assert after == before + 1


def test_a_workflow_file_that_has_gone_is_told(stage):
    stage.show("images-settings")
    stage.get_by_test_id("isen-recipe-shelf").click()
    stage.get_by_test_id("isen-recipe-drop").evaluate(DROP_GONE)
    expect(stage.get_by_test_id("isen-problem")).to_be_visible()


def test_who_works_by_keys_keeps_the_focus_where_a_button_can_do_no_more(stage):
    stage.show("compare-sides")
    out = stage.get_by_test_id("isen-zoom-out").last
    out.focus()
    for _ in range(3):
        stage.keyboard.press("Enter")
    expect(out).to_have_attribute("aria-disabled", "true")
    expect(out).to_be_focused()
    stage.show("character-each")
    stage.evaluate(
        "void (panel.store.api.photos.update = async (who, id, changes) => ({ ...panel.store.photos.of(who).find((known) => known.id === id), ...changes }))"
    )
    chips = stage.get_by_test_id("isen-caption-chip")
    at = chips.evaluate_all("(chips) => chips.findIndex((chip) => !chip.disabled)")
    chips.nth(at).press("Enter")
    expect(chips.nth(at)).to_be_disabled()
    expect(stage.locator(".isen-caption textarea").nth(at)).to_be_focused()
    stage.show("character-replace")
    stage.get_by_test_id("isen-find").fill("garden")
    stage.get_by_test_id("isen-replace-all").press("Enter")
    expect(stage.get_by_test_id("isen-find")).to_be_focused()


def test_what_was_brought_back_from_the_trash_is_no_more_offered_to_be_undone(stage):
    stage.show("characters-trash")
    stage.evaluate(
        "panel.dispatchEvent(new CustomEvent('isen-undo', { detail: { text: 'Cleo is in the trash.', undo: () => {} } }))"
    )
    stage.evaluate(
        "void (panel.store.api.characters.restore = async (id) => ({ ...panel.store.state.characters[0], id, name: 'Eve' }))"
    )
    undo = stage.get_by_test_id("isen-undo")
    expect(undo).to_be_visible()
    stage.get_by_test_id("isen-bring-back").first.click()
    expect(undo).to_be_hidden()


def test_what_cannot_be_done_with_a_picture_says_why(stage):
    stage.show("viewer-menu")
    stage.evaluate("panel.store.set({ recipes: [] })")
    expect(stage.get_by_test_id("isen-variations").last).to_contain_text("No installed workflow can do this")
    expect(stage.get_by_test_id("isen-into-picture").last).to_contain_text("No installed workflow can draw")
    stage.evaluate(
        "panel.store.set({ characters: panel.store.state.characters.filter(({ id }) => id !== 'chr_9') })"
    )
    expect(stage.get_by_test_id("isen-keep-cover").last).to_contain_text("no longer here")
    expect(stage.get_by_test_id("isen-enlarge-picture").last).to_be_disabled()
    stage.show("images")
    stage.evaluate(
        """panel.store.set({ generations: panel.store.state.generations.map((known) =>
          ({ ...known, images: known.images.map((one) => ({ ...one, width: 3000, height: 3000 })) })) })"""
    )
    stage.locator(".isen-tile button").first.click()
    stage.get_by_test_id("isen-more-actions").click()
    stage.get_by_test_id("isen-enlarge-picture").click()
    order = stage.get_by_test_id("isen-enlarge")
    expect(order).to_contain_text("a side has at most 4,096 pixels")
    expect(order.get_by_test_id("isen-enlarge-go")).to_be_disabled()


def test_saving_no_token_leads_to_where_it_is_written(stage):
    stage.show("settings")
    stage.get_by_test_id("isen-save-token").click()
    expect(stage.get_by_test_id("isen-hf-token")).to_be_focused()
    stage.show("model")
    stage.evaluate(
        "panel.store.set({ families: panel.store.state.families.map((known) => ({ ...known, needs_token: true })) })"
    )
    stage.get_by_test_id("isen-gate-save").click()
    expect(stage.get_by_test_id("isen-gate-token")).to_be_focused()


def test_many_deleted_photos_are_shown_a_part_at_a_time(stage):
    stage.show("photos-deleted")
    rows = stage.get_by_test_id("isen-deleted-photos").locator("li")
    expect(rows).to_have_count(60)
    stage.get_by_test_id("isen-more-deleted-photos").click()
    expect(rows).to_have_count(70)
    expect(stage.get_by_test_id("isen-more-deleted-photos")).to_be_hidden()


def test_deleted_pictures_come_in_pages(stage):
    stage.show("images-deleted")
    rows = stage.get_by_test_id("isen-deleted-pictures").locator("li")
    expect(rows).to_have_count(2)
    stage.evaluate(
        """() => {
          const { generations } = panel.store.api;
          const first = generations.deleted;
          generations.deleted = async function (cursor) {
            const page = await first.call(this, cursor);
            window.asked = cursor;
            return { items: [...page.items, { ...page.items[0], id: "gen_2" }], next_cursor: null };
          };
        }"""
    )
    stage.get_by_test_id("isen-more-deleted").click()
    expect(rows).to_have_count(3)
    expect(stage.get_by_test_id("isen-more-deleted")).to_be_hidden()
    assert stage.evaluate("asked") == "next"


def test_while_a_filter_is_asked_for_nobody_says_that_nothing_fits(stage):
    stage.show("images-filters")
    stage.evaluate(
        "void (panel.store.api.generations.list = () => new Promise((resolve) => (window.answer = resolve)))"
    )
    stage.get_by_test_id("isen-only-favourites").check()
    none = stage.get_by_test_id("isen-no-images")
    expect(none).to_have_text("Loading")
    stage.evaluate("answer({ items: [], next_cursor: null })")
    expect(none).to_contain_text("No pictures match")


def test_on_a_slow_line_a_view_says_where_one_is_and_that_it_loads(stage):
    stage.show("photo-day-form")
    stage.evaluate("panel.store.go({ tab: 'characters' })")
    stage.evaluate(SLOW, {"tab": "images", "day": "chr_9"})
    day = stage.locator("isen-photo-day")
    expect(day.locator("h2")).to_have_text("Photo day with Anna")
    expect(day.get_by_label("Loading")).to_be_visible()
    stage.evaluate("release()")
    expect(day.get_by_label("Loading")).to_be_hidden()
    stage.show("characters")
    stage.evaluate(SLOW, {"tab": "settings"})
    settings = stage.locator("isen-settings")
    expect(settings.get_by_text("Loading", exact=True)).to_be_visible()
    stage.evaluate("release()")
    expect(stage.get_by_test_id("isen-setting-log_level")).to_be_visible()
    expect(settings.get_by_text("Loading", exact=True)).to_have_count(0)


def test_what_is_under_way_without_a_number_does_not_look_as_if_nothing_were_done(stage):
    stage.show("images-away")
    bar = stage.locator("progress:indeterminate").first
    expect(bar).to_be_visible()
    drawn = (
        "(bar) => [getComputedStyle(bar).backgroundImage.split('(')[0], getComputedStyle(bar).animationName]"
    )
    assert bar.evaluate(drawn) == ["repeating-linear-gradient", "none"], (
        "nothing moves for those who asked for that"
    )
    stage.emulate_media(reduced_motion="no-preference")
    assert bar.evaluate(drawn) == ["repeating-linear-gradient", "isen-breathe"]
    stage.emulate_media(reduced_motion="reduce")


def test_photos_without_captions_are_told_without_them(stage):
    stage.show("character")
    stage.evaluate(
        """() => {
          const { characters } = panel.store.api;
          const ask = characters.wouldForget.bind(characters);
          characters.wouldForget = async (id) => {
            const { report } = await ask(id);
            return { report: { ...report, photos: 20, captions: 0 } };
          };
        }"""
    )
    stage.get_by_test_id("isen-more").click()
    stage.get_by_test_id("isen-forget").click()
    expect(stage.get_by_test_id("isen-forget-what").locator("li").first).to_have_text("20 photos")


@pytest.mark.parametrize("entry", ["isen-enlarge-picture", "isen-variations", "isen-keep-training"])
def test_after_a_menu_s_dialog_the_keyboard_is_at_the_menu(stage, entry):
    """Its entry was gone by then, and the keyboard began at the picture's first button again."""
    stage.show("images-many")
    stage.locator(".isen-tile button").nth(1).press("Enter")
    stage.get_by_test_id("isen-more-actions").press("Enter")
    stage.get_by_test_id(entry).press("Enter")
    expect(stage.locator("dialog[open]")).to_have_count(2)
    stage.keyboard.press("Escape")
    expect(stage.locator("dialog[open]")).to_have_count(1)
    expect(stage.get_by_test_id("isen-more-actions")).to_be_focused()


def test_choosing_photos_by_keyboard_begins_and_ends_where_one_is(stage):
    """Select and Done went away under the focus, which began again at the top of the page."""
    stage.show("character")
    begin = stage.get_by_test_id("isen-select-photos")
    begin.press("Enter")
    expect(stage.locator(".isen-strip .isen-plain").first).to_be_focused()
    stage.keyboard.press("ArrowRight")
    expect(stage.locator(".isen-strip .isen-plain").nth(1)).to_be_focused()
    stage.get_by_test_id("isen-select-done").press("Enter")
    expect(begin).to_be_focused()


def test_choosing_no_picture_any_more_leaves_the_keyboard_at_the_pictures(stage):
    stage.show("images-selected")
    stage.get_by_test_id("isen-select-none").press("Enter")
    expect(stage.locator(".isen-tile button[tabindex='0']")).to_be_focused()
