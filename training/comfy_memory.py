"""Asking ComfyUI to let go of its models before a GPU training: the one that run/server.json names, and where that is not
on this machine, this worker's own COMFYUI_URL. It may be gone: then nothing is held.
"""

from __future__ import annotations

import json
import logging
import os
import urllib.error
import urllib.request

from ..core.paths import DataPaths
from ..core.settings import load_settings

SERVER_FILE = "server.json"
_ASK_S = 5.0
_log = logging.getLogger("isengard.comfy_memory")


def free_comfyui(paths: DataPaths) -> bool:
    """POST /free; False when there is nobody to ask."""
    own = load_settings(os.environ, paths).comfyui_url
    return any(_free(url) for url in (_named(paths), own) if url.startswith(("http://", "https://")))


def _named(paths: DataPaths) -> str:
    try:
        return str(json.loads((paths.run / SERVER_FILE).read_text(encoding="utf-8"))["url"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _free(url: str) -> bool:
    body = json.dumps({"unload_models": True, "free_memory": True}).encode("utf-8")
    request = urllib.request.Request(f"{url}/free", data=body, headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=_ASK_S):
            return True
    except (OSError, urllib.error.URLError) as fault:
        _log.info("ComfyUI was not asked for memory", extra={"context": {"reason": str(fault)}})
        return False
