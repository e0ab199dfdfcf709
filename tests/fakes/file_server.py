"""A local HTTP server for files: continues where it is asked to, breaks off, refuses, redirects, as a test wants."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FileServer:
    """`files` by path; `cut` = bytes after which the next answer breaks off; `statuses` are used up first."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.cut: list[int] = []
        self.statuses: list[int] = []
        #: what every refusal says beside its status
        self.refusal_headers: dict[str, str] = {}
        self.asked: list[tuple[str, str, str]] = []
        self.redirects: dict[str, str] = {}
        self.slow_s = 0.0
        house = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                house.answer(self)

            def log_message(self, *arguments):
                """Tests read `asked`, not the console."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, handler) -> None:
        range_wanted = handler.headers.get("Range", "")
        self.asked.append((handler.path, range_wanted, handler.headers.get("Authorization", "")))
        if handler.path in self.redirects:
            handler.send_response(302)
            handler.send_header("Location", self.redirects[handler.path])
            handler.end_headers()
            return
        content = self.files.get(handler.path)
        status = self.statuses.pop(0) if self.statuses else (200 if content is not None else 404)
        if status != 200 or content is None:
            handler.send_response(status)
            for name, value in self.refusal_headers.items():
                handler.send_header(name, value)
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        start = int(range_wanted.removeprefix("bytes=").rstrip("-") or 0) if range_wanted else 0
        if start >= len(content) and start:
            handler.send_error(416)
            return
        rest = content[start:]
        handler.send_response(206 if start else 200)
        handler.send_header("Content-Length", str(len(rest)))
        handler.end_headers()
        self._send(handler, rest[: self.cut.pop(0)] if self.cut else rest)

    def _send(self, handler, data: bytes) -> None:
        pause = threading.Event()
        for at in range(0, len(data), 64 * 1024):
            try:
                handler.wfile.write(data[at : at + 64 * 1024])
            except (BrokenPipeError, ConnectionResetError):
                return
            pause.wait(self.slow_s)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
