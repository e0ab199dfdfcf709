"""A visit to ComfyUI's page as over a tunnel: every answer a tenth of a second away, told by the browser's own network log.

`python tests/hosts/page_visits.py [--rounds N] [NAME=FOLDER ...]` compares packs: each visited twice a round, in turn, one ComfyUI each.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from hosts import chromium, comfyui
from hosts.journey import Api

LATENCY_MS = 100
PATIENCE_MS = 120_000
#: Opens the tab as soon as it is there (an early press may come to nothing) and notes when the panel's first button can be used.
OPEN = """
window.isengardVisit = {};
(function look() {
  const told = window.isengardVisit;
  const now = performance.now();
  const tab = document.querySelector('.isengard-tab-button, [data-testid="isengard-tab-button"]');
  if (tab) told.tab ??= now;
  if (tab && !document.querySelector("isen-panel") && !(now - told.pressed < 1000)) {
    told.pressed = now;
    tab.click();
  }
  const button = document.querySelector('[data-testid="isen-new-character"]');
  if (button?.checkVisibility({ visibilityProperty: true })) told.ready = now;
  else setTimeout(look, 5);
})();
"""


@dataclass
class Fetch:
    """A request of the page; `done_s` is 0 until its answer has ended."""

    address: str
    sent_s: float
    done_s: float = 0.0
    size: int = 0
    cached: bool = False

    @property
    def path(self) -> str:
        return self.address.partition("?")[0]

    @property
    def is_code(self) -> bool:
        return self.path.endswith((".js", ".css"))


@dataclass
class Visit:
    """`tab_ms` and `ready_ms` after the page was asked for: the tab's button, and the panel that can be used."""

    tab_ms: float
    ready_ms: float
    fetches: list[Fetch] = field(repr=False)

    @property
    def code(self) -> list[Fetch]:
        """What was fetched of our scripts and stylesheets, and not taken from the browser's cache."""
        return [one for one in self.fetches if "/isengard" in one.path and one.is_code and not one.cached]

    @property
    def asked(self) -> list[Fetch]:
        """What was asked of our API until the panel could be used."""
        return [one for one in self.fetches if "/api/isengard/" in one.path and not one.is_code]

    @property
    def code_ms(self) -> float:
        """From the first script's request to the last one's end: so long ComfyUI's page waits for us."""
        scripts = [one for one in self.code if one.path.endswith(".js")]
        return 1000 * (max(one.done_s for one in scripts) - min(one.sent_s for one in scripts))

    @property
    def trip_ms(self) -> float:
        """The quickest of our scripts: one question and its answer on this line."""
        return 1000 * min(one.done_s - one.sent_s for one in self.code)

    @property
    def api_ms(self) -> float:
        """From the first question to the last one's answer, the stream of events aside, which never ends."""
        ended = [one.done_s for one in self.asked if one.done_s]
        return 1000 * (max(ended) - min(one.sent_s for one in self.asked))

    def figures(self) -> dict[str, float]:
        return {
            "code requests": len(self.code),
            "code kB": sum(one.size for one in self.code) / 1000,
            "code ms": self.code_ms,
            "API requests": len(self.asked),
            "API ms": self.api_ms,
            "tab ms": self.tab_ms,
            "usable ms": self.ready_ms,
        }


def visit(context, url: str) -> Visit:
    """Open the page in a tab of `context`, wait for the panel, close it. The next visit finds what the browser keeps."""
    page = context.new_page()
    fetches: dict[str, Fetch] = {}
    log = context.new_cdp_session(page)
    log.send("Network.enable")
    slow = {"latency": LATENCY_MS, "downloadThroughput": -1, "uploadThroughput": -1}
    log.send("Network.emulateNetworkConditions", {"offline": False, **slow})
    _listen(log, url, fetches)
    page.add_init_script(OPEN)
    page.goto(url, wait_until="commit")
    page.wait_for_function("window.isengardVisit?.ready", timeout=PATIENCE_MS)
    told = page.evaluate("window.isengardVisit")
    page.wait_for_timeout(3 * LATENCY_MS)  # the ends of the last answers are told
    page.close()
    return Visit(told["tab"], told["ready"], list(fetches.values()))


def _listen(log, url: str, fetches: dict[str, Fetch]) -> None:
    def noted(event: dict, **facts: object) -> None:
        if (known := fetches.get(event["requestId"])) is not None:
            vars(known).update(facts)

    def sent(event: dict) -> None:
        address = event["request"]["url"].removeprefix(url)
        fetches[event["requestId"]] = Fetch(address, event["timestamp"])

    log.on("Network.requestWillBeSent", sent)
    log.on("Network.requestServedFromCache", lambda event: noted(event, cached=True))
    log.on(
        "Network.responseReceived",
        lambda event: event["response"].get("fromDiskCache") and noted(event, cached=True),
    )
    log.on(
        "Network.loadingFinished",
        lambda event: noted(event, done_s=event["timestamp"], size=event["encodedDataLength"]),
    )


@contextmanager
def fresh(browser) -> Iterator:
    """A browser that has never been here."""
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    try:
        yield context
    finally:
        context.close()


def compared(packs: dict[str, Path], rounds: int) -> dict[str, dict[str, list[float]]]:
    """`name, first` and `name, second` visit -> figure -> its value in each round; all packs in turn."""
    from playwright.sync_api import sync_playwright

    found: dict[str, dict[str, list[float]]] = {}
    with ExitStack() as running:
        work = Path(running.enter_context(tempfile.TemporaryDirectory()))
        urls = {}
        for name, pack in packs.items():
            base = comfyui.make_base(work / name, pack=pack)
            database = ("--database-url", f"sqlite:///{base}/user/comfyui.db")
            server = comfyui.start(base, environment={"ISENGARD_MODE": "fast-test"}, arguments=database)
            running.callback(server.stop)
            Api(server.url).wait_until_ready()
            urls[name] = server.url
        playwright = running.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium.executable(), args=chromium.FLAGS)
        for _ in range(rounds):
            for name, url in urls.items():
                with fresh(browser) as context:
                    for turn in ("first", "second"):
                        for figure, value in visit(context, url).figures().items():
                            found.setdefault(f"{name}, {turn}", {}).setdefault(figure, []).append(value)
        browser.close()
    return found


def main(arguments: list[str]) -> int:
    rounds = 3
    if arguments[:1] == ["--rounds"]:
        rounds, arguments = int(arguments[1]), arguments[2:]
    packs = dict(argument.split("=", 1) for argument in arguments) or {"isengard": comfyui.PACK}
    found = compared({name: Path(folder).resolve() for name, folder in packs.items()}, rounds)
    names = list(next(iter(found.values())))
    print(f"{'':<20}", *(f"{name:>14}" for name in names))
    for name, figures in found.items():
        print(f"{name:<20}", *(f"{statistics.median(figures[figure]):>14.0f}" for figure in names))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
