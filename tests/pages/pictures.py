"""`python tests/pages/pictures.py` with the host environment's Python: the README's pictures and one sheet of all states."""

from __future__ import annotations

import base64
import io
import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
DOCS = ROOT / "docs"
#: file -> (state, theme, width)
SINGLE = {
    "panel-character.png": ("character", "dark", 400),
    "panel-training.png": ("job", "dark", 400),
    "panel-images.png": ("images", "dark", 400),
    "panel-narrow.png": ("train", "light", 260),
}
HEIGHT = 760
COLUMNS = 8
THUMB = (240, 456)


def main() -> None:
    from hosts import chromium
    from hosts.stage import opened
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.executable(), args=chromium.FLAGS)
        with opened(browser) as page:
            page.add_style_tag(content=icons())
            page.set_viewport_size({"width": 900, "height": HEIGHT})
            for file, (state, theme, width) in SINGLE.items():
                page.show(state, theme=theme, width=width)
                page.locator("isen-panel").screenshot(path=str(DOCS / file))
            page.set_viewport_size({"width": 400, "height": HEIGHT})
            for theme in ("dark", "light"):
                sheet(page, theme).save(DOCS / f"states-{theme}.webp", quality=80, method=6)
        in_comfyui(browser)
        browser.close()


def icons() -> str:
    """The icon font of ComfyUI's own frontend, which the stage does without."""
    from hosts import comfyui

    assets = comfyui.frontend_root(comfyui.FRONTENDS[-1]) / "assets"
    rules = [
        rule
        for file in sorted(assets.glob("*.css"))
        for rule in re.findall(r"\.pi(?:-[\w-]+)?(?::+before)?\{[^}]*\}", file.read_text(encoding="utf-8"))
    ]
    (font,) = assets.glob("primeicons-*.woff2")
    data = base64.b64encode(font.read_bytes()).decode()
    face = f"@font-face{{font-family:primeicons;src:url(data:font/woff2;base64,{data})}}"
    return "\n".join([face, *rules])


def in_comfyui(browser) -> None:
    """The real thing: a real ComfyUI in fast-test mode with crops of a public photograph."""
    from hosts import comfyui, fixtures
    from hosts.journey import Api

    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        environment = {"ISENGARD_MODE": "fast-test", "ISENGARD_IDLE_S": "2"}
        server = comfyui.start(
            comfyui.make_base(work / "host"), environment=environment, frontend=comfyui.FRONTENDS[-1]
        )
        try:
            api = Api(server.url)
            api.wait_until_ready()
            person = api.post("/characters", {"name": "Eileen", "class_word": "woman", "consent": True})
            for photo in fixtures.portraits(work / "photos", 12):
                api.upload(person["id"], photo)
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(server.url)
            page.get_by_test_id("isengard-tab-button").wait_for(timeout=60_000)
            page.wait_for_timeout(2000)
            page.keyboard.press("Escape")  # the template browser, at the first start
            page.wait_for_timeout(500)
            page.evaluate("window.app.extensionManager.command.execute('Isengard.open')")
            page.get_by_test_id("isen-character").click(timeout=30_000)
            page.get_by_test_id("isen-photos").locator("img").first.wait_for()
            page.wait_for_timeout(1500)
            page.screenshot(path=str(DOCS / "in-comfyui.png"))
        finally:
            server.stop()


def sheet(page, theme: str):
    """Every state side by side, with its name."""
    from PIL import Image, ImageDraw

    width, height = THUMB
    rows = -(-len(page.names) // COLUMNS)
    whole = Image.new("RGB", (COLUMNS * (width + 8), rows * (height + 22)), "#808080")
    draw = ImageDraw.Draw(whole)
    for place, name in enumerate(page.names):
        page.show(name, theme=theme, width=400)
        clip = {"x": 0, "y": 0, "width": 400, "height": HEIGHT}
        shot = (
            Image.open(io.BytesIO(page.screenshot(clip=clip)))
            .convert("RGB")
            .resize(THUMB, Image.Resampling.LANCZOS)
        )
        x, y = place % COLUMNS * (width + 8), place // COLUMNS * (height + 22)
        draw.text((x + 4, y + 4), name, fill="white")
        whole.paste(shot, (x, y + 20))
    return whole


if __name__ == "__main__":
    main()
