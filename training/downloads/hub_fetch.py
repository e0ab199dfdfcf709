"""Fetching parts of the hub into its own cache before a training starts: the record's commits and files, nothing else.

The layout is that of the hub's library (blobs/, snapshots/<commit>/, refs/main), so whoever has fetched a model before has it here too.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from ...core import atomic
from ...core.errors import NotReadyError
from ...core.families.hub_parts import OR, HubPart
from ...core.paths import entry_of
from ...core.said import Bytes, either, said
from ...core.storage.file_lock import FileLock
from ..tasks.task import Task
from .alone import alone
from .http_fetch import PART, Wanted, fetch, need_room
from .hub_cache import clear_abandoned, has_part, lacking_in, main_commit, repository_folder, shards, snapshot
from .hub_site import Address, Listed, file_url, look_up

#: In the job's folder: repositories that were found larger than was told, with their bytes. Who presses Retry has read it.
LARGER_FILE = "larger-downloads.json"
#: More than is told before, which nobody has to be asked about: a share of it, and bytes beside that.
_MORE_SHARE, _MORE_BYTES = 0.2, 100_000_000


@dataclass
class _Repository:
    """A repository while it is fetched from: the commit that is taken, and where it is called now."""

    cache: Path
    hub: str
    commit: str
    address: Address
    wanted: dict[str, Listed] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return repository_folder(self.cache, self.hub)

    @property
    def snapshot(self) -> Path:
        return self.folder / "snapshots" / self.commit


def fetch_parts(task: Task, parts: Sequence[HubPart], cache: Path, token: str = "") -> None:
    """Bring what is not there yet. NotReadyError (network_unreachable, model_gated, repository_missing, download_missing,
    download_larger, download_damaged), StorageError disk_full."""
    missing_of = {part.hub: 0 for part in parts if not _whole(cache, part)}
    for one in lacking_in(cache, parts):
        missing_of[one.part.hub] += one.size
    came = 0
    for number, hub in enumerate(missing_of):
        later = sum(list(missing_of.values())[number + 1 :])
        with _alone(task, cache, hub):
            of_hub = [part for part in parts if part.hub == hub]
            _name_main(cache, of_hub)
            missing = [part for part in of_hub if not _whole(cache, part)]
            if missing:
                came += _fetch_repository(task, missing, cache, token, before=came, after=later)


def _name_main(cache: Path, parts: Sequence[HubPart]) -> None:
    """What was fetched by its commit alone is not found by a trainer that asks for the newest."""
    first, repository = parts[0], repository_folder(cache, parts[0].hub)
    folder = repository / "snapshots" / first.revision
    if not main_commit(cache, first.hub) and all(has_part(folder, part) for part in parts):
        _write_main(repository, first.revision)


def _write_main(repository: Path, commit: str) -> None:
    (repository / "refs").mkdir(parents=True, exist_ok=True)
    atomic.write_text(repository / "refs" / "main", commit)


def _whole(cache: Path, part: HubPart) -> bool:
    """Whether the trainer finds it without a network: by the commit that the cache knows as the newest."""
    folder = snapshot(cache, part.hub, part.revision)
    return folder is not None and folder.name == main_commit(cache, part.hub) and has_part(folder, part)


def _fetch_repository(
    task: Task, parts: Sequence[HubPart], cache: Path, token: str, *, before: int, after: int
) -> int:
    """The bytes that came, beside those `before` of other repositories and about so many `after` it."""
    hub = parts[0].hub
    clear_abandoned(cache, hub)
    task.tell("downloading", done=before)
    repository = _opened(task, parts, cache, token)
    for part in parts:
        _list(task, repository, part, token)
    _require_told(task, parts, sum(file.size for file in repository.wanted.values()))
    missing = [file for file in repository.wanted.values() if not _is_here(repository, file)]
    need_room(cache, sum(file.size - _begun(repository, file) for file in missing), why=hub)
    done, total = 0, sum(file.size for file in missing)
    for file in missing:
        task.log(f"{hub}/{file.name}")
        _bring(task, repository, file, token, before=before + done, of=before + total + after)
        done += file.size
    _write_main(repository.folder, repository.commit)
    return done


def _opened(task: Task, parts: Sequence[HubPart], cache: Path, token: str) -> _Repository:
    """The commit that the cache knows, filled up, so that nobody else's files change; the record's where it knows none, or one that
    is gone. Where the repository's history was written anew, the newest commit with the same files: a model that nobody can
    train any more would be worse, and weights are no programs."""
    hub, first, pinned = parts[0].hub, parts[0].files[0].split(OR)[0], parts[0].revision
    address = Address(hub, renamed=lambda name: task.log(f"{hub} is called {name} now"))
    for revision in dict.fromkeys((main_commit(cache, hub) or pinned, pinned)):
        commit = look_up(task, address, revision, first, token, commit_only=True)
        if commit is not None:
            return _Repository(cache, hub, commit.commit, address)
    newest = look_up(task, address, "main", first, token)
    if newest is None:
        raise NotReadyError(
            "download_missing",
            said(
                "{hub} no longer has the revision {pinned}, and its newest one lacks {first}.",
                hub=hub,
                pinned=pinned[:12],
                first=first,
            ),
            "Update Isengard, then press Retry.",
        )
    task.log(
        f"{hub} no longer has the revision {pinned[:12]}: its newest one, {newest.commit[:12]}, is taken"
    )
    return _Repository(cache, hub, newest.commit, address)


def _require_told(task: Task, parts: Sequence[HubPart], listed: int) -> None:
    """The records' sizes were told before the training; much more than that is nobody's wish until it was told, too."""
    hub, told = parts[0].hub, sum(part.size for part in parts)
    if listed <= told * (1 + _MORE_SHARE) + _MORE_BYTES:
        return
    file = task.dir / LARGER_FILE
    try:
        known = {str(name): int(size) for name, size in json.loads(file.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        known = {}
    if known.get(hub, 0) >= listed:
        return
    atomic.write_json(file, {**known, hub: listed})
    raise NotReadyError(
        "download_larger",
        said(
            "{hub} is {size} to download, not the {told} that you were told.",
            hub=hub,
            size=Bytes(listed),
            told=Bytes(told),
        ),
        "Press Retry to download it all the same.",
    )


def _list(task: Task, repository: _Repository, part: HubPart, token: str) -> None:
    """Ask for each file's size and hash; an index is fetched at once, since it names more."""
    for names, needed in [(one, False) for one in part.optional] + [(one, True) for one in part.files]:
        found = next(filter(None, (_asked(task, repository, one, token) for one in names.split(OR))), None)
        if found is None and needed:
            raise _not_there(part.hub, names)
        if found is not None:
            _bring_index(task, repository, found, token)


def _bring_index(task: Task, repository: _Repository, file: Listed, token: str) -> None:
    if not shards(repository.snapshot, file.name):
        return
    if not _is_here(repository, file):
        _bring(task, repository, file, token)
    for shard in shards(repository.snapshot, file.name):
        if _asked(task, repository, shard, token) is None:
            raise _not_there(repository.hub, shard)


def _asked(task: Task, repository: _Repository, name: str, token: str) -> Listed | None:
    listed = repository.wanted.get(name) or look_up(task, repository.address, repository.commit, name, token)
    if listed is not None:
        repository.wanted[name] = listed
    return listed


def _bring(
    task: Task, repository: _Repository, file: Listed, token: str, *, before: int = 0, of: int = 0
) -> None:
    blob = _blob(repository, file)
    if not (blob.is_file() and blob.stat().st_size == file.size):
        url = file_url(repository.address.name, repository.commit, file.name)
        fetch(task, Wanted(url, file.sha256, file.size, token, file.git_sha1), blob, before=before, of=of)
    _link(blob, _pointer(repository, file))


def _link(blob: Path, pointer: Path) -> None:
    """A name for the content, as the hub's library makes it: a link, or the file itself where links cannot be made (Windows)."""
    pointer.parent.mkdir(parents=True, exist_ok=True)
    pointer.unlink(missing_ok=True)
    try:
        pointer.symlink_to(os.path.relpath(blob, pointer.parent))
    except OSError:
        atomic.replace(blob, pointer)


def _is_here(repository: _Repository, file: Listed) -> bool:
    pointer = _pointer(repository, file)
    return pointer.is_file() and pointer.stat().st_size == file.size


def _begun(repository: _Repository, file: Listed) -> int:
    blob = _blob(repository, file)
    part = blob.with_name(blob.name + PART)
    return blob.stat().st_size if blob.is_file() else part.stat().st_size if part.is_file() else 0


def _pointer(repository: _Repository, file: Listed) -> Path:
    """The file's name in its commit."""
    return entry_of(repository.snapshot, *file.name.split("/"))


def _blob(repository: _Repository, file: Listed) -> Path:
    return repository.folder / "blobs" / re.sub(r"[^\w-]", "_", file.etag)


def _not_there(hub: str, names: str) -> NotReadyError:
    return NotReadyError(
        "download_missing",
        said("{hub} no longer has {files}.", hub=hub, files=either(names.split(OR))),
        "Update Isengard, then press Retry.",
    )


def _alone(task: Task, cache: Path, hub: str) -> AbstractContextManager[None]:
    """Two trainings that need the same model fetch it once: the second waits, then finds it."""
    locks = cache / ".locks"
    locks.mkdir(parents=True, exist_ok=True)
    return alone(task, FileLock(locks / f"isengard--{hub.replace('/', '--')}.lock"))
