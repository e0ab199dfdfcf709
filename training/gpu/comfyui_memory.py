"""Asking ComfyUI to let go of its models before a GPU training: the one that run/server.json names, and where that is not
on this machine, this worker's own COMFYUI_URL. It may be gone: then nothing is held.
"""

from __future__ import annotations

import json
import logging
import os

from ...core.comfyui_http import empty_memory, token_towards
from ...core.errors import NotReadyError
from ...core.paths import DataPaths
from ...core.settings import load_settings

SERVER_FILE = "server.json"
_log = logging.getLogger("isengard.comfy_memory")


def free_comfyui(paths: DataPaths) -> bool:
    """POST /free; False when there is nobody to ask."""
    settings = load_settings(os.environ, paths)
    urls = (_named(paths), settings.comfyui_url)
    return any(
        _free(url, token_towards(url, settings)) for url in urls if url.startswith(("http://", "https://"))
    )


def _named(paths: DataPaths) -> str:
    try:
        return str(json.loads((paths.run / SERVER_FILE).read_text(encoding="utf-8"))["url"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _free(url: str, token: str) -> bool:
    try:
        empty_memory(url, token=token)
    except NotReadyError as away:
        _log.info("ComfyUI was not asked for memory", extra={"context": {"reason": str(away.__cause__)}})
        return False
    return True
