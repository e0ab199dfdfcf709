"""The pack's start in a page with ComfyUI's Custom Nodes SDK and no `app` (tests/js/sdk, written from its documentation)."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect
from support import live_server

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
TAB = "tab-isengard.panel"
MEMORY = 'told.documents.get("Isengard.panel/remembered.json")'


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = live_server.start(
        tmp_path_factory.mktemp("sdk"), environment={"ISENGARD_MODE": "fast-test", "ISENGARD_IDLE_S": "1"}
    )
    yield running
    running.close()


@pytest.fixture
def sdk_page(browser, server):
    """`sdk_page("tabs=0")` opens the page; nothing it says may be an error."""
    errors, contexts = [], []

    def sdk_page(query: str = "", width: int = 1200, words: dict | None = None):
        context = browser.new_context(viewport={"width": width, "height": 900})
        if words:
            context.route(
                "**/isengard/languages", lambda asked: asked.fulfill(json={"languages": list(words.values())})
            )
            context.route(
                "**/isengard/languages/*",
                lambda asked: asked.fulfill(json=words[asked.request.url.rsplit("/", 1)[1]]),
            )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: said.type in ("error", "warning") and errors.append(said.text))
        page.goto(f"{server.url}/pack/tests/js/sdk/index.html?{query}")
        page.locator("html[data-ready]").wait_for(state="attached")
        return page

    yield sdk_page
    for context in contexts:
        context.close()
    assert errors == []


def test_the_panel_opens_as_a_tab_talks_to_the_api_and_goes_with_its_tab(sdk_page, server, shots):
    page = sdk_page()
    page.get_by_test_id(TAB).click()
    people = page.get_by_test_id("isen-tab-characters")
    expect(people).to_be_visible()
    page.get_by_test_id("isen-new-character").click()
    page.get_by_test_id("isen-name").fill("Anna")
    page.get_by_test_id("isen-consent").check()
    page.get_by_test_id("isen-create").click()
    expect(page.get_by_test_id("isen-dropzone")).to_be_visible()
    assert [one["name"] for one in server.api.get("/characters")["items"]] == ["Anna"]
    page.screenshot(path=str(shots / "sdk-tab.png"))
    page.get_by_test_id(TAB).click()
    expect(page.locator("isen-panel")).to_have_count(0)
    page.keyboard.press("Alt+Shift+I")
    expect(people).to_be_focused()
    assert page.evaluate("told.dialogs.length") == 0
    page.keyboard.press("Alt+Shift+I")
    expect(people).to_be_visible()


def test_without_a_command_for_tabs_it_opens_in_a_dialog_of_the_host(sdk_page, shots):
    page = sdk_page("tabs=0")
    page.get_by_test_id("button-Isengard.button").click()
    people = page.locator("dialog").get_by_test_id("isen-tab-characters")
    expect(people).to_be_focused()
    page.wait_for_timeout(500)
    page.screenshot(path=str(shots / "sdk-dialog.png"))
    assert page.locator("isen-panel").bounding_box()["width"] == 480
    page.keyboard.press("Escape")
    expect(page.locator("isen-panel")).to_have_count(0)
    page.get_by_test_id(TAB).click()
    expect(page.get_by_test_id("isen-tab-characters")).to_be_visible()


def test_a_setting_and_what_is_remembered_are_kept(sdk_page, server):
    page = sdk_page()
    page.get_by_test_id(TAB).click()
    page.get_by_test_id("isen-settings").click()
    page.get_by_test_id("isen-setting-log_level").select_option("DEBUG")
    page.wait_for_function(
        "async () => (await (await fetch('/isengard/settings')).json()).items.some((one) => one.value === 'DEBUG')"
    )
    report = page.get_by_test_id("isen-diagnostics").get_attribute("href")
    with page.expect_download():
        page.get_by_test_id("isen-diagnostics").click()
    assert "%22adapter%22%3A%22sdk%22" in report
    page.context.grant_permissions(["notifications"])
    page.get_by_test_id("isen-notify").check()
    page.wait_for_function(f"{MEMORY} !== undefined")
    assert json.loads(page.evaluate(MEMORY)) == {"isengard.notify": "1"}
    assert page.evaluate("Object.keys(localStorage)") == []


WORDS = {
    "de": {"code": "de", "name": "Deutsch", "dir": "ltr", "panel": {"characters": "Personen"}, "server": {}},
    "he": {"code": "he", "name": "\u05e2\u05d1\u05e8\u05d9\u05ea", "dir": "rtl", "panel": {}, "server": {}},
}


def test_another_language_is_spoken_at_once_in_all_that_is_shown(sdk_page, server):
    """ComfyUI's own at first, then one that is chosen, which reads from right to left, then English again."""
    page = sdk_page("locale=de", words=WORDS)
    page.get_by_test_id(TAB).click()
    people = page.get_by_test_id("isen-tab-characters")
    expect(people).to_have_text("Personen")
    page.get_by_test_id("isen-settings").click()
    chosen = page.get_by_test_id("isen-setting-language")
    expect(chosen.locator("option")).to_have_count(4)
    chosen.focus()
    chosen.select_option("he")
    panel = page.locator("isen-panel")
    expect(panel).to_have_attribute("dir", "rtl")
    expect(people).to_have_text("Characters")
    expect(chosen).to_be_focused()
    chosen.select_option("auto")
    expect(people).to_have_text("Personen")
    chosen.select_option("en")
    expect(people).to_have_text("Characters")
    assert [panel.get_attribute(name) for name in ("lang", "dir")] == ["en", "ltr"]
    server.api.patch("/settings", {"language": "auto"})
