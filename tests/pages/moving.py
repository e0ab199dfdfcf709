"""The README's moving picture: from photos to a picture in the real panel on a real ComfyUI, in practice mode, in about twenty seconds."""

from __future__ import annotations

import base64
import contextlib
import io
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hosts import comfyui, drawn_photos
from hosts.journey import Api
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import expect

WIDTH, HEIGHT, LINE = 480, 680, 44
PHOTOS, STEPS, PRETENDED_S = 20, 400, 12
LARGEST = 1_500_000
#: Nobody waits for it: a machine may be busy with something else.
START_S = 600
#: ComfyUI's row of icons stays beside the panel; of the line of tabs above it no piece is left in the corner.
PLACE = f"""panel => {{
  panel.style.cssText = "position:fixed;inset:0 0 0 56px;z-index:9999;width:{WIDTH - 56}px";
  const icons = document.querySelector(".side-tool-bar-container, nav");
  const corner = document.createElement("div");
  corner.style.cssText = "position:fixed;left:0;top:0;width:56px;z-index:9998";
  corner.style.height = `${{icons?.getBoundingClientRect().top ?? 40}}px`;
  corner.style.background = getComputedStyle(icons ?? panel).backgroundColor;
  document.body.append(corner);
}}"""
#: A browser's screenshot has no pointer, and nothing of what is dragged from another window.
POINTER = """([small]) => {
  const pointer = document.createElement("div");
  pointer.id = "pointer";
  pointer.style.cssText = "position:fixed;z-index:99999;pointer-events:none;left:240px;top:600px";
  pointer.innerHTML = `<div hidden style="position:absolute;left:14px;top:14px;width:150px">${small.map((src, n) =>
    `<img src="${src}" style="position:absolute;left:${n * 22}px;top:${n * 10}px;width:76px;border:3px solid #fff;border-radius:4px;opacity:.92">`).join("")}</div>
    <svg width="26" height="30" viewBox="0 0 26 30" style="position:absolute"><path d="M3 2v22l6-5 4 9 4-2-4-9h8z" fill="#fff" stroke="#000" stroke-width="1.6"/></svg>`;
  document.body.append(pointer);
}"""
MOVE = (
    "([x, y]) => Object.assign(document.querySelector('#pointer').style, { left: `${x}px`, top: `${y}px` })"
)
HOLD = "held => { document.querySelector('#pointer > div').hidden = !held; }"


@dataclass
class Film:
    """Pictures of a page, how long each is shown, and the line of words above them."""

    page: Any
    words: str = ""
    frames: list[Image.Image] = field(default_factory=list)
    shown_ms: list[int] = field(default_factory=list)
    still: Image.Image | None = None

    def get(self, testid: str) -> Any:
        return self.page.get_by_test_id(testid)

    def keep(self, shown_ms: int) -> None:
        with Image.open(io.BytesIO(self.page.screenshot())) as shot:
            frame = Image.new("RGB", (WIDTH, HEIGHT + LINE), (13, 17, 23))
            frame.paste(shot.convert("RGB"), (0, LINE))
        font = ImageFont.load_default(22)
        ImageDraw.Draw(frame).text((WIDTH / 2, LINE / 2), self.words, (240, 246, 252), font, anchor="mm")
        self.frames.append(frame)
        self.shown_ms.append(shown_ms)

    def point(self, target: Any, shown_ms: int = 450) -> None:
        target.scroll_into_view_if_needed()
        box = target.bounding_box()
        self.page.evaluate(MOVE, [box["x"] + min(box["width"] / 2, 150), box["y"] + box["height"] / 2])
        self.keep(shown_ms)

    def press(self, testid: str, shown_ms: int = 450) -> None:
        self.point(self.get(testid).first, shown_ms)
        self.get(testid).first.click()

    def save(self, file: Path) -> None:
        first, *rest = self.frames
        first.save(
            file, save_all=True, append_images=rest, duration=self.shown_ms, loop=0, quality=72, method=6
        )
        seconds, size = sum(self.shown_ms) / 1000, file.stat().st_size
        print(f"{file.name}: {len(self.frames)} pictures, {seconds:.1f} s, {size / 1000:.0f} kB")
        if size > LARGEST:
            raise SystemExit(f"{file.name} is larger than {LARGEST} bytes")


def save(browser: Any, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as work, practice(Path(work)) as server:
        photos = drawn_photos.write(Path(work) / "photos", PHOTOS)
        film = Film(opened(browser, server.url, {"width": WIDTH, "height": HEIGHT}))
        film.page.locator("isen-panel").evaluate(PLACE)
        film.page.evaluate(POINTER, [[as_data(photo) for photo in photos[:3]]])
        somebody(film)
        dropped(film, photos)
        trained(film)
        drawn(film)
        film.save(folder / "first-lora.webp")
        film.still.save(folder / "first-lora-still.webp", quality=82, method=6)


@contextlib.contextmanager
def practice(work: Path) -> Iterator[comfyui.ComfyUI]:
    environment = {
        "ISENGARD_MODE": "fast-test",
        "ISENGARD_IDLE_S": "2",
        "ISENGARD_FAST_TEST_S": str(PRETENDED_S),
    }
    base = comfyui.make_base(work / "host")
    server = comfyui.start(base, environment=environment, frontend=comfyui.NEW, wait=False)
    try:
        comfyui.wait_until_up(server, START_S)
        Api(server.url).wait_until_ready()
        yield server
    finally:
        server.stop()


def opened(browser: Any, url: str, size: dict[str, int]) -> Any:
    """ComfyUI with our tab open, its own welcome put away."""
    page = browser.new_page(viewport=size, reduced_motion="reduce")
    page.set_default_timeout(START_S * 1000)
    page.goto(url)
    page.get_by_test_id("isengard-tab-button").wait_for()
    page.wait_for_timeout(2500)
    page.keyboard.press("Escape")
    page.wait_for_timeout(500)
    page.evaluate("window.app.extensionManager.command.execute('Isengard.open')")
    page.get_by_test_id("isen-new-character").wait_for()
    return page


def somebody(film: Film) -> None:
    film.words = "1  Say who it is"
    film.page.evaluate("document.activeElement.blur()")
    film.keep(900)
    film.press("isen-new-character", 600)
    film.get("isen-name").fill(drawn_photos.NAME)
    film.get("isen-consent").check()
    film.keep(800)
    film.press("isen-create")
    film.get("isen-dropzone").wait_for()


def dropped(film: Film, photos: list[Path]) -> None:
    film.words = "2  Drop about 20 photos"
    zone = film.get("isen-dropzone")
    film.page.evaluate(HOLD, True)
    film.point(zone, 500)
    box = zone.bounding_box()
    line = film.page.context.new_cdp_session(film.page)
    data = {"items": [], "files": [str(photo) for photo in photos], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        where = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        line.send("Input.dispatchDragEvent", {"type": kind, **where, "data": data})
        if kind == "dragOver":
            film.keep(700)
    film.page.evaluate(HOLD, False)
    there = film.get("isen-photos").locator("figure")
    for wanted in range(5, PHOTOS, 5):
        expect(there.nth(wanted - 1)).to_be_visible(timeout=START_S * 1000)
        film.keep(250)
    expect(there).to_have_count(PHOTOS, timeout=START_S * 1000)
    film.page.wait_for_timeout(1500)
    film.keep(700)
    there.last.scroll_into_view_if_needed()
    film.page.wait_for_timeout(500)
    film.keep(1500)
    film.still = film.frames[-1]


def trained(film: Film) -> None:
    film.words = "3  Press Train"
    film.press("isen-train", 700)
    expect(film.get("isen-start-training")).to_be_enabled(timeout=START_S * 1000)
    film.keep(1500)
    film.press("isen-start-training", 700)
    film.words = "4  Leave it alone"
    state, until = film.get("isen-job-state"), time.monotonic() + 120
    while state.text_content() != "done" and time.monotonic() < until:
        newest = film.get("isen-sample-large")
        if newest.is_visible():
            newest.scroll_into_view_if_needed()
        film.keep(420)
        film.page.wait_for_timeout(1300)
    expect(state).to_have_text("done")
    film.words = "5  Done means checked"
    film.get("isen-job-state").scroll_into_view_if_needed()
    film.page.wait_for_timeout(1500)
    film.keep(1700)


def drawn(film: Film) -> None:
    film.words = "6  Ask for a picture"
    film.press("isen-tab-images")
    box = film.get("isen-prompt")
    box.click()
    film.page.keyboard.press("Control+A")
    for part in ("portrait of ", "{trigger} ", "in a garden"):
        box.press_sequentially(part)
        film.keep(350)
    film.press("isen-generate", 600)
    picture = film.get("isen-image").first
    picture.wait_for()
    film.page.wait_for_timeout(1000)
    film.press("isen-image", 700)
    film.page.wait_for_timeout(1200)
    film.keep(2400)


def as_data(photo: Path) -> str:
    with Image.open(photo) as image:
        small = io.BytesIO()
        image.resize((152, 152)).save(small, "JPEG")
    return f"data:image/jpeg;base64,{base64.b64encode(small.getvalue()).decode()}"
