from __future__ import annotations

import pytest
from hosts.journey import Api
from support.answer_checker import CheckedApi
from support.web_server import WebServer


@pytest.fixture
def server(tmp_path):
    """Fast-test mode; workers are started for real, so tests that queue jobs end them."""
    server = WebServer(tmp_path, environment={"ISENGARD_MODE": "fast-test", "ISENGARD_IDLE_S": "1"})
    Api(server.url).wait_until_ready()
    yield server
    server.close()


@pytest.fixture
def api(server):
    """Holds every answer to openapi.json."""
    return CheckedApi(server.url, "ui-test-1")
