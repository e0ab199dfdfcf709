"""`dev.py test`: ruff, strict types, the panel's types and tests, then pytest; the exit status of the first that fails."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from .environments import HOST, PACK, cache_root, say
from .node_tools import compiler, node

FAST = "not slow and not e2e and not real and not storm"


def run(*, fast: bool, full: bool, pytest_arguments: list[str]) -> int:
    """0 when everything passes."""
    python = str(HOST.ensure())
    env = {**os.environ, "ISENGARD_TEST_FULL": "1" if full else ""}
    pytest = [python, "-m", "pytest", "-q", *(["-m", FAST] if fast else []), *pytest_arguments]
    steps = [
        ("ruff check", [python, "-m", "ruff", "check", "."], PACK),
        ("ruff format", [python, "-m", "ruff", "format", "--check", "."], PACK),
        (
            "types",
            [python, "-m", "mypy", "--config-file", str(PACK / "pyproject.toml"), *_packages()],
            _as_package(),
        ),
        *_javascript(),
        ("pytest", pytest, PACK),
    ]
    for name, command, folder in steps:
        began = time.monotonic()
        say(f"{name} ...")
        done = subprocess.run(command, cwd=folder, env=env)
        say(
            f"{name}: {'passed' if done.returncode == 0 else 'FAILED'} after {time.monotonic() - began:.0f} s"
        )
        if done.returncode:
            return done.returncode
    return 0


def _packages() -> list[str]:
    return ["-p", "isengard.core", "-p", "isengard.training"]


def _as_package() -> Path:
    """A folder in which this checkout is called `isengard`, so that mypy sees it as the package it is."""
    folder = cache_root() / "as-package"
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / "isengard"
    if link.is_symlink() and link.resolve() != PACK:
        link.unlink()
    if not link.exists():
        link.symlink_to(PACK, target_is_directory=True)
    return folder


def _javascript() -> list[tuple[str, list[str], Path]]:
    """The panel's types by `tsc --checkJs`, then node's own test runner over tests/js."""
    files = sorted(str(file) for file in (PACK / "tests" / "js").glob("*.test.mjs"))
    types = [*compiler(), "-p", str(PACK / "tests" / "js" / "tsconfig.json")]
    return [("panel types", types, PACK), ("javascript", [node(), "--test", *files], PACK)]
