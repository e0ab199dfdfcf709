"""What the hub says of a file before it is fetched: its commit, size and hash, and where a renamed repository is now."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from ...core.errors import NotReadyError
from ...core.said import said
from ..tasks.task import Task
from .http_fetch import head

HUB = "https://huggingface.co"
_SHA256, _SHA1 = re.compile("[0-9a-f]{64}"), re.compile("[0-9a-f]{40}")


@dataclass(frozen=True)
class Listed:
    """A file of a commit as the hub lists it; `etag` names its content in the cache."""

    name: str
    commit: str
    etag: str
    size: int

    @property
    def sha256(self) -> str:
        """Hash of a large file; '' for one that git itself holds."""
        return self.etag if _SHA256.fullmatch(self.etag) else ""

    @property
    def git_sha1(self) -> str:
        """Git's own hash, of a small file."""
        return self.etag if _SHA1.fullmatch(self.etag) else ""


@dataclass
class Address:
    """The name that a repository answers to: the record's until the hub says that it has another one now."""

    name: str
    renamed: Callable[[str], object] = lambda name: None

    def moved_to(self, url: str) -> None:
        """Remember the name in an address that the hub led to."""
        before, found, _ = urlsplit(url).path.partition("/resolve/")
        name = "/".join(before.strip("/").split("/")[-2:])
        if found and name.count("/") == 1 and name.lower() != self.name.lower():
            self.name = name
            self.renamed(name)


def endpoint() -> str:
    """The owner may name a mirror by HF_ENDPOINT, as for the hub's own library; hashes are checked all the same."""
    return os.environ.get("HF_ENDPOINT", HUB).rstrip("/")


def file_url(hub: str, revision: str, name: str) -> str:
    return f"{endpoint()}/{hub}/resolve/{revision}/{quote(name)}"


def look_up(
    task: Task, address: Address, revision: str, name: str, token: str = "", *, commit_only: bool = False
) -> Listed | None:
    """The file, None where the commit does not have it or is not there itself; with `commit_only` also for a file that is missing in
    a commit that is there. NotReadyError as `http_fetch.head`."""
    answer = head(task, file_url(address.name, revision, name), token)
    address.moved_to(answer.url)
    commit = answer.headers.get("X-Repo-Commit", "")
    if answer.missing:
        return Listed(name, commit or revision, "", 0) if commit_only and answer.missing == "entry" else None
    etag = answer.headers.get("X-Linked-Etag") or answer.headers.get("ETag") or ""
    size = answer.headers.get("X-Linked-Size") or answer.headers.get("Content-Length") or ""
    if not (_SHA1.fullmatch(commit) and etag and size.isdigit()):
        raise NotReadyError(
            "network_unreachable",
            said(
                "{host} doesn't answer like the hub: it gives no commit, size or hash for {name}.",
                host=urlsplit(endpoint()).hostname or endpoint(),
                name=name,
            ),
            "Check any proxy in between and the address set for Hugging Face, then press Retry.",
        )
    return Listed(name, commit, etag.removeprefix("W/").strip('"'), int(size))
