"""The whole journey without a mouse, and a stranger's texts in a real server: names, file names, captions, prompts."""

from __future__ import annotations

from pathlib import Path

import pytest
from hosts import comfyui
from hosts.demo import drawings
from hosts.journey import Api, ApiError
from hosts.stage import opened
from playwright.sync_api import expect

pytestmark = [pytest.mark.e2e, pytest.mark.slow]
on_frontends = pytest.mark.parametrize("fast_server", comfyui.frontends(comfyui.NEW), indirect=True)
newest = pytest.mark.parametrize("fast_server", [comfyui.NEW], indirect=True)
STRANGE = "[data-pwned], script, iframe, base, style, math, object, embed, svg script, [onerror], [onload], [onfocus], [ontoggle]"


class Keys:
    """Reaches things by Tab alone."""

    def __init__(self, page) -> None:
        self.page = page.page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def reach(self, testid: str, key: str = "Tab", limit: int = 60) -> None:
        for _ in range(limit):
            if self.page.evaluate("document.activeElement?.dataset?.testid ?? ''") == testid:
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"{testid} was not reached in {limit} steps")


@on_frontends
def test_photos_to_picture_without_a_mouse(fast_server, open_page, photos):
    page = open_page(fast_server.url)
    page.wait_for_tab()
    page.page.wait_for_timeout(500)
    keys = Keys(page)
    keys.press("Escape", "Alt+Shift+I")
    expect(page.get("isen-tab-characters")).to_be_focused(timeout=10_000)
    keys.reach("isen-new-character")
    keys.press("Enter")
    page.page.keyboard.type("Ann Example")
    keys.reach("isen-consent")
    keys.press("Space", "Tab", "Enter")
    page.get("isen-dropzone").wait_for()
    with page.page.expect_file_chooser() as chooser:
        keys.reach("isen-file-input")
        keys.press("Space")
    chooser.value.set_files([str(photo) for photo in photos[:3]])
    expect(page.get("isen-photos").locator("figure")).to_have_count(3, timeout=20_000)
    keys.reach("isen-train")
    keys.press("Enter")
    expect(page.get("isen-start-training")).to_be_enabled(timeout=15_000)
    keys.reach("isen-start-training")
    keys.press("Enter")
    expect(page.get("isen-job-state")).to_have_text("done", timeout=40_000)
    keys.reach("isen-tab-training", "Shift+Tab")
    keys.press("ArrowRight")
    keys.reach("isen-prompt")
    page.page.keyboard.type("portrait of {trigger}")
    keys.reach("isen-generate")
    keys.press("Enter")
    picture = page.get("isen-image").first
    expect(picture).to_be_visible(timeout=30_000)
    assert page.errors == []


@pytest.mark.full
@on_frontends
def test_a_strangers_texts_stay_texts(fast_server, browser, open_page, tmp_path):
    page = open_page(fast_server.url)
    panel = page.open_tab()
    with opened(browser) as stage:
        payloads = stage.evaluate("texts_.PAYLOADS")
    assert len(payloads) == 25
    api = Api(fast_server.url)
    person = fill(api, payloads, drawings(tmp_path / "photos", 25))
    page.page.reload()
    page.open_tab()
    for view in ("characters", "training", "images"):
        page.get(f"isen-tab-{view}").click()
        page.page.wait_for_timeout(300)
        assert strange(page) == []
    page.get("isen-tab-characters").click()
    page.page.evaluate(
        "(id) => document.querySelector('isen-panel').store.go({ tab: 'characters', id })", person
    )
    expect(page.get("isen-photos").locator("figure")).to_have_count(25, timeout=15_000)
    page.get("isen-photos").locator("figure button").first.click()
    for _ in range(24):
        page.page.keyboard.press("ArrowRight")
        assert strange(page) == []
    assert panel.count() == 1 and page.errors == []


def strange(page) -> list[str]:
    found = page.page.evaluate(
        "(selector) => [...document.querySelectorAll('isen-panel')].flatMap((panel) => [...panel.querySelectorAll(selector)].map((one) => one.outerHTML.slice(0, 100)))",
        STRANGE,
    )
    return [*found, *(["a script ran"] if page.page.evaluate("'pwned' in window") else [])]


def fill(api: Api, payloads: list[str], photos: list[Path]) -> str:
    """Whatever the server takes, as name, kind, notes, file name, caption and prompt; the id of the one with photos."""
    for payload in payloads:
        api.post("/characters", {"name": payload[:80], "notes": payload})
    person = api.post("/characters", {"name": "Ann Example", "notes": payloads[0]})
    for payload, photo in zip(payloads, photos, strict=True):
        try:
            kept = api.upload(person["id"], photo, payload.replace('"', "'"))["items"][0]["photo"]
        except ApiError as refusal:
            assert refusal.error["code"] in ("photo_name", "bad_field"), (
                refusal
            )  # folders, and quotes of headers
            kept = api.upload(person["id"], photo)["items"][0]["photo"]
        caption = payload.replace("${", "$ {")
        api.patch(f"/characters/{person['id']}/photos/{kept['id']}", {"caption": caption})
    return person["id"]


RUN = "(id) => window.app.extensionManager.command.execute(id)"
ACTIVE = "window.app.extensionManager.sidebarTab.activeSidebarTabId === 'isengard'"


def page_of(fast_server, open_page, width):
    page = open_page(fast_server.url, width=width)
    page.wait_for_tab() if width > 768 else page.page.wait_for_function(
        "window.app?.extensionManager?.sidebarTab?.sidebarTabs?.some((tab) => tab.id === 'isengard')",
        timeout=150_000,
    )
    page.page.wait_for_timeout(1000)
    page.page.keyboard.press("Escape")
    return page


@on_frontends
@pytest.mark.parametrize(
    ("mode", "width"),
    [
        pytest.param("Comfy.ToggleLinear", 1400, marks=pytest.mark.full),
        pytest.param("Comfy.ToggleLinear", 700, marks=pytest.mark.full),
        pytest.param("Workspace.ToggleFocusMode", 1400, marks=pytest.mark.full),
    ],
)
def test_the_command_opens_the_panel_where_the_sidebar_is_hidden(fast_server, open_page, shots, mode, width):
    """App Mode and Focus Mode: there it opens over the page; back on the graph no tab is left open and blank."""
    page = page_of(fast_server, open_page, width)
    page.page.evaluate(RUN, mode)
    page.page.wait_for_timeout(1000)
    page.page.evaluate(RUN, "Isengard.open")
    expect(page.get("isen-tab-characters")).to_be_visible(timeout=10_000)
    expect(page.get("isen-tab-characters")).to_be_focused()
    page.page.screenshot(path=str(shots / f"hidden-{mode}-{width}.png"))
    if page.get("isen-leave").is_visible():
        page.page.keyboard.press("Escape")
        expect(page.page.locator("body > dialog")).to_have_count(0)
        assert not page.page.evaluate(ACTIVE)
    page.page.evaluate(RUN, mode)
    page.page.wait_for_timeout(1000)
    assert not page.page.evaluate(ACTIVE) or page.get("isen-tab-characters").is_visible(), "open and blank"
    page.page.evaluate(RUN, "Isengard.open")
    expect(page.get("isen-tab-characters")).to_be_visible()
    assert page.errors == []


@on_frontends
@pytest.mark.parametrize("width", [320, pytest.param(400, marks=pytest.mark.full)])
def test_on_a_phone_the_panel_has_the_whole_page(fast_server, open_page, shots, width):
    """The sidebar's share is 50 to 230 px there: every word stood in letters below each other."""
    page = page_of(fast_server, open_page, width)
    page.page.evaluate("window.app.extensionManager.sidebarTab.toggleSidebarTab('isengard')")
    leave = page.get("isen-leave")
    expect(leave).to_be_visible()
    assert page.page.locator("isen-panel").bounding_box()["width"] == width
    tabs = page.page.locator("isen-panel .isen-tab").all()
    assert {tab.bounding_box()["height"] for tab in tabs} == {34}, "each on one line"
    page.page.screenshot(path=str(shots / f"phone-{width}.png"))
    leave.click()
    expect(page.page.locator("isen-panel")).to_have_count(0)
    assert not page.page.evaluate(ACTIVE)
    assert page.errors == []


@pytest.mark.full
@on_frontends
def test_comfyui_knows_our_words(fast_server, open_page):
    """Its own catalogues hold the nodes' names, their tooltips and the command's label."""
    words = fast_server.get("/i18n")["en"]
    assert words["nodeDefs"]["IsengardCharacter"]["display_name"] == "Isengard Character"
    assert words["commands"]["Isengard_open"]["label"] == "Open Isengard"
    page = open_page(fast_server.url)
    page.wait_for_tab()
    label = "window.app.extensionManager.command.commands.find((one) => one.id === 'Isengard.open').label"
    assert page.page.evaluate(label) == "Open Isengard"


@pytest.mark.full
@on_frontends
def test_comfyuis_own_pages_know_us_and_the_button_can_be_hidden(fast_server, open_page):
    """The pages Settings and About, by ComfyUI's own command; the words come from `locales/`."""
    page = open_page(fast_server.url)
    page.wait_for_tab()
    button = page.page.get_by_role("button", name="Open Isengard").or_(
        page.page.locator(
            "button:has(.pi-user):not(.isengard-tab-button):not([data-testid=isengard-tab-button])"
        )
    )
    shown = button.count()
    page.page.evaluate("app.extensionManager.command.execute('Comfy.ShowSettingsDialog')")
    page.page.get_by_text("Isengard", exact=True).last.click()
    expect(page.page.get_by_text("Show the Isengard button in the action bar")).to_be_visible()
    page.page.get_by_text("About", exact=True).last.click()
    expect(page.page.locator('a[href$="isengard-nodes/isengard"]')).to_be_visible()
    page.page.evaluate("app.extensionManager.setting.set('Isengard.ActionBarButton', false)")
    page.page.reload()
    page.wait_for_tab()
    hidden = shown - button.count()
    page.page.evaluate("app.extensionManager.setting.set('Isengard.ActionBarButton', true)")
    assert hidden == 1
