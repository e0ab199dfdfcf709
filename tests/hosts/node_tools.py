"""Node.js, the TypeScript compiler and axe-core for the panel's tests: development only, kept in the cache, never in the checkout."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

from .environments import PACK, READY, cache_root, exclusive, say

PACKAGE = PACK / "tests" / "js" / "package.json"


def node() -> str:
    """SystemExit with what to install where Node.js is missing."""
    return _found("node")


def compiler() -> list[str]:
    """The command that runs `tsc`."""
    return [node(), str(_modules() / "typescript" / "bin" / "tsc")]


def axe() -> str:
    """axe-core's source, to be run in a page."""
    return (_modules() / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def _modules() -> Path:
    """The packages of tests/js/package.json at the versions it pins."""
    package = PACKAGE.read_text(encoding="utf-8")
    folder = cache_root() / f"node-{hashlib.sha256(package.encode()).hexdigest()[:12]}"
    if not (folder / READY).exists():
        with exclusive(cache_root() / "node.lock"):
            if not (folder / READY).exists():
                say("installing the TypeScript compiler and axe-core")
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(parents=True)
                (folder / "package.json").write_text(package, encoding="utf-8")
                quiet = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
                subprocess.run(
                    [_found("npm"), "install", *quiet], cwd=folder, check=True, shell=os.name == "nt"
                )
                (folder / READY).write_text(json.dumps({"package": package}), encoding="utf-8")
    return folder / "node_modules"


def _found(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise SystemExit("Node.js 20 or newer is needed for the panel's tests: install it, then run again.")
    return found
