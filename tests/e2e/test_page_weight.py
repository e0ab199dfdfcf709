"""What Isengard adds to the load of ComfyUI's page: few requests, none of them waiting for another, and nothing twice."""

from __future__ import annotations

import pytest
from hosts import comfyui, page_visits

pytestmark = [pytest.mark.full, pytest.mark.e2e, pytest.mark.slow]
#: The script that ComfyUI imports, and all of the panel.
CODE = ["/extensions/isengard/isengard.js", "/api/isengard/panel.js"]
#: The stream of events, the state of the server and the lists of the panel; each is asked for once.
MOST_ASKED = 14


@pytest.mark.parametrize("fast_server", comfyui.frontends(comfyui.NEW), indirect=True)
def test_the_panel_comes_in_two_requests_and_at_the_second_visit_from_the_cache(fast_server, browser):
    with page_visits.fresh(browser) as context:
        first, second = (page_visits.visit(context, fast_server.url) for _ in range(2))
    for seen in (first, second):
        assert sorted(one.path for one in seen.code) == sorted(CODE)
        asked = [one.address for one in seen.asked]
        assert len(asked) <= MOST_ASKED and len(set(asked)) == len(asked), asked
    sizes = [next(one.size for one in seen.code if one.path == CODE[1]) for seen in (first, second)]
    assert 50_000 < sizes[0] < 200_000, "packed"
    assert sizes[1] < 1_000, "the browser is told that it has it"
