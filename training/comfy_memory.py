"""Asking ComfyUI to let go of its models before a GPU training: the one that run/server.json names, and where that is not
on this machine, this worker's own COMFYUI_URL. It may be gone: then nothing is held.
"""

from __future__ import annotations

import json
import logging
import os

from ..core.comfyui_http import ask
from ..core.errors import NotReadyError
from ..core.paths import DataPaths
from ..core.settings import load_settings

SERVER_FILE = "server.json"
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
    try:
        ask("POST", f"{url}/free", {"unload_models": True, "free_memory": True})
    except NotReadyError as away:
        _log.info("ComfyUI was not asked for memory", extra={"context": {"reason": str(away.__cause__)}})
        return False
    return True
