"""AI-Toolkit's source: fetched as an archive, unpacked without trusting it, checked against the commit's own tree id."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
from pathlib import Path, PurePosixPath

from .....core import atomic
from .....core.errors import NotReadyError
from .....core.said import joined, said
from ....downloads.http_fetch import Wanted, fetch
from ....tasks.task import Task
from .pins import Pins

#: AI-Toolkit's files at the pinned commit are 17 MB; nothing of a hundred times that is what was asked for.
MAX_BYTES = 2 * 1000**3
_FILE, _PROGRAM, _FOLDER = "100644", "100755", "40000"


def obtain(task: Task, pins: Pins, folder: Path) -> None:
    """Fetch and unpack into `folder`. NotReadyError `source_damaged` when it is not the pinned commit."""
    archive = fetch(task, Wanted(pins.archive_url), folder / "source.tar.gz", phase="fetching_source")
    unpacked = folder / "unpacked"
    try:
        tree = unpack(task, archive, unpacked)
        if pins.tree and tree != pins.tree:
            raise _damaged("Its files are not those of the commit that Isengard was tested with.")
        if not (unpacked / "run.py").is_file():
            raise _damaged("There is no run.py in it.")
        for entry in sorted(unpacked.iterdir()):
            _replace(entry, folder / entry.name)
    except (tarfile.TarError, EOFError) as fault:
        raise _damaged(said("The archive cannot be read ({reason}).", reason=str(fault))) from fault
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)
        archive.unlink(missing_ok=True)


def _replace(entry: Path, target: Path) -> None:
    """Also over what an earlier attempt left."""
    if target.is_dir():
        shutil.rmtree(target)
    atomic.replace(entry, target)


def unpack(task: Task, archive: Path, folder: Path) -> str:
    """Write every plain file of the archive's one folder into `folder`; git's tree id of them."""
    files: dict[PurePosixPath, tuple[str, bytes]] = {}
    total = 0
    with tarfile.open(archive, "r:gz") as tar:
        for member in tar:
            parts = PurePosixPath(member.name).parts
            if not member.isfile() or len(parts) < 2:
                _refuse_odd(member)
                continue
            name = PurePosixPath(*parts[1:])
            _refuse_escape(name)
            total += member.size
            if total > MAX_BYTES:
                raise _damaged("It is far larger than AI-Toolkit is.")
            stream = tar.extractfile(member)
            content = stream.read() if stream is not None else b""
            mode = _PROGRAM if member.mode & 0o100 else _FILE
            files[name] = (mode, _git_id("blob", content))
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            atomic.write_bytes(target, content)
            task.tell("unpacking", step=len(files))
    return tree_id(files).hex()


def tree_id(files: dict[PurePosixPath, tuple[str, bytes]]) -> bytes:
    """git's id of a tree of files {path: (mode, blob id)} (gitformat: tree objects; folders sort as if they ended in '/')."""
    here: dict[str, tuple[str, bytes]] = {}
    below: dict[str, dict[PurePosixPath, tuple[str, bytes]]] = {}
    for path, entry in files.items():
        if len(path.parts) == 1:
            here[path.name] = entry
        else:
            below.setdefault(path.parts[0], {})[PurePosixPath(*path.parts[1:])] = entry
    here |= {name: (_FOLDER, tree_id(inside)) for name, inside in below.items()}
    ordered = sorted(
        here.items(), key=lambda item: (item[0] + "/" if item[1][0] == _FOLDER else item[0]).encode()
    )
    return _git_id(
        "tree", b"".join(f"{mode} {name}".encode() + b"\0" + blob for name, (mode, blob) in ordered)
    )


def _git_id(kind: str, content: bytes) -> bytes:
    return hashlib.sha1(f"{kind} {len(content)}".encode() + b"\0" + content, usedforsecurity=False).digest()


def _refuse_odd(member: tarfile.TarInfo) -> None:
    """Folders and a packer's own notes are passed over; a link or a device has no business here."""
    if not (member.isdir() or member.isfile()):
        raise _damaged(said("It holds '{file}', which is not a plain file.", file=member.name[:80]))


def _refuse_escape(name: PurePosixPath) -> None:
    if name.is_absolute() or ".." in name.parts or "\\" in str(name) or ":" in str(name):
        raise _damaged(said("It holds a file with the name '{file}'.", file=str(name)[:80]))


def _damaged(why: str) -> NotReadyError:
    return NotReadyError(
        "source_damaged",
        joined(said("Isengard rejected the trainer's download."), said(why)),
        "Press Retry. Nothing of it was kept.",
    )
