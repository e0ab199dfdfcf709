"""Two ComfyUIs of one data folder, as two installs that share ComfyUI's user folder."""

from __future__ import annotations

import pytest
from hosts.journey import Api
from isengard.core.storage import server_turn
from isengard.web import loops
from support.soon import until
from support.web_server import WebServer

FAST = {"ISENGARD_MODE": "fast-test", "ISENGARD_IDLE_S": "1"}


@pytest.fixture
def start(tmp_path, monkeypatch):
    monkeypatch.setattr(loops, "_LOOK_S", 0.1)
    monkeypatch.setattr(server_turn, "_ENDS_WITHIN_S", 0.1)
    servers = []

    def begin():
        servers.append(WebServer(tmp_path, environment=FAST))
        Api(servers[-1].url).wait_until_ready()
        return servers[-1]

    yield begin
    for server in reversed(servers):
        server.close()


def test_a_second_start_takes_nothing_from_the_first_and_takes_over_when_it_ends(start):
    first = start()
    upload = first.services.paths.tmp / "0123.upload"
    upload.write_bytes(b"half of an import")
    second = start()
    assert upload.exists() and first.services.turn.mine and not second.services.turn.mine
    first.close()
    until(second.services.turn._mine.is_set)
    assert upload.exists()
    second.close()
    assert not start().services.paths.tmp.joinpath("0123.upload").exists(), "alone, it clears up"
