"""What of the hub is already on this computer, in the cache that the hub's library shares with the trainer. Nothing is asked of the network."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ...core.families.hub_parts import INDEX, OR, HubPart, TrainedFrom, parts_for
from ...core.families.memory import FewerBits
from .http_fetch import PART

#: Seconds without a new byte after which an unfinished file is nobody's: the hub's library gives up after ten.
_ABANDONED_S = 3600.0
#: How the hub's library understands a variable that is switched on.
_ON = ("1", "ON", "YES", "TRUE")


@dataclass(frozen=True)
class Lacking:
    """A part that is not here, or not whole, and the bytes that are still to come of it."""

    part: HubPart
    size: int


def lacking(parts: Iterable[HubPart], hf_home: str = "") -> list[Lacking]:
    """The parts that a training would have to fetch. What is half there counts for what is missing of it."""
    return lacking_in(cache_folder(hf_home), parts)


def lacking_in(cache: Path, parts: Iterable[HubPart]) -> list[Lacking]:
    """The same of a cache whose folder is known."""
    missing = []
    begun: dict[str, int] = {}
    for part in parts:
        folder = snapshot(cache, part.hub, part.revision)
        if folder is not None and has_part(folder, part):
            continue
        left = begun.setdefault(part.hub, _begun_bytes(cache, part.hub))
        here = sum(_size(folder / name) for name in present(folder, part)) if folder is not None else 0
        size = max(1, part.size - here)
        begun[part.hub] -= min(left, size - 1)
        missing.append(Lacking(part, size - min(left, size - 1)))
    return missing


def has_part(folder: Path, part: HubPart) -> bool:
    """Whether a snapshot holds all files of a part that must be there, with those that an index among them names."""
    for names in part.files:
        found = next((name for name in names.split(OR) if _size(folder / name)), None)
        if found is None or not all(_size(folder / shard) for shard in shards(folder, found)):
            return False
    return True


def present(folder: Path, part: HubPart) -> Iterator[str]:
    """The files of a part that a snapshot holds."""
    for name in (name for names in (*part.files, *part.optional) for name in names.split(OR)):
        if _size(folder / name):
            yield name
            yield from (shard for shard in shards(folder, name) if _size(folder / shard))


def shards(folder: Path, name: str) -> Sequence[str]:
    """The files that an index names, beside it; nothing for another file. An index that cannot be read names one that is not there."""
    if not name.endswith(INDEX):
        return ()
    try:
        named = json.loads((folder / name).read_text(encoding="utf-8"))["weight_map"].values()
        return sorted({str(PurePosixPath(name).with_name(PurePosixPath(shard).name)) for shard in named})
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return (f"{name}.damaged",)


def local_base(family: TrainedFrom, base_path: str, hf_home: str = "") -> str:
    """Name what a trainer is given for a training base: for a repository of the hub its file or folder in the cache, so that it is asked
    for nothing else; `base_path` where it is on this computer by itself, or not whole in the cache."""
    parts = parts_for(family, base_path) if family.training_hub else []
    return local_repository(parts, base_path, hf_home)


def local_repository(parts: Iterable[HubPart], hub: str, hf_home: str = "") -> str:
    """The file or the folder in the cache that has the parts which are read of a repository; `hub` where it has not all."""
    of_it = [part for part in parts if part.hub == hub]
    folder = whole_snapshot(of_it, hf_home) if of_it else None
    if folder is None:
        return hub
    return str(folder / (of_it[0].single_file if len(of_it) == 1 else ""))


def local_adapter(form: FewerBits | None, hf_home: str = "") -> str:
    """The file in the cache of the adapter that a form in fewer than 8 bits is trained with; '' where it is not there."""
    folder = whole_snapshot([form.adapter], hf_home) if form is not None else None
    return str(folder / form.adapter.single_file) if form is not None and folder is not None else ""


def whole_snapshot(parts: Sequence[HubPart], hf_home: str = "") -> Path | None:
    """The folder that holds all of these parts of one repository; None where it is not whole."""
    folder = snapshot(cache_folder(hf_home), parts[0].hub, parts[0].revision)
    return folder if folder is not None and all(has_part(folder, part) for part in parts) else None


def snapshot(cache: Path, hub: str, revision: str = "main") -> Path | None:
    """The folder of the commit that the hub's library takes without a network, else of `revision`; None where neither is there."""
    repository = repository_folder(cache, hub)
    for commit in (main_commit(cache, hub), revision):
        folder = repository / "snapshots" / commit
        if commit and folder.is_dir():
            return folder
    return None


def main_commit(cache: Path, hub: str) -> str:
    """The commit that the cache knows as the newest; '' where it knows none."""
    try:
        return (repository_folder(cache, hub) / "refs" / "main").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def hub_offline() -> bool:
    """Whether the owner has told the hub's library that there is no network."""
    return os.environ.get("HF_HUB_OFFLINE", "").upper() in _ON


def clear_abandoned(cache: Path, hub_id: str) -> None:
    """Remove what killed downloads of the hub's library left of a model: since 1.23 it begins a file of its own each time, called
    `<blob>.<random>.incomplete`, and never takes it up again. Files named as older ones do it (`<blob>.incomplete`) stay."""
    for file in (repository_folder(cache, hub_id) / "blobs").glob("*.*.incomplete"):
        try:
            if time.time() - file.stat().st_mtime > _ABANDONED_S:
                file.unlink()
        except OSError:  # in use (Windows), or just finished
            continue


def repository_folder(cache: Path, hub_id: str) -> Path:
    """Folder in which the hub's library keeps a model: blobs/ with the content, snapshots/ with its names."""
    return cache / f"models--{hub_id.replace('/', '--')}"


def cache_folder(hf_home: str) -> Path:
    """Find the cache folder as the hub's library decides it."""
    explicit = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE")
    if explicit:
        return _spelled_out(explicit)
    home = hf_home or os.environ.get("HF_HOME")
    if home:
        return _spelled_out(home) / "hub"
    return _spelled_out(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface" / "hub"


def _spelled_out(folder: str) -> Path:
    """With `~` and variables put in, as the library does it."""
    return Path(os.path.expandvars(folder)).expanduser()


def _begun_bytes(cache: Path, hub: str) -> int:
    """Bytes of files that we have begun to fetch and that are continued."""
    return sum(map(_size, (repository_folder(cache, hub) / "blobs").glob(f"*{PART}")))


def _size(file: Path) -> int:
    """0 for a file that is not there, also for a link to nothing."""
    try:
        return file.stat().st_size
    except OSError:
        return 0
