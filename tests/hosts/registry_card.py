"""Draws the icon and the banner that the registry shows, and the card they appear on: `python tests/hosts/registry_card.py CARD.png`.

Ours, nothing fetched. Nobody on the banner is real: the woman of the README's pictures (hosts/drawn_photos.py).
"""

from __future__ import annotations

import base64
import html
import io
import sys
from pathlib import Path

import toml
from hosts import node_pictures
from hosts.chromium import executable
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "registry"
#: As the registry wants them: a square of at most 400 pixels, and 21:9.
ICON, BANNER = (400, 400), (1260, 540)
#: The drawn photos on the banner: what is dropped in, and what comes out.
PHOTOS, PICTURE = (1, 3, 2), 4

HEAD = """<svg viewBox="0 0 100 100" width="100%" height="100%" xmlns="http://www.w3.org/2000/svg">
<defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#ffd08a"/><stop offset="1" stop-color="#e2763f"/></linearGradient></defs>
<rect width="100" height="100" fill="#191c24"/>
<path d="M18 90 V34 L27 10 L34 32 L50 22 L66 32 L73 10 L82 34 V90 Z" fill="#3d4456"/>
<circle cx="50" cy="49" r="14.5" fill="url(#g)"/>
<path d="M24 90 C24 72 36 67.5 50 67.5 C64 67.5 76 72 76 90 Z" fill="url(#g)"/></svg>"""
STYLE = """<meta charset="utf-8"><style>*{box-sizing:border-box;margin:0}
body{background:#191c24;color:#f3f0ea;font-family:"DejaVu Sans",sans-serif;overflow:hidden}
svg,img{display:block}
.banner{display:flex;align-items:center;width:1260px;height:540px;padding:0 64px;gap:24px;background:radial-gradient(circle at 78% 40%,#3a4152,#191c24 62%)}
.words{width:520px}h1{font-size:76px;letter-spacing:-1px}.words p{font-size:30px;line-height:1.35;color:#cfc8bd;margin-top:22px}
.words b{color:#f4a55f;font-weight:600}
.photos{position:relative;width:220px;height:400px}.photos img{position:absolute;width:172px;border:7px solid #fff;border-radius:6px;box-shadow:0 8px 22px #0009}
.photos img:nth-child(1){top:0;left:8px;rotate:-7deg}.photos img:nth-child(2){top:112px;left:40px;rotate:5deg}.photos img:nth-child(3){top:226px;left:4px;rotate:-3deg}
.arrow{font-size:58px;color:#f4a55f;width:56px;text-align:center}
.picture{width:264px;border-radius:14px;border:4px solid #f4a55f;box-shadow:0 10px 34px #000b}
.card{width:420px;margin:24px;border-radius:14px;overflow:hidden;background:#262a35}.card .top{width:420px;display:block}
.card div{display:flex;gap:14px;padding:16px}.card .icon{width:64px;height:64px;border-radius:12px}
h2{font-size:20px}.card small{color:#aaa;display:block;margin:2px 0 8px}.card p{font-size:14px;line-height:1.4;color:#d8d4cc}</style>"""


def banner() -> str:
    shown = "".join(f'<img src="{photo(number)}">' for number in PHOTOS)
    return f"""{STYLE}<div class="banner"><div class="words"><h1>Isengard</h1>
<p>Teach ComfyUI <b>a face</b>,<br>then put that person<br>into any picture.</p></div>
<div class="photos">{shown}</div><div class="arrow">&#10132;</div><img class="picture" src="{photo(PICTURE)}"></div>"""


def card(project: dict, comfy: dict) -> str:
    """As the registry and ComfyUI-Manager put it together from `pyproject.toml`."""
    name, words = html.escape(comfy["DisplayName"]), html.escape(project["description"])
    files = {key: as_data(FOLDER / comfy[key].rsplit("/", 1)[1]) for key in ("Icon", "Banner")}
    return f"""{STYLE}<div class="card"><img class="top" src="{files["Banner"]}"><div><img class="icon" src="{files["Icon"]}">
<section><h2>{name}</h2><small>{comfy["PublisherId"]} &middot; {project["version"]} &middot; ComfyUI {html.escape(comfy["requires-comfyui"])}</small><p>{words}</p></section></div></div>"""


def photo(number: int) -> str:
    from hosts import drawn_photos

    stream = io.BytesIO()
    drawn_photos.photo(number).resize((528, 528)).save(stream, "JPEG", quality=90)
    return f"data:image/jpeg;base64,{base64.b64encode(stream.getvalue()).decode()}"


def as_data(file: Path) -> str:
    kind = "png" if file.suffix == ".png" else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"


def shot(page: Page, body: str, size: tuple[int, int], target: Path) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.set_content(body)
    page.screenshot(path=target, **({"quality": 88} if target.suffix == ".jpg" else {}))
    print(f"{target.name} {size[0]}x{size[1]}, {target.stat().st_size / 1000:.0f} kB")


def main(card_file: Path) -> None:
    node_pictures.load_pack()
    described = toml.load(ROOT / "pyproject.toml")
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=["--no-sandbox"])
        page = browser.new_page()
        shot(page, f"{STYLE}{HEAD}", ICON, FOLDER / "icon.png")
        shot(page, banner(), BANNER, FOLDER / "banner.jpg")
        shot(page, card(described["project"], described["tool"]["comfy"]), (468, 400), card_file)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
