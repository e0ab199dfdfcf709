"""A real ComfyUI and a real Chromium; one server a module and frontend, one page a test."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest
from hosts import chromium, comfyui, fixtures
from hosts.browser_contexts import BrowserContexts
from hosts.demo import drawings
from hosts.journey import Api
from hosts.late_calls import make_late
from hosts.stage import opened
from support.images_fixtures import ann, api, images, tiny_server  # noqa: F401 - fixtures

#: The tab's button: a class in older frontends, a test id in newer ones.
TAB_BUTTON = '.isengard-tab-button, [data-testid="isengard-tab-button"]'
#: Two test processes, a ComfyUI, a worker and a browser share two cores; how fast things are is the timing tests' job.
EXPECT_MS = 15_000
#: A page by a name that is not loopback takes Chromium minutes here (hosts/chromium.py); only the full run opens one.
TAB_MS = 150_000
GRAPH_MS = 60_000
WELCOME_MS = 4_000
BEEN_HERE = "() => globalThis.app?.extensionManager?.setting?.get('Comfy.TutorialCompleted')"


@pytest.fixture(scope="module")
def browser():
    """A module's own browser: while Playwright runs, this thread has an event loop, and no other module could run one."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=EXPECT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.executable(), args=chromium.FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def contexts(browser):
    return BrowserContexts(browser)


@pytest.fixture(scope="module")
def stage(browser):
    """The panel's stage; whatever fails in its page fails the module."""
    with opened(browser) as page:
        yield page
        assert page.faults == []


@pytest.fixture(scope="session")
def photos(tmp_path_factory):
    return drawings(tmp_path_factory.mktemp("photos"), 12)


@pytest.fixture(scope="module")
def fast_server(tmp_path_factory, request):
    """Fast-test mode on the frontend of the module's parameter."""
    base = comfyui.make_base(tmp_path_factory.mktemp("host"))
    frontend = getattr(request, "param", comfyui.FRONTENDS[0])
    server = comfyui.start(
        base, environment={"ISENGARD_MODE": "fast-test", "ISENGARD_IDLE_S": "4"}, frontend=frontend
    )
    Api(server.url).wait_until_ready()
    server.frontend = frontend
    yield server
    server.stop()


@pytest.fixture
def real_server(tmp_path):
    """A ComfyUI on the newest frontend with AI-Toolkit's fork and the tiny Stable Diffusion 1.5."""
    base = comfyui.make_base(tmp_path / "host")
    fixtures.put_checkpoint(base, fixtures.USUAL_NAME)
    environment = {**fixtures.real_environment(base / "ai-toolkit"), "ISENGARD_IDLE_S": "3"}
    server = comfyui.start(base, environment=environment, frontend=comfyui.NEW)
    Api(server.url).wait_until_ready()
    yield server
    server.stop()


#: Plain elements made and laid out, without any code of ours; the shortest of some times, in milliseconds.
PLAIN = """async () => {
  const taken = [];
  for (let round = 0; round < 12; round += 1) {
    const began = performance.now();
    const wall = document.createElement("div");
    for (let n = 0; n < 2000; n += 1) {
      const tile = document.createElement("div");
      tile.textContent = `Person ${n}`;
      tile.style.cssText = "display: inline-block; padding: 4px; border-radius: 4px";
      wall.append(tile);
    }
    document.body.append(wall);
    wall.getBoundingClientRect();
    taken.push(performance.now() - began);
    wall.remove();
    await new Promise(requestAnimationFrame);
  }
  return Math.min(...taken);
}"""
#: How long that takes on the machine for which the limits of painting were set.
PLAIN_MS = 20.0


@pytest.fixture
def limit_ms():
    """`limit_ms(page, 300)`: so long, and on a slower machine as much longer as plain elements take there."""
    return lambda page, limit: limit * max(1.0, page.evaluate(PLAIN) / PLAIN_MS)


class Page:
    """A ComfyUI page with the Isengard tab, and everything it said on the console."""

    def __init__(self, contexts: BrowserContexts, url: str, *, width: int = 1400, script: str = "") -> None:
        self.context = contexts.take()
        self.page = self.context.new_page()
        self.page.set_viewport_size({"width": width, "height": 1000})
        self.page.add_init_script(script)
        make_late(self.page)
        self.errors: list[str] = []
        self.page.on("console", lambda message: self._note(message.type, message.text, message.location))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.first_visit = False
        self.page.on("request", self._note_first_visit)
        self.page.goto(url)

    def _note_first_visit(self, request) -> None:
        """ComfyUI's page writes down that somebody has been here, and then shows them its templates."""
        if request.method == "POST" and "/settings" in request.url:
            written = f"{request.url} {request.post_data}"
            self.first_visit = self.first_visit or "Comfy.TutorialCompleted" in written

    def _note(self, kind, text, location) -> None:
        # the browser's own line for an answer we show in words: a refusal, or a pack that is still starting
        refusal = "responded with a status of 4" in text or "responded with a status of 503" in text
        # the frontend asks its maker's registry about nodes and packs of a workflow, which ComfyUI's own policy forbids
        registry = "comfy-nodes/" in text or "/nodes?node_id=" in text
        if (
            kind == "error"
            and not refusal
            and not registry
            and ("sengard" in text or "sengard" in (location or {}).get("url", ""))
        ):
            self.errors.append(f"{text} {location}")

    def wait_for_tab(self):
        """The sidebar's button, once ComfyUI's page is there."""
        button = self.page.locator(TAB_BUTTON)
        button.wait_for(timeout=TAB_MS)
        return button

    def wait_for_graph(self):
        """Playwright's page, once its graph, and our tab in it, are there."""
        self.page.wait_for_function("() => window.comfyAPI?.app?.app?.graph", timeout=GRAPH_MS)
        self.page.locator(TAB_BUTTON).wait_for(timeout=GRAPH_MS)
        return self.page

    def open_tab(self):
        button = self.wait_for_tab()
        self.page.keyboard.press("Escape")
        panel = self.page.locator("isen-panel")
        for _ in range(5):
            button.click(force=True)
            try:
                panel.wait_for(timeout=3000)
                self._leave_welcome()
                return panel
            except Exception as late:  # noqa: BLE001 - ComfyUI's welcome may cover the page already
                last = late
                self.page.keyboard.press("Escape")
        raise AssertionError("the Isengard tab did not open") from last

    def _leave_welcome(self) -> None:
        """Close ComfyUI's own dialog of a first visit: on a slow machine it comes when the tab is open already."""
        from playwright.sync_api import TimeoutError as TooLate

        dialog = self.page.locator(".p-dialog-mask").first
        with contextlib.suppress(TooLate):  # not every frontend has one, and a locked page has no settings
            self.page.wait_for_function(BEEN_HERE, timeout=WELCOME_MS)
            if self.first_visit:
                self.first_visit = False
                dialog.wait_for(timeout=WELCOME_MS)
                self.page.keyboard.press("Escape")
                dialog.wait_for(state="hidden", timeout=WELCOME_MS)

    def get(self, testid: str):
        return self.page.get_by_test_id(testid)


@pytest.fixture
def open_page(contexts):
    opened = []

    def open_page(url: str, **options) -> Page:
        opened.append(Page(contexts, url, **options))
        return opened[-1]

    yield open_page
    for page in opened:
        contexts.give_back(page.context)


@pytest.fixture(scope="module")
def keep_page(contexts):
    """Like `open_page`, for modules whose tests go on in one page: loading ComfyUI takes seconds."""
    opened = []

    def keep_page(url: str, **options) -> Page:
        opened.append(Page(contexts, url, **options))
        return opened[-1]

    yield keep_page
    for page in opened:
        contexts.give_back(page.context)


@pytest.fixture(scope="module")
def graph_page(fast_server, keep_page):
    """A page of the module's own whose graph, and our tab in it, are there."""
    return keep_page(fast_server.url).wait_for_graph()


@pytest.fixture
def shots(tmp_path):
    """Where screenshots go: `ISENGARD_SHOTS` to look at them afterwards."""
    folder = Path(os.environ.get("ISENGARD_SHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class LivePanel:
    """The panel on a plain server (tests/js/stage/live.html): no ComfyUI around it, everything else is real."""

    def __init__(self, context, server, *, width: int = 360) -> None:
        self.context = context
        self.page = self.context.new_page()
        self.page.set_viewport_size({"width": 1000, "height": 1000})
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        make_late(self.page)
        self.page.goto(f"{server.url}/pack/tests/js/stage/live.html?width={width}")
        self.page.locator("isen-panel").wait_for()

    def get(self, testid: str):
        return self.page.get_by_test_id(testid)

    def click(self, *testids: str) -> None:
        for testid in testids:
            self.get(testid).first.click()

    def drop(self, target, *paths) -> None:
        """What the operating system's file manager does."""
        box = target.bounding_box()
        line = self.context.new_cdp_session(self.page)
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            where = {"x": box["x"] + 30, "y": box["y"] + 20}
            line.send("Input.dispatchDragEvent", {"type": kind, **where, "data": data})


@pytest.fixture
def panel_on(contexts):
    """`panel_on(server)` opens the panel; nothing it says on the console may be an error."""
    opened = []

    def panel_on(server, *, width: int = 360) -> LivePanel:
        opened.append(LivePanel(contexts.take(), server, width=width))
        return opened[-1]

    yield panel_on
    errors = [error for panel in opened for error in panel.errors]
    for panel in opened:
        contexts.give_back(panel.context)
    assert errors == []
