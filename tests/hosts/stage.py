"""The panel's stage (tests/js/stage) in a browser: every state of the panel with made-up data, and what is asked of it."""

from __future__ import annotations

import functools
import http.server
import threading
from contextlib import contextmanager

from .environments import PACK

MODULES = {"stage": "stage", "checks": "checks", "texts_": "texts", "settled": "settled"}
SHOW = "async ([name, options]) => { window.panel = await stage.show(name, options); }"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_) -> None:
        return


@contextmanager
def opened(browser, **options):
    """A page with the stage in it; `faults` are its errors, `names` its states, `show` what the stage's `show` is."""
    handler = functools.partial(_Quiet, directory=str(PACK))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}/tests/js/stage"
    page = browser.new_page(viewport={"width": 900, "height": 1000}, reduced_motion="reduce", **options)
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(error.stack or str(error)))
    page.goto(f"{address}/index.html")
    page.locator("html[data-ready]").wait_for(state="attached")
    for name, file in MODULES.items():
        page.evaluate(f"async () => {{ window.{name} = await import('{address}/{file}.mjs'); }}")
    page.names = page.evaluate("stage.names")
    page.show = lambda name, **wanted: page.evaluate(SHOW, [name, wanted])
    try:
        yield page
    finally:
        page.close()
        server.shutdown()
