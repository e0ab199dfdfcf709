"""A way to a port of this machine that can be closed, as when a network is cut: nothing passes, nothing is refused. Or one answer
is lost on the way, with its line: what was asked for is done all the same."""

from __future__ import annotations

import contextlib
import socket
import threading


class TcpGate:
    def __init__(self, port: int) -> None:
        self._target = port
        self._free = threading.Event()
        self._free.set()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._open: list[socket.socket] = []
        #: the answer to the next message that holds these bytes is lost
        self.lose = b""

    def __enter__(self) -> TcpGate:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.open()
        for one in (self._server, *self._open):
            with contextlib.suppress(OSError):
                one.close()

    def close(self) -> None:
        self._free.clear()

    def open(self) -> None:
        self._free.set()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._server.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                self._open += [near, far]
                lost = threading.Event()
                for way in ((near, far, lost, True), (far, near, lost, False)):
                    threading.Thread(target=self._carry, args=way, daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, lost: threading.Event, asks: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._free.wait()
                if asks and self.lose and self.lose in data:
                    self.lose = b""
                    lost.set()
                if lost.is_set() and not asks:
                    break
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)
