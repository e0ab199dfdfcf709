"""Asking the ComfyUI on this machine to let go of its models before a GPU training. It may be gone: then nothing is held."""

from __future__ import annotations

import json
import logging
import urllib.error
import urllib.request

from ..core.paths import DataPaths

SERVER_FILE = "server.json"
_ASK_S = 5.0
_log = logging.getLogger("isengard.comfy_memory")


def free_comfyui(paths: DataPaths) -> bool:
    """POST /free to the server that run/server.json names; False when there is none to ask."""
    try:
        url = str(json.loads((paths.run / SERVER_FILE).read_text(encoding="utf-8"))["url"])
    except (OSError, ValueError, KeyError, TypeError):
        return False
    if not url.startswith(("http://", "https://")):
        return False
    body = json.dumps({"unload_models": True, "free_memory": True}).encode("utf-8")
    request = urllib.request.Request(f"{url}/free", data=body, headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=_ASK_S):
            return True
    except (OSError, urllib.error.URLError) as fault:
        _log.info("ComfyUI was not asked for memory", extra={"context": {"reason": str(fault)}})
        return False
