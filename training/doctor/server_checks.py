"""What the server in ComfyUI says of itself: whether it answers, and which of its loops have died."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ...core.comfyui_http import ask
from ...core.errors import NotReadyError
from ...core.paths import DataPaths
from ..gpu.comfyui_memory import SERVER_FILE

ASK_S = 3.0


def server_findings(paths: DataPaths) -> Iterator[tuple[str, str]]:
    """(ok | warn | FAIL, what was found). /isengard/health needs no session; nothing is said where no server ever ran here."""
    try:
        left = json.loads((paths.run / SERVER_FILE).read_text(encoding="utf-8"))
        url = str(left["url"])
    except (OSError, ValueError, KeyError, TypeError):
        return
    yield from _kind_of_comfyui(left)
    try:
        health = ask("GET", f"{url}/isengard/health", timeout_s=ASK_S)
    except NotReadyError:
        yield "ok", f"ComfyUI at {url} does not answer: it is not running, or not on this machine"
        return
    if not isinstance(health, dict) or health.get("status") != "ok":
        yield "warn", f"Isengard in ComfyUI at {url} has not started: its panel says why"
        return
    yield "ok", f"Isengard {health.get('version', '?')} runs in ComfyUI {health.get('comfyui', '?')} at {url}"
    for loop in health.get("loops", []):
        what = f"its loop {loop['name']!r} has died {loop['deaths']} times ({loop['fault']})"
        if loop["running"]:
            yield "warn", f"{what} and goes on: ComfyUI's console and the log say of what"
        else:
            yield "FAIL", f"{what} and is begun again soon: the log says of what; restarting ComfyUI may help"


def _kind_of_comfyui(left: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What the server wrote down when it was last started; an older Isengard wrote nothing."""
    try:
        told = left["comfyui"]
        rows = [(f"{row['name']} ({row['since']})", row["present"]) for row in told["capabilities"]]
        kind = f"ComfyUI {told['version']} with frontend {told['frontend']}, when it was last started"
    except (KeyError, TypeError):
        return
    has, lacks = (", ".join(name for name, present in rows if present is wanted) for wanted in (True, False))
    yield "ok", f"{kind}; it has: {has or 'nothing newer than the oldest that works'}"
    if lacks:
        yield "ok", f"it has not, each with the release of ComfyUI that brought it: {lacks}"
