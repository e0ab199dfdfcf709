"""What others rely on, word for word: routes, error codes, settings, files on disk, events, log names, commands, plugins.

Nodes are held by tests/nodes/test_schemas.py. Moving code about must change nothing here. Where something is added on
purpose, `python tests/architecture/test_public_surface.py` writes the list anew; what goes or changes its name breaks
somebody's script, shared workflow or data folder.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LISTED = Path(__file__).with_name("public_surface.json")
LAYERS = ("core", "training", "generation", "nodes", "web")


def surface() -> dict[str, list[str]]:
    """Every public name by its kind, sorted."""
    from isengard.boot import COMMANDS
    from isengard.core.paths import FOLDERS, LOG_FOLDERS, DataPaths
    from isengard.core.settings import KEYS
    from isengard.web.route_table import ROUTES

    paths = DataPaths(root=Path("/d"), logs=Path("/d/logs"))
    files = [
        getattr(paths, name).relative_to("/d").as_posix()
        for name, kind in vars(DataPaths).items()
        if isinstance(kind, property)
    ]
    found = {
        "routes": [f"{route.method} {route.path}" for route in ROUTES],
        "error codes": re.findall(r"(?m)^\| `(\w+)`", (ROOT / "docs" / "errors.md").read_text("utf-8")),
        "settings": [f"{name} {key.variable}" for name, key in KEYS.items()],
        "files on disk": [*files, *FOLDERS, *(f"logs/{name}" for name in LOG_FOLDERS)],
        "file names": _texts(r"[a-z_-]+\.(?:json|db|toml|txt|lock|safetensors)"),
        "events": _texts(r"[a-z]+\.(?:state|changed|progress|checkpoint|sample|log)"),
        "log names": _texts(r"isengard\.(?!js$)[a-z_]+"),
        "commands": list(COMMANDS),
        "plugins": sorted(_plugins()),
    }
    return {kind: sorted(set(names)) for kind, names in found.items()}


def _texts(pattern: str) -> list[str]:
    """The texts of the product's code that have a shape."""
    return [
        node.value
        for layer in LAYERS
        for file in sorted((ROOT / layer).rglob("*.py"))
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and re.fullmatch(pattern, str(node.value))
    ]


def _plugins() -> list[str]:
    seams = (ROOT / "training" / "backends", ROOT / "generation" / "image")
    return [
        f"{seam.name}/{folder.name}"
        for seam in seams
        for folder in seam.iterdir()
        if (init := folder / "__init__.py").exists() and "def create(" in init.read_text(encoding="utf-8")
    ]


def test_the_public_surface_is_as_listed():
    listed = json.loads(LISTED.read_text(encoding="utf-8"))
    now = surface()
    gone = {kind: sorted(set(names) - set(now.get(kind, []))) for kind, names in listed.items()}
    new = {kind: sorted(set(names) - set(listed.get(kind, []))) for kind, names in now.items()}
    assert not any(gone.values()), f"no longer there: {gone}"
    assert not any(new.values()), f"not listed yet: {new}"


def test_the_surface_is_found_at_all():
    counts = {kind: len(names) for kind, names in surface().items()}
    assert all(counts.values()), counts
    assert counts["routes"] > 60 and counts["error codes"] > 100 and counts["log names"] > 20, counts


if __name__ == "__main__":
    import sys

    sys.path.insert(0, str(ROOT))
    import boot

    boot.load()
    LISTED.write_text(json.dumps(surface(), indent=1) + "\n", encoding="utf-8")
