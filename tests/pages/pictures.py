"""`python dev.py pictures [NAME ...]`: what the README and docs/ show. The strip and the states are drawn without a server, the moving
picture is a real ComfyUI in practice mode. Nobody in them is real: hosts/drawn_photos.py."""

from __future__ import annotations

import base64
import io
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
DOCS = ROOT / "docs"
HEIGHT = 760
COLUMNS = 8
THUMB = (220, 418)


def main(wanted: list[str]) -> None:
    from hosts import chromium, node_pictures
    from playwright.sync_api import sync_playwright

    node_pictures.load_pack()
    from pages import moving, strip

    if not wanted or "strip" in wanted:
        strip.save(DOCS)
    makers = {"states": states, "moving": lambda browser: moving.save(browser, DOCS)}
    chosen = [make for name, make in makers.items() if not wanted or name in wanted]
    if not chosen:
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.executable(), args=chromium.FLAGS)
        for make in chosen:
            make(browser)
        browser.close()


def states(browser) -> None:
    """Every state of the panel on two sheets."""
    from hosts.stage import opened

    with opened(browser) as page:
        page.add_style_tag(content=icons())
        page.set_viewport_size({"width": 400, "height": HEIGHT})
        for theme in ("dark", "light"):
            sheet(page, theme).save(DOCS / f"states-{theme}.webp", quality=50, method=6)


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
    main(sys.argv[1:])
