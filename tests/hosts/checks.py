"""`dev.py test`: ruff, strict types, the panel's types and tests, then pytest; the exit status of the first that fails.

Pytest runs twice: what only has to be right on three processes, then what measures time alone, so that nothing else on
the machine is in the figures.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .environments import HOST, PACK, cache_root, say
from .node_tools import compiler, node

FAST = "not slow and not e2e and not real and not storm"
#: One more than the two cores of the smallest machine: a test waits for a worker's end or a server's start again and again.
PROCESSES = "3"
#: Test processes with a ComfyUI or a trainer each on two cores: threads that spin while they wait for each other make
#: the tiny models four times slower than one thread does. What is timed runs alone and with what it finds.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
#: Every worker and ComfyUI reads the pack's bytecode, as on a user's machine: without it each start compiles all of the pack.
BYTECODE = {"PYTHONDONTWRITEBYTECODE": ""}
#: pytest's exit status when nothing was selected: fine for one of the two runs, not for both
NOTHING_SELECTED = 5


def run(*, fast: bool, full: bool, pytest_arguments: list[str]) -> int:
    """0 when everything passes."""
    python = str(HOST.ensure())
    env = {**os.environ, **BYTECODE, "ISENGARD_TEST_FULL": "1" if full else ""}
    steps = [
        ("ruff check", [python, "-m", "ruff", "check", "."], PACK),
        ("ruff format", [python, "-m", "ruff", "format", "--check", "."], PACK),
        *_types(python),
        *_javascript(),
    ]
    with ThreadPoolExecutor(2) as two_at_a_time:
        statuses = list(two_at_a_time.map(lambda step: _step(*step, env), steps))
    if status := next(filter(None, statuses), 0):
        return status
    return _pytest(python, env, fast=fast, arguments=pytest_arguments)


def _step(name: str, command: list[str], folder: Path, env: dict[str, str]) -> int:
    began = time.monotonic()
    say(f"{name} ...")
    done = subprocess.run(command, cwd=folder, env=env)
    fine = done.returncode in (0, NOTHING_SELECTED if name.startswith("pytest") else 0)
    say(f"{name}: {'passed' if fine else 'FAILED'} after {time.monotonic() - began:.0f} s")
    return done.returncode


def _pytest(python: str, env: dict[str, str], *, fast: bool, arguments: list[str]) -> int:
    """Everything that measures nothing on three processes, then the measurements alone."""
    pytest = [python, "-m", "pytest", "-q", *arguments]
    chosen = f" and {FAST}" if fast else ""
    together = [
        *pytest,
        "-n",
        PROCESSES,
        "--dist",
        "loadfile",
        "--no-loadscope-reorder",
        "-m",
        f"not timing{chosen}",
    ]
    statuses = [_step("pytest", together, PACK, {**env, **ONE_THREAD})]
    if statuses[0] in (0, NOTHING_SELECTED):
        statuses.append(_step("pytest, timing", [*pytest, "-m", f"timing{chosen}"], PACK, env))
    bad = [status for status in statuses if status not in (0, NOTHING_SELECTED)]
    return bad[0] if bad else min(statuses)


def _types(python: str) -> list[tuple[str, list[str], Path]]:
    """As seen here, and as Windows and macOS see it: a call that they do not have is an error there.

    Each with a cache of its own: what mypy has found for one system is of no use for another.
    """
    mypy = [python, "-m", "mypy", "--config-file", str(PACK / "pyproject.toml")]
    folders = ("core", "training", "generation", "nodes", "web")
    alone = ("boot", "comfy_capabilities", "comfy_host", "comfy_restart", "comfy_weights", "install")
    packages = [
        *(part for name in folders for part in ("-p", f"isengard.{name}")),
        *(part for name in alone for part in ("-m", f"isengard.{name}")),
    ]
    away = "--no-warn-unreachable"  # the other systems' branches are
    return [
        ("types", [*mypy, *packages], _as_package()),
        *(
            (
                f"types, {platform}",
                [*mypy, "--cache-dir", f".mypy_cache_{platform}", "--platform", platform, away, *packages],
                _as_package(),
            )
            for platform in ("win32", "darwin")
        ),
    ]


def _as_package() -> Path:
    """A folder in which this checkout is called `isengard`, so that mypy sees it as the package it is."""
    folder = cache_root() / f"as-package-{hashlib.sha256(str(PACK).encode()).hexdigest()[:8]}"
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
