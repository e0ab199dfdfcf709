"""A cache of the hub as its library leaves it, filled by us: with HF_HUB_OFFLINE=1 the trainer finds in it what it would fetch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

#: Any commit that looks like one.
COMMIT = "0" * 39 + "1"


def snapshot(home: Path, repository: str, revision: str = "main") -> Path:
    """The folder of a finished download of owner/name; `home` is HF_HOME."""
    folder = home / "hub" / f"models--{repository.replace('/', '--')}"
    commit = revision if len(revision) == 40 else COMMIT
    (folder / "blobs").mkdir(parents=True, exist_ok=True)
    (folder / "refs").mkdir(exist_ok=True)
    (folder / "refs" / "main").write_text(commit)
    where = folder / "snapshots" / commit
    where.mkdir(parents=True, exist_ok=True)
    return where


def put_json(file: Path, content: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=1), encoding="utf-8")
