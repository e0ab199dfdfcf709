"""Pictures of our nodes for their help pages, taken from ComfyUI's own canvas: `python tests/hosts/node_pictures.py` with the
host environment's Python. Each says which inputs and outputs it shows, by which a test sees that a node has changed since."""

from __future__ import annotations

import importlib.util
import io
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "extension" / "docs"
#: The page that is photographed, the room around a node, and the scale: help pages are about 400 pixels wide.
VIEW, ROOM = {"width": 1100, "height": 900}, 12
#: Above it hangs the badge with the pack's name.
ABOVE = 3
LARGEST = 20_000
#: EXIF's ImageDescription.
SHOWN = 0x010E
#: One node alone on the canvas; answers with where it is on the page.
ALONE = """async ([kind, values]) => {
  const { app } = window.comfyAPI.app;
  app.graph.clear();
  const node = window.LiteGraph.createNode(kind);
  app.graph.add(node);
  for (const widget of node.widgets ?? []) if (widget.name in values) widget.value = values[widget.name];
  node.pos = [0, 0];
  node.setSize([Math.max(node.size[0], 320), node.size[1]]);
  app.canvas.deselectAll();
  Object.assign(app.canvas.ds, { scale: 1, offset: [380, 160] });
  app.canvas.render_canvas_border = app.canvas.show_info = false;
  app.canvas.clear_background_color = "#353535";
  app.canvas.background_image = "";
  app.canvas.setDirty(true, true);
  await new Promise((done) => setTimeout(done, 500));
  const [x, y, width, height] = node.getBounding();
  const { left, top } = app.canvas.canvas.getBoundingClientRect();
  return { x: x + 380 + left, y: y + 160 + top, width, height };
}"""
#: What fields show.
VALUES = {
    "names": "Ann\nBob",
    "prompt": "portrait photo of {trigger} in a garden",
    "text": "{trigger}, {class}, in a red coat",
}


def shown(schema: Any) -> str:
    """What a picture of this node shows, in one line: `Isengard Character: character > character, trigger`."""
    given = ", ".join(one.id for one in schema.inputs)
    return f"{schema.display_name}: {given} > {', '.join(one.display_name for one in schema.outputs)}"


def load_pack() -> None:
    """This very folder as `isengard`, whose schemas say what is on the pictures."""
    sys.path.insert(0, str(ROOT / "tests"))
    spec = importlib.util.spec_from_file_location("isengard_boot", ROOT / "boot.py")
    boot = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(boot)
    boot.load()


def main() -> None:
    load_pack()
    from hosts import chromium, comfyui
    from hosts.journey import Api
    from pages.node_words import schemas
    from playwright.sync_api import sync_playwright

    nodes = schemas()  # before there is a browser: they need an event loop of their own
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        base = comfyui.make_base(Path(folder) / "host")
        server = comfyui.start(base, environment={"ISENGARD_MODE": "fast-test"}, frontend=comfyui.NEW)
        browser = playwright.chromium.launch(executable_path=chromium.executable(), args=chromium.FLAGS)
        try:
            api = Api(server.url)
            api.wait_until_ready()
            api.post("/characters", {"name": "Ann"})
            page = browser.new_page(viewport=VIEW)
            page.goto(server.url)
            page.wait_for_function("() => window.comfyAPI?.app?.app?.graph", timeout=60_000)
            page.locator('.isengard-tab-button, [data-testid="isengard-tab-button"]').wait_for(timeout=60_000)
            page.keyboard.press("Escape")
            for schema in nodes:
                keep(schema, photographed(page, schema.node_id))
        finally:
            browser.close()
            server.stop()


def photographed(page: Any, kind: str) -> bytes:
    place = page.evaluate(ALONE, [kind, VALUES])
    clip = {
        "x": place["x"] - ROOM,
        "y": place["y"] - ABOVE,
        "width": place["width"] + 2 * ROOM,
        "height": place["height"] + ABOVE + ROOM,
    }
    return page.screenshot(clip=clip)


def keep(schema: Any, png: bytes) -> None:
    from PIL import Image

    described = Image.Exif()
    described[SHOWN] = shown(schema)
    file = DOCS / f"{schema.node_id}.webp"
    with Image.open(io.BytesIO(png)) as image:
        image.convert("RGB").save(file, quality=80, method=6, exif=described)
    if file.stat().st_size > LARGEST:
        raise SystemExit(f"{file.name} is larger than {LARGEST} bytes")


if __name__ == "__main__":
    main()
