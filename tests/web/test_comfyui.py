"""ComfyUI restarted over HTTP: said whether it can be, what it would lose, and by whom; also while Isengard cannot work."""

from __future__ import annotations

import pytest
from hosts.journey import Api, ApiError
from isengard.core.errors import NotReadyError
from isengard.web.routes import comfyui
from support.soon import until
from support.web_server import WebServer


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    monkeypatch.setattr(comfyui, "ANSWERED_S", 0.0)


def refused(api, body=None):
    with pytest.raises(ApiError) as answer:
        api.post("/comfyui/restart", body or {})
    return answer.value.status, answer.value.error["code"]


def restarted(host) -> int:
    return until(lambda: host.restarts)


def test_it_is_answered_first_and_asked_what_may_be_lost(server, api):
    host = server.host
    assert api.get("/health")["host"] == {"loopback": True, "can_restart": False}
    assert refused(api) == (409, "restart_impossible")
    host.can_restart, host.queue_length = True, 2
    assert api.get("/health")["host"]["can_restart"]
    assert api.get("/comfyui") == {"can_restart": True, "queue": 2}
    assert refused(api) == refused(api, {"lose_queue": "yes"}) == (409, "comfyui_queue_lost")
    assert host.restarts == 0
    assert api.post("/comfyui/restart", {"lose_queue": True}) == {"lost": 2}
    assert restarted(host) == 1


def test_what_fails_is_logged_and_everything_goes_on(server, api, monkeypatch):
    server.host.can_restart = True

    def broken():
        raise OSError("no more processes")

    monkeypatch.setattr(server.host, "restart", broken)
    assert api.post("/comfyui/restart", {}) == {"lost": 0}
    lines = until(
        lambda: (
            (told := str(api.get("/logs?correlation_id=ui-test-1")["items"])).count("no more processes")
            and told
        )
    )
    assert "ComfyUI is restarted on request" in lines and "ComfyUI could not be restarted" in lines
    assert api.get("/health")["status"] == "ok"


def test_an_isengard_that_cannot_work_still_restarts_comfyui_but_only_on_its_own_machine(server, api):
    server.host.can_restart = True
    server.door.fail(NotReadyError("start_failed", "A fault.", "Restart ComfyUI."))
    with pytest.raises(ApiError) as caught:
        api.get("/health")
    assert caught.value.error["code"] == "start_failed"
    assert api.get("/comfyui")["can_restart"]
    foreign = Api(server.url)
    foreign.headers["Host"] = "elsewhere.example"
    assert refused(foreign) == (421, "host_not_allowed")
    assert api.post("/comfyui/restart", {}) == {"lost": 0} and restarted(server.host) == 1
    server.host.listen_is_loopback = False
    assert refused(api) == (503, "start_failed")


def test_an_isengard_that_cannot_work_restarts_no_guarded_comfyui(tmp_path):
    """Whoever comes through a tunnel to loopback looks like its owner."""
    server = WebServer(tmp_path, environment={"ISENGARD_GUARD_COMFYUI": "1"})
    server.host.can_restart = True
    try:
        until(lambda: server.door.settled)
        server.door.fail(NotReadyError("start_failed", "A fault.", "Restart ComfyUI."))
        assert refused(Api(server.url)) == (503, "start_failed") and server.host.restarts == 0
    finally:
        server.close()


def test_beyond_loopback_it_takes_the_session(tmp_path):
    server = WebServer(tmp_path, loopback=False, environment={"ISENGARD_TOKEN": "0123456789abcdef"})
    server.host.can_restart = True
    api = Api(server.url)
    try:
        answer = until(lambda: (told := refused(api))[1] != "starting" and told)
        assert answer == (401, "session_needed") and server.host.restarts == 0
        api.headers["Authorization"] = "Bearer 0123456789abcdef"
        assert api.post("/comfyui/restart", {}) == {"lost": 0} and restarted(server.host) == 1
    finally:
        server.close()
