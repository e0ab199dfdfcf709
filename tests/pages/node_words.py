"""locales/en/*.json, ComfyUI's own catalogues: the nodes' words from their schemas, for translators to copy."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

#: ComfyUI writes a command's id with `_` for `.`.
COMMANDS = {"Isengard_open": {"label": "Open Isengard"}}
MAIN = {
    "nodeCategories": {"Isengard": "Isengard"},
    "settingsCategories": {
        "Isengard": "Isengard",
        "Panel": "Panel",
        "ActionBarButton": "Action bar button",
    },
}
#: As js/locales/en.js says it (tests/test_registry_metadata.py).
SETTINGS = {
    "Isengard_ActionBarButton": {
        "name": "Show the Isengard button in the action bar",
        "tooltip": "Takes effect when you reload the page. The tab and Alt+Shift+I still work.",
    }
}


def schemas() -> list[Any]:
    """The nodes' schemas by the real comfy_api of the host environment."""
    from hosts.comfyui import comfyui_folder

    if str(comfyui_folder()) not in sys.path:
        sys.path.append(str(comfyui_folder()))
    from isengard.nodes.extension import IsengardExtension

    return [node.GET_SCHEMA() for node in asyncio.run(IsengardExtension().get_node_list())]


def definitions() -> str:
    return _json({schema.node_id: _node(schema) for schema in schemas()})


def commands() -> str:
    return _json(COMMANDS)


def main() -> str:
    return _json(MAIN)


def settings() -> str:
    """The words on ComfyUI's settings page."""
    return _json(SETTINGS)


def _node(schema: Any) -> dict[str, Any]:
    inputs = {
        given.id: {"name": given.display_name or given.id, "tooltip": given.tooltip}
        for given in schema.inputs
    }
    outputs = {
        str(place): {"name": given.display_name, **({"tooltip": given.tooltip} if given.tooltip else {})}
        for place, given in enumerate(schema.outputs)
    }
    words = {"display_name": schema.display_name, "description": schema.description, "inputs": inputs}
    return {**words, **({"outputs": outputs} if outputs else {})}


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
