"""The panel behind what stands between a page and ComfyUI: proxies, tunnels, scanners."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from playwright.sync_api import expect
from support import live_server
from support.between import keeping_back

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = live_server.start(tmp_path_factory.mktemp("behind"))
    yield server
    server.close()


def test_all_is_shown_and_followed_where_a_stream_is_kept_back(server, panel_on, tmp_path):
    """Quick tunnels and virus scanners hand on nothing of a stream until it has ended."""
    ann = live_server.person(server, tmp_path)
    with keeping_back(server.url) as url:
        panel = panel_on(SimpleNamespace(url=url))
        expect(panel.get("isen-character")).to_have_count(1)
        server.api.patch(f"/characters/{ann['id']}", {"name": "Ann Told"})
        expect(panel.get("isen-character")).to_contain_text("Ann Told")
        server.api.post("/characters", {"name": "Bea Told"})
        expect(panel.get("isen-character")).to_have_count(2)
        panel.page.close()
