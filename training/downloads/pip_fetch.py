"""Fetching packages with ComfyUI's own pip into a folder of ours: locked by hash, and never into ComfyUI's Python."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path

from ..process.environment import minimal_environment
from ..tasks.task import Task

#: The owner's own package index and certificates are respected; every file is checked by its hash all the same.
_PASSED = (
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_FIND_LINKS",
    "PIP_NO_INDEX",
    "PIP_CERT",
    "PIP_PROXY",
    "PIP_CONFIG_FILE",
)


def has_pip() -> bool:
    return _pip() is not None


def _pip() -> Path | None:
    """Its folder, which Python runs as it is: `-I -m pip` finds none in a user's own site-packages."""
    spec = importlib.util.find_spec("pip")
    return Path(spec.origin).parent if spec is not None and spec.origin is not None else None


def pip(
    task: Task,
    verb: str,
    lock: Path,
    options: list[str],
    *,
    home: Path,
    meanwhile: Callable[[], object] | None = None,
) -> bool:
    """`pip <verb>` of what `lock` names, by hash and without dependencies; whether it came. Unpacks below `home`/tmp."""
    command = [sys.executable, "-I", str(_pip()), verb, "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--require-hashes", *options, "-r", str(lock)]
    unpacking = home / "tmp"
    unpacking.mkdir(parents=True, exist_ok=True)
    passed = {name: os.environ[name] for name in _PASSED if name in os.environ}
    places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(unpacking))
    env = {**minimal_environment(), **passed, **places, "PYTHONDONTWRITEBYTECODE": "1"}
    return task.run(command, cwd=home, env=env, meanwhile=meanwhile) == 0
