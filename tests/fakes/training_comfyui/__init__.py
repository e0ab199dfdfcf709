"""A ComfyUI that only pretends: its training node, its API and its console, as far as the native trainer sees them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

MAIN = Path(__file__).resolve().parent / "main.py"


def standing_in(paths, **changes) -> None:
    """Leave run/server.json as a server does that was started from the stand-in's script."""
    start = {
        "python": sys.executable, "flags": [], "script": [str(MAIN)], "options": ["--cpu"], "folder": str(paths.root), "device": "cpu",
    }  # fmt: skip
    left = {"comfyui": {"version": changes.pop("version", "0.33.0")}, "start": {**start, **changes}}
    paths.run.mkdir(parents=True, exist_ok=True)
    (paths.run / "server.json").write_text(json.dumps(left))
