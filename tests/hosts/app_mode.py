"""Makes an app of a workflow, for ComfyUI's App Mode (frontends from 1.41 on; older ones show the graph).

`extra.linearData` names the widgets that the form asks for, as [node id, widget], and the nodes whose pictures are shown;
`extra.linearMode` opens the workflow as that form. The records below say which, so that a new workflow needs nothing of its own.
"""

from __future__ import annotations

from typing import Any

#: What a form asks for, in this order, by kind of node: widget -> its type and what the form calls it.
#: TITLE is the title of its node: two people are told apart by it.
TITLE = ""
ASKED = {
    "IsengardCharacter": {"character": ("COMBO", TITLE)},
    "IsengardRequest": {
        "prompt": ("STRING", "Prompt"),
        "width": ("INT", "Width"),
        "height": ("INT", "Height"),
        "seed": ("INT", "Seed"),
    },
    "IsengardPicture": {"picture": ("STRING", "Picture"), "change": ("FLOAT", "Change")},
    "PrimitiveInt": {"value": ("INT", TITLE)},
    "UpscaleModelLoader": {"model_name": ("COMBO", "Upscale model")},
    "IsengardTrainLoRA": {"family": ("COMBO", "Base model"), "preset": ("COMBO", "Preset")},
}
#: Nodes that only give out what they ask for: what nothing takes need not be asked.
GIVEN_ON = ("IsengardRequest", "IsengardPicture")
#: Nodes that end a workflow of ours.
SHOWN = ("IsengardSaveImage", "IsengardTrainLoRA")


def as_app(workflow: dict[str, Any]) -> dict[str, Any]:
    """The same workflow, opening as an app; doing it twice changes nothing."""
    nodes = [_labelled(node) for node in workflow["nodes"]]
    asked = [
        [node["id"], widget]
        for kind, widgets in ASKED.items()
        for node in nodes
        for widget in widgets
        if node["type"] == kind and not _is_driven(node, widget) and not _leads_nowhere(node, widget)
    ]
    shown = [node["id"] for node in nodes if node["type"] in SHOWN]
    app = {"linearMode": True, "linearData": {"inputs": asked, "outputs": shown}}
    return {**workflow, "nodes": nodes, "extra": {**workflow["extra"], **app}}


def _is_driven(node: dict[str, Any], widget: str) -> bool:
    """Whether a link gives the value."""
    return any(given["name"] == widget and given["link"] is not None for given in node["inputs"])


def _leads_nowhere(node: dict[str, Any], widget: str) -> bool:
    """Whether the node only gives the value out, and nothing takes it."""
    return node["type"] in GIVEN_ON and any(
        output["name"] == widget and not output["links"] for output in node["outputs"]
    )


def _labelled(node: dict[str, Any]) -> dict[str, Any]:
    """With a socket for each widget of the form: there the canvas keeps a widget's label."""
    known = {given["name"] for given in node["inputs"]}
    sockets = [
        {"name": name, "type": kind, "label": label or node["title"], "widget": {"name": name}, "link": None}
        for name, (kind, label) in ASKED.get(node["type"], {}).items()
        if name not in known
    ]
    return {**node, "inputs": [*node["inputs"], *sockets]}
