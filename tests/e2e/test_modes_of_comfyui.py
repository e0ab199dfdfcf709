"""The journey from photos to a picture wherever ComfyUI shows the panel: graph, App Mode at three widths, Focus Mode, with Vue nodes and without."""

from __future__ import annotations

import json
import re
import urllib.request

import pytest
from hosts import comfyui
from hosts.journey import Api
from hosts.panel_steps import create_character, train
from playwright.sync_api import expect

pytestmark = [
    pytest.mark.full,
    pytest.mark.slow,
    pytest.mark.e2e,
    pytest.mark.parametrize("fast_server", comfyui.frontends(comfyui.NEW), indirect=True),
]
APP, FOCUS = "Comfy.ToggleLinear", "Workspace.ToggleFocusMode"
#: ComfyUI's command that leads there, and how wide the window is.
MODES = {
    "graph": ("", 1400),
    "app": (APP, 1400),
    "app-tablet": (APP, 760),
    "app-phone": (APP, 390),
    "focus": (FOCUS, 1400),
}
RUN = "(id) => window.app.extensionManager.command.execute(id)"
READY = (
    "() => window.app?.extensionManager?.sidebarTab?.sidebarTabs?.some((tab) => tab.id === 'isengard') "
    "&& window.app.extensionManager.setting.get('Comfy.VueNodes.Enabled') !== undefined"
)
VUE = "() => window.app.extensionManager.setting.get('Comfy.VueNodes.Enabled')"


def choose(server, **settings) -> None:
    """In ComfyUI's own settings, before its page reads them."""
    for name, value in settings.items():
        address = f"{server.url}/settings/Comfy.{name.replace('_', '.')}"
        asked = urllib.request.Request(address, json.dumps(value).encode(), method="POST")
        asked.add_header("Content-Type", "application/json")
        urllib.request.urlopen(asked, timeout=30).close()


@pytest.mark.parametrize("vue", [False, True], ids=["canvas-nodes", "vue-nodes"])
@pytest.mark.parametrize("mode", MODES)
def test_photos_to_a_picture(fast_server, open_page, photos, shots, mode, vue):
    command, width = MODES[mode]
    choose(fast_server, VueNodes_Enabled=vue, TutorialCompleted=True)
    page = open_page(fast_server.url, width=width)
    page.page.wait_for_function(READY, timeout=150_000)
    assert page.page.evaluate(VUE) is vue
    page.page.wait_for_timeout(1000)
    page.page.keyboard.press("Escape")
    if command:
        page.page.evaluate(RUN, command)
        page.page.wait_for_timeout(1000)
    page.page.evaluate(RUN, "Isengard.open")
    expect(page.get("isen-tab-characters")).to_be_visible()

    create_character(page, f"Ann {mode}")
    page.get("isen-file-input").set_input_files([str(photo) for photo in photos[:4]])
    expect(page.get("isen-photos").locator("figure")).to_have_count(4, timeout=30_000)
    train(page, 60)
    expect(page.get("isen-job-state")).to_have_text("done", timeout=60_000)
    page.get("isen-tab-images").click()
    page.get("isen-prompt").fill("portrait of {trigger} in a garden")
    page.get("isen-generate").click()
    expect(page.get("isen-image").first).to_be_visible(timeout=40_000)
    made = drawn(fast_server)
    shown = page.page.locator(f'[data-testid="isen-image"][src*="{made["id"]}"]')
    shown.scroll_into_view_if_needed()
    assert shown.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }") == 512
    page.page.screenshot(path=shots / f"mode-{fast_server.frontend}-{mode}-{'vue' if vue else 'canvas'}.png")
    assert page.errors == []
    leave_nothing(fast_server)


def drawn(server) -> dict:
    """The one picture of the one person who is there."""
    api = Api(server.url)
    [person] = api.get("/characters")["items"]
    [made] = api.get("/generations")["items"]
    assert re.fullmatch(r"Ann [a-z-]+", person["name"])
    assert [use["id"] for use in made["request"]["characters"]] == [person["id"]]
    return api.wait_for(f"/generations/{made['id']}", 30)


def leave_nothing(server) -> None:
    """For the next case: nobody there to choose from, and no picture."""
    api = Api(server.url)
    for kind in ("generations", "characters"):
        for one in api.get(f"/{kind}")["items"]:
            api.call("DELETE", f"/{kind}/{one['id']}")
