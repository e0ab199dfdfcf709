"""A tunnel or scanner between a page and its server: it hands on an answer when that has ended, and not before."""

from __future__ import annotations

import http.server
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

#: Of a connection alone, or made anew.
_NOT_HANDED_ON = frozenset({"connection", "transfer-encoding", "content-length", "date", "server"})


@contextmanager
def keeping_back(url: str) -> Iterator[str]:
    """The address at which what is at `url` is had so."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Between", (_Between,), {"behind": url}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


class _Between(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    behind = ""

    def _hand_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))) or None
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _NOT_HANDED_ON}
        asked = urllib.request.Request(self.behind + self.path, body, headers, method=self.command)
        try:
            answer: Any = urllib.request.urlopen(asked, timeout=60)
        except urllib.error.HTTPError as refusal:
            answer = refusal
        with answer:
            content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in _NOT_HANDED_ON:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_DELETE = _hand_on

    def log_message(self, *_: object) -> None:
        return
