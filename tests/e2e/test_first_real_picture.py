"""The stopwatch: from the empty panel to the first real picture, trained and drawn for real on the tiny model.

Counted are the presses that a person makes, the fields that they fill and the choices that nothing was preselected for; what this
computer asks beyond that (24 steps at 64 px and a small picture instead of a real training) is not.
"""

from __future__ import annotations

import json
import time

import pytest
from hosts import fixtures
from hosts.demo import REAL_TRAINING
from hosts.journey import Api
from hosts.panel_steps import choose_model
from playwright.sync_api import expect
from support.images_fixtures import SMALLER

pytestmark = [pytest.mark.slow, pytest.mark.e2e, pytest.mark.real, pytest.mark.full]
COUNT = """() => {
  window.presses = 0;
  document.addEventListener("click", (event) => {
    // a label passes its click on to its field: one press
    if (event.isTrusted && event.detail > 0) window.presses += 1;
  }, true);
}"""
MOST_PRESSES = 7


class Stopwatch:
    """Seconds and presses at each station."""

    def __init__(self, page) -> None:
        self.page, self.began, self.stations = page, time.monotonic(), []
        page.evaluate(COUNT)

    def at(self, station: str) -> None:
        self.stations.append((station, round(time.monotonic() - self.began, 1), self.presses))

    @property
    def presses(self) -> int:
        return self.page.evaluate("() => window.presses")


def few_steps(page) -> None:
    """What a processor needs and a graphics card does not; by script, since no person would."""
    page.get("isen-advanced").evaluate("(summary) => { summary.closest('details').open = true; }")
    for name in ("steps", "rank", "alpha", "learning_rate", "save_every"):
        field = page.get(f"isen-override-{name}")
        field.fill(str(REAL_TRAINING["overrides"][name]))
    page.get("isen-override-resolution").fill("64")


def test_from_the_empty_panel_to_the_first_real_picture(real_server, open_page, shots, tmp_path):
    photos = fixtures.portraits(tmp_path / "photos")
    page = open_page(real_server.url)
    page.open_tab()
    watch = Stopwatch(page.page)
    page.get("isen-new-character").click()
    page.get("isen-name").fill("Anna Example")
    page.get("isen-consent").check()
    page.get("isen-create").click()
    page.get("isen-file-input").set_input_files([str(photo) for photo in photos])
    expect(page.get("isen-photos").locator("figure")).to_have_count(len(photos), timeout=60_000)
    watch.at("photos are in")
    page.get("isen-rail-train").click()
    choose_model(page, "sd15")
    few_steps(page)
    expect(page.get("isen-start-training")).to_be_enabled(timeout=30_000)
    page.get("isen-start-training").click()
    watch.at("training was started")
    expect(page.get("isen-job-state")).to_have_text("done", timeout=300_000)
    watch.at("training is done")
    page.get("isen-make-pictures").click()
    page.page.evaluate(SMALLER)
    page.get("isen-prompt").fill("portrait in a garden")
    page.get("isen-generate").click()
    expect(page.get("isen-image")).to_have_count(1, timeout=180_000)
    watch.at("first real picture")
    page.page.screenshot(path=shots / "stopwatch.png")
    (shots / "stopwatch.json").write_text(json.dumps(watch.stations))
    assert watch.presses <= MOST_PRESSES, watch.stations
    [version] = Api(real_server.url, "stopwatch").get(f"/characters/{person_of(real_server)}/versions")[
        "items"
    ]
    assert not version["placeholder"] and version["proof"]["fit"] == "fits"


def person_of(real_server) -> str:
    return Api(real_server.url, "stopwatch").get("/characters")["items"][0]["id"]
