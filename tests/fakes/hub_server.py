"""A local server that answers as the model hub does: commits, hashes, large files on another host, renamed and gated repositories."""

from __future__ import annotations

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LARGE = 1000


def etag(content: bytes) -> str:
    """SHA-256 of a large file, git's own hash of a small one."""
    if len(content) > LARGE:
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha1(f"blob {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()


class HubServer:
    """`repositories`: name -> commit -> file -> content; `main`: name -> commit; `asked`: method, path, Range, Authorization."""

    def __init__(self) -> None:
        self.repositories: dict[str, dict[str, dict[str, bytes]]] = {}
        self.main: dict[str, str] = {}
        self.renamed: dict[str, str] = {}
        #: name -> the token that opens it
        self.gated: dict[str, str] = {}
        #: content that is given out in place of what a hash promises
        self.tampered: dict[str, bytes] = {}
        self.cut: list[int] = []
        self.asked: list[tuple[str, str, str, str]] = []
        house = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                house.answer(self, self.path)

            do_HEAD = do_GET

            def log_message(self, *arguments):
                """Tests read `asked`, not the console."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def put(self, name: str, commit: str, **files: bytes | str) -> None:
        """A commit of a repository, its newest; `__` in a file's name is a folder."""
        content = {key: text.encode() if isinstance(text, str) else text for key, text in files.items()}
        self.repositories.setdefault(name, {})[commit] = content
        self.main[name] = commit

    def answer(self, handler, path: str) -> None:
        authorization = handler.headers.get("Authorization", "")
        self.asked.append((handler.command, path, handler.headers.get("Range", ""), authorization))
        if path.startswith("/cdn/"):
            self._give(handler, path.removeprefix("/cdn/"))
            return
        name, _, rest = path.strip("/").partition("/resolve/")
        revision, _, file = rest.partition("/")
        if name in self.renamed:
            self._send(handler, 307, {"Location": path.replace(name, self.renamed[name], 1)})
        elif name not in self.repositories:
            self._send(handler, 404 if authorization else 401, {"X-Error-Code": "RepoNotFound"})
        elif (
            name in self.gated
            and authorization != f"Bearer {self.gated[name]}"
            and not file.endswith(".json")
        ):
            self._send(handler, 403 if authorization else 401, {"X-Error-Code": "GatedRepo"})
        else:
            self._resolve(handler, name, self.main[name] if revision == "main" else revision, file)

    def _resolve(self, handler, name: str, commit: str, file: str) -> None:
        files = self.repositories[name].get(commit)
        if files is None:
            self._send(handler, 404, {"X-Error-Code": "RevisionNotFound"})
            return
        content = files.get(file)
        if content is None:
            self._send(handler, 404, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": commit})
            return
        headers = {"X-Repo-Commit": commit, "ETag": f'"{etag(content)}"'}
        if len(content) > LARGE:
            large = {"X-Linked-Etag": f'"{etag(content)}"', "X-Linked-Size": str(len(content))}
            self._send(
                handler,
                302,
                {**headers, **large, "Location": f"http://localhost:{self.port}/cdn/{etag(content)}"},
            )
        else:
            given = self.tampered.get(etag(content), content)
            self._send(handler, 200, {**headers, "Content-Length": str(len(given))}, given)

    def _give(self, handler, sha256: str) -> None:
        contents = (
            c for commits in self.repositories.values() for files in commits.values() for c in files.values()
        )
        content = next(content for content in contents if etag(content) == sha256)
        content = self.tampered.get(sha256, content)
        asked = handler.headers.get("Range", "")
        start = int(asked.removeprefix("bytes=").rstrip("-") or 0) if asked else 0
        rest = content[start:]
        sent = rest[: self.cut.pop(0)] if self.cut else rest
        self._send(handler, 206 if start else 200, {"Content-Length": str(len(rest))}, sent)

    def _send(self, handler, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        if handler.command == "GET":
            handler.wfile.write(body)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
