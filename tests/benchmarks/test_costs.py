"""The cheap measurements of `dev.py bench` on the pack's own server, every day; the training's overhead in a full run."""

from __future__ import annotations

import os

import pytest
from hosts.journey import Api
from hosts.page_visits import Fetch, Visit
from support.web_server import WebServer

from benchmarks import imports, lists, measure, page_loads, trainings, uploads

FULL = bool(os.environ.get("ISENGARD_TEST_FULL"))


@pytest.fixture
def server(tmp_path):
    server = WebServer(tmp_path / "host", environment={"ISENGARD_MODE": "fast-test", "ISENGARD_IDLE_S": "1"})
    Api(server.url).wait_until_ready()
    yield server
    server.close()


@pytest.mark.timing
def test_long_lists_are_quick_and_uploads_keep_up_with_pillow(server, tmp_path, capsys):
    api = Api(server.url, "bench")
    decoder = server.door.ready().photos.decoder
    readers = lambda: [*decoder.children.pids, *decoder._comparing.pids]  # noqa: E731
    found = uploads.uploads(api, tmp_path / "uploads", 6 if FULL else 4, readers)
    found += lists.lists(api, server.door.ready().paths.root, tmp_path / "lists")
    with capsys.disabled():
        print("", *(one.line() for one in found), sep="\n[bench] ")
    assert all(one.holds for one in found)


def test_a_line_says_whether_the_limit_holds():
    assert measure.at_most("x", 3, 1, "ms", most=5).line().endswith("ok")
    assert measure.slower_by("x", 21, 20, "s", most=1.05).holds
    assert not measure.slower_by("x", 22, 20, "s", most=1.05).holds
    assert measure.as_fast_as("x", 1.25, 1, "s", least=0.8).holds
    assert measure.as_fast_as("x", 1.3, 1, "s", least=0.8).line().endswith("MISSED")


def test_comfyuis_line_is_read():
    log = "Import times for custom nodes:\n   0.0 seconds: /x/custom_nodes/empty\n   0.1 seconds: /x/custom_nodes/isengard\n"
    assert imports.import_times(log) == {"empty": 0.0, "isengard": 0.1}
    traced = (
        "import time:       120 |        300 |     isengard.web.app\nimport time: 2000 | 2100 | comfy.sd\n"
        + log
    )
    by_line, by_trace = imports.importing([log], traced)
    assert not by_line.holds and by_trace.holds and (by_trace.ours, by_trace.baseline) == (0.12, 2.0)


def test_a_page_load_is_told_by_its_requests_and_its_depth():
    others = [Fetch("/scripts/app.js", 0, 9, 900), Fetch("/api/isengard/health?x=1", 0, 9)]

    def visit(*fetches: tuple[float, float, bool]) -> Visit:
        known = [Fetch("/api/isengard/panel.js", sent, done, 900, cached) for sent, done, cached in fetches]
        return Visit(0, 0, [*known, *others])

    flat = visit((1.0, 1.1, False), (1.1, 1.2, False), (1.1, 1.2, True))
    deep = visit(*((1 + number / 10, 1.1 + number / 10, False) for number in range(5)))
    found = page_loads.measures({"first": [flat, deep], "second": [deep]})
    assert [round(one.value, 1) for one in found] == [5, 2.0, 5, 5.0, 4.5]
    assert [one.holds for one in found] == [False, True, False, False, False]
    assert flat.asked == others[1:]


def test_the_pencil_exists_for_the_overhead():
    assert (trainings.PENCIL / "draw.py").is_file()
