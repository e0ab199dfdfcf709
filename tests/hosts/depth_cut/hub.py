"""A cache of the hub as its library leaves it, filled by us: with HF_HUB_OFFLINE=1 the trainer finds in it what it would fetch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

#: Any commit that looks like one.
COMMIT = "0" * 39 + "1"
PINS = "commits.json"


def pin(home: Path, commits: dict[str, str]) -> None:
    """Say at which commit each repository is: as the family's record has it, `main` for any."""
    put_json(home / PINS, commits)


def snapshot(home: Path, repository: str) -> Path:
    """The folder of a finished download of owner/name; `home` is HF_HOME."""
    folder = home / "hub" / f"models--{repository.replace('/', '--')}"
    pins = json.loads((home / PINS).read_text(encoding="utf-8")) if (home / PINS).exists() else {}
    commit = pins.get(repository, "main")
    commit = COMMIT if commit == "main" else commit
    (folder / "blobs").mkdir(parents=True, exist_ok=True)
    (folder / "refs").mkdir(exist_ok=True)
    (folder / "refs" / "main").write_text(commit)
    where = folder / "snapshots" / commit
    where.mkdir(parents=True, exist_ok=True)
    return where


def put_json(file: Path, content: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=1), encoding="utf-8")
