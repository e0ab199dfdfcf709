"""Fetching one file over HTTP(S) or from a local `file:` address: resumable, cancellable, checked by SHA-256, put in place whole.

A half-fetched file stays as `<name>.part` beside the target and is continued with a Range request. A token goes to the
host it is for and to no other, also when that host redirects.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
import urllib.error
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from functools import partial
from pathlib import Path
from typing import Any, Literal

from ...core import atomic
from ...core.errors import NotReadyError, StorageError
from ...core.said import Bytes, said
from ..machine.machine_facts import nearest_there
from ..tasks.task import Task
from .http_opening import (
    BROKEN,
    MOST_WAIT_S,
    asks_to_wait,
    open_address,
    own_word,
    reason,
    refusal,
    unreachable,
)

CHUNK = 1024 * 1024
TIMEOUT_S, HEAD_TIMEOUT_S = 60.0, 20.0
#: A connection that breaks is taken up again so often without a new byte in between, after so many seconds.
TRIES, PAUSE_S = 4, 2.0
PART = ".part"
_RANGE_REFUSED = 416
#: The hub's words for what a 404 means.
_MISSING: dict[str, Literal["entry", "revision"]] = {"EntryNotFound": "entry", "RevisionNotFound": "revision"}


@dataclass(frozen=True)
class Wanted:
    """A file to fetch. `sha256`, `size` and git's own hash are checked where they are known ('' and 0 where not)."""

    url: str
    sha256: str = ""
    size: int = 0
    token: str = ""
    git_sha1: str = ""


@dataclass(frozen=True)
class Head:
    """Answer of a host about a file that it does not give out; `missing`: whether the file alone or the whole commit is not there."""

    url: str
    headers: Message
    missing: Literal["", "entry", "revision"] = ""


def fetch(
    task: Task,
    wanted: Wanted,
    target: Path,
    *,
    phase: str = "downloading",
    before: int = 0,
    of: int = 0,
    keep_old: bool = False,
) -> Path:
    """`target` with the wanted content. `before` and `of` are the bytes of a larger whole that this file is part of; with
    `keep_old`, what stands there before is a person's and is kept beside it as `<name>.old`.

    Raises NotReadyError (network_unreachable, model_gated, token_refused, download_missing, download_damaged) or StorageError disk_full.
    """
    part = target.with_name(target.name + PART)
    target.parent.mkdir(parents=True, exist_ok=True)
    told = partial(_tell, task, phase, before=before, whole=of)
    try:
        _bring(task, wanted, part, told)
    except OSError as fault:
        raise not_written(fault, part.parent) from fault
    _check(task, wanted, part)
    try:
        if keep_old:
            _put_aside(task, target)
        atomic.replace(part, target)
    except OSError as fault:
        raise not_written(fault, part.parent) from fault
    return target


def _tell(task: Task, phase: str, done: int, size: int, *, before: int, whole: int) -> None:
    task.tell(phase, done=before + done, of=whole or size)


def _bring(task: Task, wanted: Wanted, part: Path, told: Callable[[int, int], None]) -> None:
    """The whole file into `part`, over however many connections; given up when several in a row bring nothing new. OSError of the disk."""
    failures, most = 0, _bytes_of(part)
    while True:
        try:
            return _continue(task, wanted, part, told)
        except BROKEN as fault:
            failures = failures + 1 if _bytes_of(part) <= most else 1
            most = max(most, _bytes_of(part))
            _give_up_if_final(fault, wanted.url, last=failures >= TRIES)
            if isinstance(fault, urllib.error.HTTPError) and fault.code == _RANGE_REFUSED:
                part.unlink()  # longer than what the server has: begin anew
            task.log(f"The connection broke ({reason(fault)}); trying again")
            _wait(task, max(PAUSE_S * failures, asks_to_wait(fault)))


def _bytes_of(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def is_wanted(task: Task, wanted: Wanted, file: Path) -> bool:
    """Tell whether `file` is there with the very content; it is read only where its size is right."""
    if not file.is_file() or file.stat().st_size != wanted.size:
        return False
    return _digest(task, file) == wanted.sha256


def _put_aside(task: Task, target: Path) -> None:
    """Under a name that ComfyUI does not list, and that nothing has yet."""
    if not os.path.lexists(target):
        return
    endings = (".old", *(f".old-{number}" for number in range(2, 1000)))
    aside = next(place for end in endings if not (place := target.with_name(target.name + end)).exists())
    target.rename(aside)
    task.log(f"What was called {target.name} before is kept as {aside.name}")


def _continue(task: Task, wanted: Wanted, part: Path, told: Callable[[int, int], None]) -> None:
    done = _bytes_of(part)
    if wanted.size and done == wanted.size:
        return
    headers = {"Range": f"bytes={done}-"} if done else {}
    with open_address(wanted.url, wanted.token, headers, timeout=TIMEOUT_S) as answer:
        resumed = done > 0 and getattr(answer, "status", 200) == 206
        done = done if resumed else 0
        coming = done + int(answer.headers.get("Content-Length") or 0)
        if wanted.size and coming not in (
            done,
            wanted.size,
        ):  # a page of a proxy, which is no part of the file
            raise ConnectionError(f"{coming} bytes were offered instead of {wanted.size}")
        size = wanted.size or coming
        _need_room(part.parent, size - done)
        with part.open("ab" if resumed else "wb") as stream:
            while (not size or done <= size) and (chunk := _next_of(answer)):
                stream.write(chunk)
                done += len(chunk)
                told(done, size)
    if size and done < size:
        raise ConnectionError(f"{done} of {size} bytes came")
    if size and done > size:
        part.unlink()
        raise _damaged()


def _next_of(answer: Any) -> bytes:
    """What a line does wrong comes as any kind of OSError (TLS, a network that went down); a disk's come from writing."""
    try:
        return bytes(answer.read(CHUNK))
    except OSError as fault:
        raise ConnectionError(reason(fault)) from fault


def head(task: Task, url: str, token: str = "") -> Head:
    """Ask about a file of the hub; what leads to another host is answered by the first. NotReadyError as `fetch`."""
    for attempt in range(1, TRIES + 1):
        task.check()
        try:
            headers = {"Accept-Encoding": "identity"}
            with open_address(url, token, headers, timeout=HEAD_TIMEOUT_S, method="HEAD") as answer:
                return Head(answer.url, answer.headers)
        except BROKEN as fault:
            if isinstance(fault, urllib.error.HTTPError):
                if 300 <= fault.code < 400:
                    return Head(fault.url, fault.headers)
                if own_word(fault) in _MISSING:
                    return Head(fault.url, fault.headers, _MISSING[own_word(fault)])
            _give_up_if_final(fault, url, last=attempt == TRIES)
            _wait(task, max(PAUSE_S * attempt, asks_to_wait(fault)))
    raise AssertionError("the last try gives up")


def _give_up_if_final(fault: Exception, url: str, *, last: bool) -> None:
    """Errors that trying again cannot mend, or not for a long while, are raised at once, in our words."""
    last = last or asks_to_wait(fault) > MOST_WAIT_S
    final = refusal(fault, url) or (unreachable(fault, url) if last else None)
    if final is not None:
        raise final from fault


def _check(task: Task, wanted: Wanted, part: Path) -> None:
    """A file with other content than promised is thrown away: continuing it would never mend it."""
    if not (wanted.sha256 or wanted.git_sha1):
        return
    as_git = not wanted.sha256
    if _digest(task, part, as_git=as_git) != (wanted.git_sha1 if as_git else wanted.sha256):
        part.unlink()
        raise _damaged()


def _damaged() -> NotReadyError:
    return NotReadyError(
        "download_damaged",
        "The downloaded file doesn't match.",
        "Press Retry. If it happens again, the file was changed at its source. Nothing of it was kept.",
    )


def _digest(task: Task, file: Path, *, as_git: bool = False) -> str:
    """SHA-256, or the hash by which git knows a file's content (it names, others guard)."""
    done, size = 0, file.stat().st_size
    digest = hashlib.sha1(f"blob {size}\0".encode(), usedforsecurity=False) if as_git else hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(8 * CHUNK):
            digest.update(chunk)
            done += len(chunk)
            task.tell("checking", done=done, of=size)
    return digest.hexdigest()


def need_room(folder: Path, wanted: int, *, why: str) -> None:
    """Raises StorageError `disk_full` unless `wanted` bytes (and a little more) are free where `folder` is or will be."""
    where = nearest_there(folder)
    if where is None:
        return  # of a drive that is not there; making the folder says so
    free = shutil.disk_usage(where).free
    if wanted > 0 and free < wanted * 1.02:
        full = StorageError(
            "disk_full",
            said(
                "{what} needs {needed}, but only {free} are free.",
                what=why,
                needed=Bytes(wanted),
                free=Bytes(free),
            ),
            "Free some space, then press Retry: the download so far is kept.",
        )
        full.folder = where
        raise full


def folder_size(folder: Path) -> int:
    """Bytes of all files below; those that vanish meanwhile count nothing."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(root, name)).st_size  # noqa: PTH118 - tens of thousands of files
            except OSError:
                continue
    return total


def _need_room(folder: Path, wanted: int) -> None:
    need_room(folder, wanted, why=said("This download"))


def not_written(fault: OSError, folder: Path) -> StorageError:
    """Put what a disk said when something was written below `folder` into our words."""
    if fault.errno in (errno.ENOSPC, errno.EDQUOT):
        full = StorageError(
            "disk_full",
            "The disk is full.",
            "Free some space, then press Retry: the download so far is kept.",
        )
        full.folder = folder
        return full
    return StorageError(
        "download_not_written",
        said("The file could not be written: {reason}.", reason=fault.strerror or str(fault)),
        "Check the folder's permissions.",
    )


def _wait(task: Task, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        task.check()
        time.sleep(0.1)
