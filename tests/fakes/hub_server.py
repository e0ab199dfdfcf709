"""A local server that answers as the model hub does: commits, hashes, large files on another host, renamed and gated repositories."""

from __future__ import annotations

import functools
import hashlib
import io
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

LARGE = 1000
PIECE = 1024 * 1024
#: A file's own bytes, or the file that holds them: a model does not fit into memory twice.
Content = bytes | Path


def size(content: Content) -> int:
    return content.stat().st_size if isinstance(content, Path) else len(content)


def etag(content: Content) -> str:
    """SHA-256 of a large file, git's own hash of a small one."""
    if isinstance(content, Path) and size(content) > LARGE:
        return _sha256(content)
    whole = content.read_bytes() if isinstance(content, Path) else content
    if len(whole) > LARGE:
        return hashlib.sha256(whole).hexdigest()
    return hashlib.sha1(f"blob {len(whole)}\0".encode() + whole, usedforsecurity=False).hexdigest()


@functools.cache
def _sha256(file: Path) -> str:
    sha256 = hashlib.sha256()
    with file.open("rb") as content:
        while piece := content.read(PIECE):
            sha256.update(piece)
    return sha256.hexdigest()


class HubServer:
    """`repositories`: name -> commit -> file -> content; `main`: name -> commit; `asked`: method, path, Range, Authorization.

    `silent`: answers nobody any more and ends every connection; who asked is still written down, also who took it for a proxy."""

    def __init__(self) -> None:
        self.silent = False
        self.repositories: dict[str, dict[str, dict[str, Content]]] = {}
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

            do_HEAD = do_POST = do_CONNECT = do_GET

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

    def put_cache(self, cache: Path) -> None:
        """Every commit that a cache of the hub's library holds."""
        for repository in cache.glob("models--*"):
            name = repository.name.removeprefix("models--").replace("--", "/", 1)
            for commit in (repository / "snapshots").iterdir():
                files = {
                    file.relative_to(commit).as_posix(): file for file in commit.rglob("*") if file.is_file()
                }
                self.repositories.setdefault(name, {})[commit.name] = files
                self.main[name] = commit.name

    def answer(self, handler, path: str) -> None:
        authorization = handler.headers.get("Authorization", "")
        self.asked.append((handler.command, path, handler.headers.get("Range", ""), authorization))
        if self.silent:
            handler.close_connection = True
            return
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
        if size(content) > LARGE:
            large = {"X-Linked-Etag": f'"{etag(content)}"', "X-Linked-Size": str(size(content))}
            self._send(
                handler,
                302,
                {**headers, **large, "Location": f"http://localhost:{self.port}/cdn/{etag(content)}"},
            )
        else:
            whole = content.read_bytes() if isinstance(content, Path) else content
            given = self.tampered.get(etag(content), whole)
            self._send(handler, 200, {**headers, "Content-Length": str(len(given))}, given)

    def _give(self, handler, sha256: str) -> None:
        contents = (
            c for commits in self.repositories.values() for files in commits.values() for c in files.values()
        )
        content = next(content for content in contents if etag(content) == sha256)
        content = self.tampered.get(sha256, content)
        asked = handler.headers.get("Range", "")
        start = int(asked.removeprefix("bytes=").rstrip("-") or 0) if asked else 0
        left = size(content) - start
        self._send(handler, 206 if start else 200, {"Content-Length": str(left)})
        if handler.command == "GET":
            with content.open("rb") if isinstance(content, Path) else io.BytesIO(content) as source:
                source.seek(start)
                if self.cut:
                    handler.wfile.write(source.read(self.cut.pop(0)))
                else:
                    shutil.copyfileobj(source, handler.wfile, PIECE)

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
