"""What the panel adds to a load of ComfyUI's page over a slow line, in times of one small script on the same line."""

from __future__ import annotations

from hosts import chromium, page_visits
from hosts.page_visits import Visit

from .measure import Measure, at_most, slower_by

ROUNDS = 3
MOST_REQUESTS = 2
#: The script that ComfyUI imports, then the panel: two answers, and the time to read half a megabyte on a slow machine.
MOST_TRIPS = 4
MOST_KB_AGAIN = 2


def page_loads(url: str) -> list[Measure]:
    """Two visits of browsers that have never been there; the lowest of some rounds."""
    from playwright.sync_api import sync_playwright

    visits: dict[str, list[Visit]] = {"first": [], "second": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.executable(), args=chromium.FLAGS)
        for _ in range(ROUNDS):
            with page_visits.fresh(browser) as context:
                for found in visits.values():
                    found.append(page_visits.visit(context, url))
        browser.close()
    return measures(visits)


def measures(visits: dict[str, list[Visit]]) -> list[Measure]:
    """Of each kind of visit the requests and the time; of the second what is fetched although it is known."""
    found = []
    for name, several in visits.items():
        best = min(several, key=lambda visit: visit.code_ms)
        requests = max(len(visit.code) for visit in several)
        found += [
            at_most(f"page load, {name} visit: our scripts", requests, 0, "", most=MOST_REQUESTS),
            slower_by(
                f"page load, {name} visit: until they run", best.code_ms, best.trip_ms, "ms", most=MOST_TRIPS
            ),
        ]
    again = max(sum(one.size for one in visit.code) for visit in visits["second"]) / 1000
    return [*found, at_most("page load, second visit: fetched anew", again, 0, "kB", most=MOST_KB_AGAIN)]
