"""What is ready when the door opens."""

from __future__ import annotations

import logging
import threading

import pytest
from hosts.journey import Api, ApiError
from isengard.core.plugins import SEAMS
from isengard.web.route_table import ROUTES
from support.soon import WITHIN_S, until
from support.web_server import WebServer


def test_the_first_page_waits_for_no_import(server, api):
    """Cold, the first questions took 290 ms instead of 60: handlers and plugins were looked for while ComfyUI's loop waited."""
    door = server.door
    assert set(door._handlers) == {route.handler for route in ROUTES}
    assert set(door.ready().registry._found) == set(SEAMS)


def test_a_fault_of_ours_at_the_start_is_said_and_logged(tmp_path, monkeypatch, caplog, capfd):
    """It was "starting" for ever. ComfyUI shows its console to everybody, so the fault's own words stay in our log."""
    from isengard.web import compose

    words = "no such attribute"

    def broken(paths, clock):
        raise AttributeError(words)

    monkeypatch.setattr(compose, "open_library", broken)
    unseen = []
    monkeypatch.setattr(threading, "excepthook", unseen.append)
    server = WebServer(tmp_path, environment={"LOG_DIR": str(tmp_path / "logs")})
    try:
        error = until(lambda: (told := refused(server))["code"] != "starting" and told)
        assert error["code"] == "start_failed" and "internal error" in error["message"] and error["hint"]
        lines = "".join(file.read_text() for file in (tmp_path / "logs" / "api").glob("*.log"))
        assert "Isengard could not start" in lines and "Traceback" in lines and "no such attribute" in lines
        console = [record for record in caplog.records if not record.name.startswith("isengard")]
        told = "".join(record.getMessage() for record in console) + "".join(capfd.readouterr())
        assert "could not start: AttributeError" in told and "in broken" in told
        assert "no such attribute" not in told
        until(lambda: unseen)
        assert [hook.exc_type for hook in unseen] == [SystemExit], "which a thread ends by without a word"
    finally:
        server.close()


def test_a_page_that_asks_while_we_start_leaves_nothing_on_the_console(tmp_path, monkeypatch, caplog):
    """Each poll of an open page put a red "Request refused" on ComfyUI's console, for as long as the start took."""
    from isengard.web import compose

    begun, go_on = threading.Event(), threading.Event()
    opened = compose.open_library

    def slow(paths, clock):
        begun.set()
        assert go_on.wait(WITHIN_S)
        return opened(paths, clock)

    monkeypatch.setattr(compose, "open_library", slow)
    caplog.set_level(logging.INFO)
    server = WebServer(tmp_path)
    try:
        assert begun.wait(WITHIN_S)
        assert [refused(server)["code"] for _ in range(3)] == ["starting"] * 3
        assert "Request refused" not in caplog.text
    finally:
        go_on.set()
        until(lambda: server.door.settled)
        server.close()


def refused(server):
    with pytest.raises(ApiError) as answer:
        Api(server.url).get("/health")
    assert answer.value.status == 503
    return answer.value.error
