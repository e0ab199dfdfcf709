"""`python -m isengard doctor`: preflight in the terminal. Says what is wrong and what to do; changes nothing of the user's."""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from ...core.errors import IsengardError, for_operators
from ...core.paths import DataPaths, own_paths
from ...core.plugins import PluginRegistry
from ...core.records.worker import BackendState
from ...core.said import Bytes, Memory
from ...core.settings import Settings, load_settings
from ...core.storage.database import address_of, on_network_filesystem
from ...core.storage.file_lock import held
from ...core.version import VERSION, numbers
from ..backends.backend_states import states
from ..gpu.gpu_handover import measure
from ..machine.gpus import gpus
from ..machine.os_locks import worker_lock_path
from ..worker.main import make_registry
from .redis_checks import redis_findings
from .server_checks import server_findings

#: Below these, packages have known holes (facts: reliability section 1).
FLOORS = {"aiohttp": (3, 13, 3), "pillow": (12, 2, 0)}
#: What the panel says in words, and what whoever set up the machine knows by its name.
VARIABLES = {
    "The folder that was set for AI-Toolkit doesn't hold it: there is no run.py.": "AI_TOOLKIT_DIR",
    "AI-Toolkit's Python was not found: whoever set up this computer has to say where it is.": "AI_TOOLKIT_PYTHON",
}
ROOMY_BYTES = 5 * 1024**3
Finding = tuple[str, str]


def main(argv: list[str]) -> int:
    """Print one line a finding; 1 when something must be mended."""
    argparse.ArgumentParser(
        prog="isengard doctor",
        description="Checks folder, databases, Redis, packages, GPU and trainer; exit status 1 when something needs fixing.",
    ).parse_args(argv)
    try:
        findings = examined(own_paths(os.environ))
    except IsengardError as error:
        findings = [("FAIL", for_operators(error))]
    print(f"Isengard {VERSION}, Python {sys.version.split()[0]}")
    for level, text in findings:
        print(f"{level:5} {text}")
    return 1 if any(level == "FAIL" for level, _ in findings) else 0


def examined(paths: DataPaths, registry: PluginRegistry | None = None) -> list[Finding]:
    """(ok | warn | FAIL, what was found) in the order of reading."""
    settings = load_settings(os.environ, paths)
    return list(_findings(paths, settings, registry or make_registry(settings, paths)))


def _findings(paths: DataPaths, settings: Settings, registry: PluginRegistry) -> Iterator[Finding]:
    yield "ok", f"mode {settings.mode}"
    for slip in settings.slips:
        reason = slip.reason.removesuffix(".") or "it cannot be read"
        why = f"{reason}: the default is used" if slip.reason else f"{reason}: defaults are used"
        yield "FAIL", f"{slip.place}: {why}"
    yield from _folder(paths)
    for name in ("isengard.db", "jobs.db", "queue.db"):
        yield from _database(paths.root / name)
    yield from redis_findings(settings.redis_url, paths)
    yield from server_findings(paths)
    yield from _packages()
    present = gpus()
    for gpu in present:
        use = measure(paths, gpu.uuid)
        who = f" (in use by {use.who()})" if use is not None and use.who() else ""
        free, total = Memory(gpu.free_bytes), Memory(gpu.total_bytes)
        yield "ok", f"GPU {gpu.name}: {free} of {total} free{who}"
    if not present:
        yield (
            "warn",
            "no GPU found that can train: only practice mode (ISENGARD_MODE=fast-test) makes sense here",
        )
    for state in states(registry):
        level = "ok" if state.state == "ready" else "warn"
        yield level, _of_backend(state)
    for slip in registry.slips:
        yield "warn", f"{slip.place}: it cannot be read, so what that pack adds is left out"
    for problem in registry.problems:
        yield "warn", f"plugin {problem.name} ({problem.seam}) cannot be used. {problem.reason}"
    runs = held(worker_lock_path(paths))
    yield "ok", "a worker runs" if runs else "no worker runs (one is started when a job is queued)"


def _of_backend(state: BackendState) -> str:
    """What a trainer says of itself, with the variable behind it."""
    said = f"backend {state.name} {state.version}: {state.state}. {state.detail}".rstrip(". ")
    variable = VARIABLES.get(state.detail)
    return f"{said} ({variable})" if variable else said


def _folder(paths: DataPaths) -> Iterator[Finding]:
    root = paths.root
    if not root.is_dir():
        yield "warn", f"data folder {root} does not exist yet; set DATA_DIR if ComfyUI uses another one"
        return
    probe = root / f".doctor-{secrets.token_hex(4)}"
    try:
        probe.write_bytes(b"probe")
        probe.unlink()
        yield "ok", f"data folder {root} can be written"
    except OSError as fault:
        yield "FAIL", f"data folder {root} cannot be written: {fault.strerror}"
    free = shutil.disk_usage(root).free
    yield ("ok" if free > ROOMY_BYTES else "warn"), f"{Bytes(free)} of disk are free"
    if on_network_filesystem(root):
        yield "warn", "the data folder is on a network share: use it from one machine only, or set REDIS_URL"


def _database(file: Path) -> Iterator[Finding]:
    if not file.exists():
        return
    try:
        connection = sqlite3.connect(f"{address_of(file)}?mode=ro", uri=True, timeout=5)
        try:
            verdict = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        finally:
            connection.close()
    except sqlite3.Error as damage:
        verdict = str(damage)
    if verdict == "ok":
        yield "ok", f"{file.name} is whole"
    else:
        yield (
            "FAIL",
            f"{file.name} is damaged ({verdict}): restart ComfyUI, it is then rebuilt from the files beside it",
        )


def _packages() -> Iterator[Finding]:
    for name, floor in FLOORS.items():
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
        if numbers(version) < floor:
            better = ".".join(map(str, floor))
            yield "warn", f"{name} {version} has known security holes: {better} or newer is better"
