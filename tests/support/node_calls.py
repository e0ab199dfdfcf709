"""Nodes called as ComfyUI calls them."""

from __future__ import annotations

from hosts import releases


def at_node(kind, comfy_api, number):
    """The class for one node of a graph."""
    hidden = {comfy_api.io.Hidden.unique_id: number}
    return kind.PREPARE_CLASS_CLONE({"hidden_inputs": hidden} if releases.has("v3_data") else hidden)
