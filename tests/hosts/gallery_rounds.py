"""Thousands of pictures in the panel of several checkouts at once: the first screen and the longest task while scrolling, in turn in one browser.

`python tests/hosts/gallery_rounds.py [--count N] [--rounds N] NAME=FOLDER ...`; each checkout has a process and a data folder of its own.
Beside the times stands what the page's own thread worked, which other programs of the machine change little.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path

OURS = Path(__file__).resolve().parents[1]
KINDS = {".js": "text/javascript", ".css": "text/css", ".html": "text/html"}
READY = "window.ready = true;"
#: What the modules of every checkout have.
PAGE = """<!doctype html><html><head><link rel="stylesheet" href="tests/js/stage/palette.css"></head><body><script type="module">
import { Api } from "./js/data/api.js";
import { defineComponents } from "./js/components/panel/define.js";
import { Store } from "./js/data/store.js";
defineComponents();
window.fresh = () => {
  const ways = { fetch: (path, init) => fetch(path, init), url: (path) => path };
  window.store = new Store(new Api(ways), { memory: null });
  store.go({ tab: "images" });
  document.body.replaceChildren(Object.assign(document.createElement("isen-panel"), { store }));
};
window.ready = true;
</script></body></html>"""


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--serve"]:
        return serve(Path(arguments[1]), Path(arguments[2]), int(arguments[3]))
    asked, folders = {"--count": 10_000, "--rounds": 5}, {}
    rest = iter(arguments)
    for one in rest:
        if one in asked:
            asked[one] = int(next(rest))
        else:
            name, _, folder = one.partition("=")
            folders[name] = Path(folder).resolve()
    for line in compared(folders, asked["--count"], asked["--rounds"]):
        print(line)
    return 0


def compared(folders: dict[str, Path], count: int, rounds: int) -> list[str]:
    _load(OURS.parent)
    from e2e.test_gallery_speed import FIRST_SCREEN, SCROLL
    from hosts import chromium
    from playwright.sync_api import sync_playwright

    found = {name: [] for name in folders}
    with ExitStack() as stack:
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium.executable(), args=chromium.FLAGS)
        stack.callback(browser.close)
        pages = {
            name: stack.enter_context(_measured(browser, folder, count)) for name, folder in folders.items()
        }
        for number in range(rounds):
            order = list(pages.items())
            for name, (page, work, serve) in order if number % 2 == 0 else reversed(order):
                before, asked = work(), serve()
                first = page.evaluate(FIRST_SCREEN)
                between, answered = work(), serve()
                scrolled = page.evaluate(SCROLL)
                told = {
                    "first": round(first),
                    "first_worked": round(between - before),
                    "first_served": round(answered - asked),
                    "longest": max(scrolled["long"], default=0),
                    "long": len(scrolled["long"]),
                    "scroll_worked": round(work() - between),
                    "top": scrolled["top"],
                }
                print(name, json.dumps(told), flush=True)
                found[name].append(told)
    return [line for name, rows in found.items() for line in _summed(name, rows)]


def _summed(name: str, rows: list[dict[str, int]]) -> list[str]:
    def of(key: str) -> str:
        values = sorted(row[key] for row in rows)
        return f"{values[0]} to {values[-1]}, middle {values[len(values) // 2]}"

    words = {
        "first": "first screen, ms",
        "first_worked": "of it the page's thread worked, ms",
        "first_served": "of it the server worked, ms",
        "longest": "longest task while scrolling, ms (0: none of 50)",
        "scroll_worked": "the page's thread worked while scrolling, ms",
    }
    return [f"{name}: {said}: {of(key)}" for key, said in words.items()]


@contextmanager
def opened(browser, url: str, folder: Path, more: str = ""):
    """The panel of that checkout in a page of its own, over the routes of the server at `url`; `more`: further code of the page."""
    context = browser.new_context(viewport={"width": 900, "height": 1000})
    page = context.new_page()
    page.route("**/panel/**", lambda route: route.fulfill(**_file(folder, route.request.url, more)))
    page.goto(f"{url}/panel/")
    page.add_style_tag(content="isen-panel { --stage-width: 900px; }")
    page.wait_for_function("() => window.ready")
    yield page
    context.close()


@contextmanager
def _measured(browser, folder: Path, count: int):
    """A page of that checkout, and what its thread and its server have worked so far in milliseconds."""
    import psutil

    with tempfile.TemporaryDirectory() as data:
        command = [sys.executable, __file__, "--serve", str(folder), data, str(count)]
        server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            url = server.stdout.readline().strip()
            with opened(browser, url, folder) as page:
                session = page.context.new_cdp_session(page)
                session.send("Performance.enable")
                process = psutil.Process(server.pid)
                yield page, lambda: _worked(session), lambda: sum(process.cpu_times()[:2]) * 1000
        finally:
            server.stdin.close()
            server.wait(60)


def _worked(session) -> float:
    metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    return metrics["TaskDuration"] * 1000


def _file(folder: Path, url: str, more: str) -> dict[str, object]:
    name = url.split("/panel/", 1)[1]  # a folder of the panel is called that, too
    body = (folder / name).read_bytes() if name else PAGE.replace(READY, more + READY).encode()
    return {"body": body, "content_type": KINDS[Path(name).suffix or ".html"]}


def _load(folder: Path) -> None:
    """That checkout as the package `isengard`, and its tests."""
    import importlib.util

    sys.path[0] = str(folder / "tests")
    spec = importlib.util.spec_from_file_location("isengard_boot", folder / "boot.py")
    boot = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(boot)
    boot.load()


def serve(folder: Path, data: Path, count: int) -> int:
    """That checkout's own server with its own pictures, until nobody holds the other end."""
    _load(folder)
    from hosts.journey import Api
    from support.web_server import WebServer

    server = WebServer(data, environment={"ISENGARD_MODE": "fast-test"})
    Api(server.url).wait_until_ready()
    fill(server, data, count)
    print(server.url, flush=True)
    sys.stdin.read()
    server.close()
    return 0


def fill(server, folder: Path, count: int) -> list:
    """Rows straight into the library; one picture and its small copy, linked as often. Whose they are."""
    import os

    from isengard.core.generations.generation_files import thumbnail_path
    from isengard.core.generations.generation_sidecars import insert
    from isengard.core.ids import new_id
    from isengard.core.records.character import CharacterDraft
    from isengard.core.records.generation import GeneratedImage
    from isengard.core.records.generation_states import GenerationState
    from isengard.generation.thumbnails import thumbnail_of
    from support.generation_records import draft

    services = server.services
    people = [services.characters.create(CharacterDraft(name=name)) for name in ("Ann", "Ben")]
    place = folder / "picture"
    place.mkdir()
    source = _drawn(place)
    small = thumbnail_of(source)
    with services.library.transaction():
        for number in range(count):
            image = GeneratedImage(n=0, file="0000.png", width=512, height=512, seed=number)
            more = {"favourite": number % 10 == 0, "recipe": "fast-test" if number % 3 else "sd15-identity"}
            who = people[number % 2].id
            made = draft(who, id=new_id("gen"), state=GenerationState.COMPLETED, images=[image], **more)
            insert(services.library, made)
            target = services.paths.generation(made.id) / image.file
            thumbnail_path(target).parent.mkdir(parents=True)
            os.link(source, target)
            os.link(small, thumbnail_path(target))
    return people


def _drawn(folder: Path) -> Path:
    import random

    from PIL import Image

    small = Image.new("RGB", (32, 32))
    small.putdata([tuple(random.Random(n).randbytes(3)) for n in range(1024)])
    file = folder / "0000.png"
    small.resize((512, 512), Image.Resampling.BICUBIC).save(file)
    return file


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
