"""Help where one is: the table of shortcuts against the handlers, and what somebody asks for help, for folders and for room."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect
from support import live_server
from support.loras import publish
from support.pictures import drawing

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
#: How the stage comes to each place, what there has the keys, and what makes all of them mean something.
WAYS = {
    "mask": ("onward-into", '[data-testid="isen-mask"]', ""),
    "crop": ("crop", ".isen-crop-box", ""),
    "comparison": ("compare", ".isen-comparison", ""),
    "culling": (
        "photo-day-culling",
        ".isen-culling",
        "for (const one of document.querySelectorAll('.isen-culling button')) one.hidden = false;",
    ),
    "viewer": ("viewer", "dialog.isen-viewer", ""),
    "photo": ("photo", "dialog.isen-sheet", ""),
    "photos": ("character", ".isen-strip figure > button", "press('ctrl+a');"),
    "gallery": (
        "images-selected",
        ".isen-tile button",
        "press('ctrl+a'); for (const one of document.querySelectorAll('.isen-selection button, .isen-labelled')) one.disabled = false;",
    ),
    "prompt": (
        "images",
        '[data-testid="isen-prompt"]',
        "panel.store.api.generations.create = async () => null;",
    ),
    "trainings": ("trainings", ".isen-job-item button", ""),
    "tabs": ("settings", '.isen-tabs [tabindex="0"]', ""),
    "panel": (
        "settings",
        ".isen-body h2",
        "panel.dispatchEvent(new CustomEvent('isen-undo', { detail: { text: 'done', undo: () => {} } }));",
    ),
}
#: Every key is pressed where the focus is, and only the key: what a button would do then is swallowed.
PRESSED = """([target, prepare, keys]) => {
  const swallow = (event) => { event.stopImmediatePropagation(); event.preventDefault(); };
  document.addEventListener("click", swallow, true);
  const press = (keys) => {
    const parts = keys.split(/\\+(?=.)/);
    const key = parts.pop();
    const held = Object.fromEntries(["ctrl", "meta", "shift", "alt"].map((one) => [`${one}Key`, parts.includes(one)]));
    const event = new KeyboardEvent("keydown", { key, ...held, bubbles: true, cancelable: true });
    document.querySelector(target).dispatchEvent(event);
    document.querySelector("dialog.isen-help")?.close();
    return event.defaultPrevented;
  };
  const made = new Function("press", prepare);
  try {
    return keys.filter((one) => { made(press); return press(one); });
  } finally {
    document.removeEventListener("click", swallow, true);
  }
}"""
PLAIN = [
    *"abcdefghijklmnopqrstuvwxyz0123456789+=-?",
    *(" ", "Enter", "Escape", "Backspace", "PageUp", "PageDown", "Home", "End"),
    *("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "ctrl+a", "ctrl+z", "ctrl+y", "ctrl+Enter"),
    "Delete",
]
#: With Ctrl, Cmd or Alt these are the browser's or the system's: back and on, tabs, zoom, the whole history of the page.
THEIRS = [
    f"{held}+{key}"
    for held in ("ctrl", "meta", "alt")
    for key in PLAIN
    if key.partition("+")[0] not in ("ctrl", " ", "Enter", "Escape")
]


def test_the_table_of_shortcuts_says_what_the_handlers_do(stage):
    """Each key of the table is heard in its place, and no key is heard there that the table does not have."""
    table = stage.evaluate(
        "async () => (await import('/js/data/help/shortcuts.js')).PLACES.map(({ id, at, shortcuts }) => "
        "({ id, at, keys: shortcuts.filter(({ by }) => !by).flatMap(({ keys }) => keys) }))"
    )
    assert {place["id"] for place in table} == set(WAYS)
    everywhere = {"?"}
    wrong = {}
    for place in table:
        state, target, prepare = WAYS[place["id"]]
        stage.show(state)
        assert stage.evaluate(
            "([target, at]) => Boolean(document.querySelector(target)?.closest(at))", [target, place["at"]]
        )
        told = set(place["keys"])
        heard = set(stage.evaluate(PRESSED, [target, prepare, [*(told - set(PLAIN)), *PLAIN]]))
        if heard != told | everywhere - ({"?"} if place["id"] == "prompt" else set()):
            wrong[place["id"]] = {"not heard": told - heard, "not told": heard - told - everywhere}
    assert not wrong, wrong
    assert stage.faults == []


def test_a_key_that_is_held_with_another_stays_the_browsers(stage):
    """Alt and Left is Back, Ctrl and Page Down the next tab: no place takes one that the table does not give it."""
    table = stage.evaluate(
        "async () => (await import('/js/data/help/shortcuts.js')).PLACES.map(({ id, shortcuts }) => "
        "({ id, keys: shortcuts.flatMap(({ keys }) => keys) }))"
    )
    taken = {}
    for place in table:
        state, target, prepare = WAYS[place["id"]]
        stage.show(state)
        heard = set(stage.evaluate(PRESSED, [target, prepare, THEIRS]))
        ours = {*place["keys"], *(key.replace("ctrl+", "meta+") for key in place["keys"])}
        if heard - ours:
            taken[place["id"]] = sorted(heard - ours)
    assert not taken, taken


def test_help_is_never_in_the_way_of_writing_and_begins_where_one_is(stage):
    stage.show("images")
    box = stage.get_by_test_id("isen-prompt")
    box.click()
    stage.keyboard.type("who?")
    assert "who?" in box.inner_text()
    expect(stage.locator("dialog.isen-help")).to_have_count(0)
    stage.get_by_test_id("isen-tab-images").focus()
    stage.keyboard.press("Shift+?")
    dialog = stage.locator("dialog.isen-help")
    expect(dialog.locator("section").first).to_contain_text("Tabs")
    expect(dialog.locator("h2")).to_be_focused()
    stage.keyboard.press("Shift+?")
    expect(dialog).to_have_count(0)
    stage.show("viewer")
    stage.keyboard.press("?")
    expect(dialog.locator("section").first).to_contain_text("One picture in full")
    stage.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(stage.locator("dialog.isen-viewer").last).to_be_visible()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = live_server.start(tmp_path_factory.mktemp("help"))
    yield server
    server.close()


def test_help_report_folders_and_room(server, panel_on, tmp_path, shots, monkeypatch):
    """From the header to the form on GitHub, to a folder, and to what can be freed."""
    shown = []
    monkeypatch.setattr("isengard.web.services.storage.folders.opener", lambda: ["a file manager"])
    monkeypatch.setattr(
        "isengard.web.services.storage.folders._has_opened", lambda argv: shown.append(argv) or True
    )
    ann = live_server.person(server, tmp_path, name="Ann Quillfeather")
    publish(server.services.versions, ann, 10)
    panel = panel_on(server, width=320)
    page = panel.page
    panel.click("isen-help")
    expect(panel.get("isen-guide")).to_have_attribute("href", re.compile("github.com.*#readme"))
    for name in ("isen-guide-nodes", "isen-guide-troubles", "isen-changes", "isen-issues"):
        expect(panel.get(name)).to_have_attribute("target", "_blank")
    page.screenshot(path=str(shots / "help-320.png"))
    panel.click("isen-report")
    body = panel.get("isen-report-body").inner_text()
    form = urlsplit(panel.get("isen-report-go").get_attribute("href"))
    sent = parse_qs(form.query)
    assert form.path.endswith("/issues/new") and body.startswith(sent["title"][0])
    assert "Quillfeather" not in body and str(server.services.paths.root) not in body and "- ComfyUI" in body
    page.route("https://github.com/**", lambda route: route.fulfill(body="the form"))
    page.context.route("https://github.com/**", lambda route: route.fulfill(body="the form"))
    with page.expect_popup() as popup, page.expect_download() as saved:
        panel.get("isen-report-go").click()
    assert saved.value.suggested_filename == "isengard-diagnostics.zip"
    popup.value.close()
    for kind in ("isen-report", "isen-help"):
        page.keyboard.press("Escape")
        expect(page.locator(f"dialog.{kind}")).to_have_count(0)
    from_settings(server, panel, shown)
    disk_space(server, panel, ann)


def from_settings(server, panel, shown) -> None:
    """The same two, folders, and the switch of the page's title."""
    page = panel.page
    panel.click("isen-settings")
    for opener, kind in (("isen-shortcuts", "isen-help"), ("isen-report-problem", "isen-report")):
        panel.click(opener)
        expect(page.locator(f"dialog.{kind}")).to_be_visible()  # what the form will hold is asked first
        page.keyboard.press("Escape")
        expect(page.locator(f"dialog.{kind}")).to_have_count(0)
    folders = panel.get("isen-folders")
    expect(folders).to_contain_text(str(server.services.paths.root))
    folders.get_by_test_id("isen-folder-open").first.click()
    expect(folders).to_contain_text("open in your file manager")
    assert shown == [["a file manager", str(server.services.paths.root)]]
    title = panel.get("isen-title")
    expect(title).to_be_checked()
    title.uncheck()
    assert page.evaluate("localStorage['isengard.title']") == "0"


def disk_space(server, panel, ann) -> None:
    """A photo in the trash is measured, confirmed and gone; Ann's things stay."""
    photo = live_server.photos_of(server, ann)[0]
    server.api.delete(f"/characters/{ann['id']}/photos/{photo['id']}")
    panel.click("isen-storage-measure")
    expect(panel.get("isen-storage-people")).to_contain_text("Ann Quillfeather")
    expect(panel.get("isen-storage")).to_contain_text("Trash")
    panel.click("isen-free-trash")
    expect(panel.page.locator("dialog[open]")).to_contain_text("deleted for good")
    panel.click("isen-really-free")
    expect(panel.get("isen-storage")).to_contain_text("freed.")
    expect(panel.get("isen-free-trash")).to_have_count(0)
    assert not [file for file in server.services.paths.trash.rglob("*") if file.is_file()]
    panel.click("isen-storage-person")
    expect(panel.page.locator("h2")).to_contain_text("Ann Quillfeather")
    # she has a LoRA and no picture yet: the rail leads on in Images, too
    panel.click("isen-tab-images")
    expect(panel.get("isen-rail-pictures")).to_have_attribute("aria-current", "step")
    expect(panel.get("isen-rail-choose")).to_be_enabled()


def test_elsewhere_paths_are_copied_and_room_is_said_before_it_is_gone(stage):
    stage.context.grant_permissions(["clipboard-read", "clipboard-write"])
    stage.show("settings")
    folders = stage.get_by_test_id("isen-folders")
    folders.get_by_test_id("isen-folder-copy").nth(1).click()
    expect(folders).to_contain_text("Path copied.")
    assert stage.evaluate("navigator.clipboard.readText()") == "/data/isengard/models"
    stage.show("storage-low")
    expect(stage.get_by_test_id("isen-storage-low")).to_contain_text("800 MB are free")
    stage.get_by_test_id("isen-storage-show").click()
    expect(stage.get_by_test_id("isen-storage")).to_contain_text("FLUX.2 Klein 4B")
    stage.get_by_test_id("isen-free-model").click()
    expect(stage.locator("dialog[open]")).to_contain_text("FLUX.2 Klein 4B")


def test_two_folders_at_once_are_two_people(server, panel_on, tmp_path):
    live_server.forget_everybody(server)
    panel = panel_on(server)
    folders = [tmp_path / name for name in ("Cleo", "Dan")]
    for seed, folder in enumerate(folders):
        folder.mkdir()
        drawing(seed).save(folder / "a.jpg")
    panel.drop(panel.get("isen-first"), *folders)
    expect(panel.get("isen-several-people")).to_contain_text("Cleo and Dan")
    panel.click("isen-people-one")
    expect(panel.get("isen-several-people")).to_be_hidden()
    panel.page.evaluate("store.set({ arrivals: null })")
    panel.drop(panel.page.locator(".isen-head"), *folders)
    panel.click("isen-people-each")
    expect(panel.page.locator(".isen-undo")).to_contain_text("2 people added")
    panel.page.wait_for_function("store.state.characters.length === 2 && store.state.uploads.length === 0")
    people = server.api.get("/characters")["items"]
    assert {(one["name"], one["photo_count"], one["consent"]) for one in people} == {
        ("Cleo", 1, False),
        ("Dan", 1, False),
    }
