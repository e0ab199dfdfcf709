"""The authoritative capability matrix of the specification, served at /isengard/capabilities."""

from __future__ import annotations

from typing import Any

from .errors import InvalidError
from .said import said

CAPABILITIES: dict[str, dict[str, dict[str, Any]]] = {
    "training": {
        "lora": {"supported": True, "backend": "ai-toolkit", "status": "production"},
        "lokr": {"supported": True, "backend": "ai-toolkit", "status": "experimental"},
        "dora": {"supported": False, "status": "not_implemented", "notes": "May be added in future versions"},
        "full_finetune": {
            "supported": False,
            "status": "out_of_scope",
            "notes": "Not planned for this project",
        },
    },
    "image_generation": {"comfyui": {"supported": True, "status": "production"}},
    "video_generation": {
        "any": {
            "supported": False,
            "status": "scaffold_only",
            "notes": "Interface defined, no implementation",
        }
    },
}


def require_training_method(method: str) -> None:
    """InvalidError `method_not_supported` with the matrix's own note for what nobody here can train."""
    entry = CAPABILITIES["training"].get(method)
    if entry is None:
        raise InvalidError(
            "method_unknown",
            said("There is no training method called '{method}'.", method=method),
            "Use lora or lokr.",
        )
    if not entry["supported"]:
        raise InvalidError(
            "method_not_supported",
            said("{method} is not supported. {notes}.", method=method, notes=entry["notes"]),
            "Use lora.",
        )
