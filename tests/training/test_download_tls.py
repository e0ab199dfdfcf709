"""A download over TLS whose stream is spoilt on the way, as proxies and bad lines do it: taken up again, never a fault of the disk."""

from __future__ import annotations

import os
import re
import socket
import ssl
import threading

import pytest
from hosts.authority import Authority
from isengard.training.downloads import http_fetch
from isengard.training.downloads.http_fetch import Wanted, fetch
from support.task_fixtures import task_house  # noqa: F401 - fixture

CONTENT = os.urandom(400_000)
HALF = 200_000


class SpoiltServer:
    """Serves CONTENT over TLS; the first `spoilt` answers turn to rubbish below TLS after half of it."""

    def __init__(self, authority: Authority, spoilt: int) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(authority.certificate, authority.key)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._spoilt = spoilt
        self.asked: list[str] = []
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"https://localhost:{self._listener.getsockname()[1]}/model"

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            self._answer(plain)

    def _answer(self, plain: socket.socket) -> None:
        line = os.dup(plain.fileno())
        with self._context.wrap_socket(plain, server_side=True) as secure:
            asked = secure.recv(65536).decode()
            begin = re.search(r"Range: bytes=(\d+)-", asked)
            self.asked.append(begin[1] if begin else "")
            first = int(begin[1]) if begin else 0
            body = CONTENT[first:]
            status = "206 Partial Content" if first else "200 OK"
            secure.sendall(
                f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
            )
            if self._spoilt:
                self._spoilt -= 1
                secure.sendall(body[: HALF - first])
                os.write(line, b"\x17\x03\x03\x00\x20" + os.urandom(32))  # a record that nobody has signed
            else:
                secure.sendall(body)
        os.close(line)

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def get(task_house, tmp_path, monkeypatch):  # noqa: F811
    authority = Authority(tmp_path / "authority")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca))
    monkeypatch.setattr(http_fetch, "PAUSE_S", 0.02)
    monkeypatch.setattr(http_fetch, "CHUNK", 10_000)
    servers = []

    def get(spoilt):
        servers.append(SpoiltServer(authority, spoilt))
        target = tmp_path / "model"
        return task_house.run(lambda task: fetch(task, Wanted(servers[0].url), target)), target, servers[0]

    yield get
    for server in servers:
        server.close()


def test_it_is_taken_up_where_it_broke(get):
    job, target, server = get(1)
    assert job.state.value == "completed", job.error
    assert target.read_bytes() == CONTENT
    assert server.asked[0] == "" and 0 < int(server.asked[1]) <= HALF


def test_a_line_that_spoils_it_every_time_is_called_the_network(get):
    job, _, server = get(99)
    assert (job.state.value, job.error.code) == ("failed", "network_unreachable"), job.error
    assert len(server.asked) == http_fetch.TRIES and "localhost" in job.error.message
