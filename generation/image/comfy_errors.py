"""What ComfyUI says about a prompt, in our words: how it ended, why it was refused, and at which node."""

from __future__ import annotations

import re
from typing import Any, get_args

from ...core.errors import InvalidError
from ...core.records.generation import Look
from ...core.said import joined, said
from .interface import Saved, Sign

MAX_WORDS = 400
#: The module of our errors, wherever the pack lies, and where one sentence of them ends.
_OURS = ".core.errors"
_ENDS = re.compile(r"(?<=[.!?]) (?=[A-Z])")
#: Inputs of core loaders -> the folder below ComfyUI's models/ their file belongs in.
FOLDERS = {
    "ckpt_name": "checkpoints",
    "unet_name": "diffusion_models",
    "clip_name": "text_encoders",
    "clip_name1": "text_encoders",
    "clip_name2": "text_encoders",
    "vae_name": "vae",
    "lora_name": "loras",
    "control_net_name": "controlnet",
    "model_name": "upscale_models",
    "style_model_name": "style_models",
}
#: Where the class stands in ComfyUI's sentence; newer ones put the node's title there, which may hold anything.
_UNKNOWN = (("Cannot execute because node ", " does not exist"), ("Node '", "' not found."))
_NODE_ID = re.compile(r"Node ID '#([^']+)'")
_OOM = ("outofmemory", "out of memory", "allocation on device", "hip out of memory", "mps backend out of")
#: The save node saw it in the numbers and saved nothing.
EMPTY = Sign(
    "failed",
    code="picture_not_finite",
    message="The picture came out black: the model's numbers overflowed (NaN), so it was not kept.",
    hint="Use less strength or another version. If it is black without the person too, download the base model again.",
)
#: By somebody else than us, on ComfyUI's canvas or over its API.
STOPPED = Sign(
    "cancelled",
    code="stopped_in_comfyui",
    message="ComfyUI's queue was cleared or stopped before these pictures were done.",
    hint="Press Make again: the settings are kept.",
)


def ended(entry: dict[str, Any]) -> Sign:
    """Read from a history entry how the prompt ended."""
    status = entry.get("status") or {}
    kinds = {message[0]: message[1] for message in status.get("messages", []) if len(message) == 2}
    if "execution_interrupted" in kinds:
        return Sign("cancelled")
    if "execution_error" in kinds:
        return _failure(kinds["execution_error"], _graph(entry))
    items = [
        item for output in (entry.get("outputs") or {}).values() for item in output.get("isengard") or []
    ]
    saved = [
        Saved(str(item["file"]), int(item["width"]), int(item["height"]), _look(item))
        for item in items
        if "file" in item
    ]
    if not saved and any(item.get("look") == "not_finite" for item in items):
        return EMPTY
    if not saved:
        return Sign(
            "failed", code="no_picture", message="ComfyUI ended without a picture.", hint="Try again."
        )
    return Sign("done", saved=saved)


def _look(item: dict[str, Any]) -> Look:
    """A ComfyUI elsewhere may run a newer save node, which sees more than we have words for."""
    return item["look"] if item.get("look") in get_args(Look) else ""


def refusal(answer: Any, prompt: dict[str, Any]) -> InvalidError:
    """ComfyUI's refusal of a prompt in words, with the name of the node."""
    answer = answer if isinstance(answer, dict) else {}
    errors = answer.get("node_errors")
    refused = {key: entry for key, entry in errors.items() if entry} if isinstance(errors, dict) else {}
    for node_id, entry in refused.items():
        node = node_name(prompt, str(node_id), str(entry.get("class_type") or ""))
        for error in entry.get("errors", []):
            return _node_refused(node, error)
    error = answer.get("error")
    error = error if isinstance(error, dict) else {"message": error}
    words = f"{error.get('message') or ''} {error.get('details') or ''}".strip()
    if missing := _missing_node(error, prompt):
        return InvalidError(
            "node_missing",
            said("ComfyUI doesn't know the node {node}.", node=_short(missing)),
            "Install the pack it comes from with ComfyUI-Manager, or choose another workflow.",
        )
    return InvalidError(
        "workflow_refused", joined(said("ComfyUI refused the workflow."), _short(words)), "Update ComfyUI."
    )


def _missing_node(error: dict[str, Any], prompt: dict[str, Any]) -> str:
    """The node that ComfyUI does not have, by its class and title; '' where it refused for another reason."""
    message, details = str(error.get("message") or ""), str(error.get("details") or "")
    between = next((quoted for marks in _UNKNOWN if (quoted := _between(message, *marks)) is not None), None)
    if between is None and error.get("type") != "missing_node_type":
        return ""
    extra = _extra(error)
    named = _NODE_ID.search(details)
    node_id = str(extra.get("node_id") or (named.group(1) if named else ""))
    kind = str(extra.get("class_type") or "")
    return node_name(prompt, node_id, kind or ("" if node_id in prompt else between or "")) or "?"


def _extra(error: dict[str, Any]) -> dict[str, Any]:
    extra = error.get("extra_info")
    return extra if isinstance(extra, dict) else {}


def _between(text: str, before: str, after: str) -> str | None:
    _, opened, rest = text.partition(before)
    middle, closed, _ = rest.rpartition(after)
    return middle if opened and closed else None


def node_name(graph: Any, node_id: str, kind: str = "") -> str:
    """The node's title with its class behind it; what is known of the two."""
    node = graph.get(node_id, {}) if isinstance(graph, dict) else {}
    kind = kind or str(node.get("class_type", "")) or node_id
    title = str((node.get("_meta") or {}).get("title", ""))
    return f"{title} ({kind})" if title and title != kind else kind


def _node_refused(node: str, error: dict[str, Any]) -> InvalidError:
    extra = _extra(error)
    name, value = str(extra.get("input_name") or ""), extra.get("received_value")
    if error.get("type") == "value_not_in_list" and name in FOLDERS:
        message = said("{node}: ComfyUI doesn't have {value}.", node=_short(node), value=_short(str(value)))
        return InvalidError(
            "model_missing",
            message,
            said("Put the file into ComfyUI's models/{folder} folder.", folder=FOLDERS[name]),
        )
    words = f"{error.get('message') or ''} {error.get('details') or ''}".strip()
    missing = error.get("type") == "value_not_in_list" and not name
    return InvalidError(
        "model_missing" if missing else "workflow_refused",
        said("{node}: {words}", node=_short(node), words=_short(words)),
        "Put the file into ComfyUI's models folder." if missing else "Open the workflow in ComfyUI.",
    )


def _failure(failure: dict[str, Any], graph: Any) -> Sign:
    kind, words = str(failure.get("exception_type", "")), str(failure.get("exception_message", "")).strip()
    node = node_name(graph, str(failure.get("node_id", "")), str(failure.get("node_type", "")))
    text = f"{kind} {words}".lower()
    if any(mark in text for mark in _OOM):
        return Sign(
            "failed",
            code="gpu_out_of_memory",
            message=said("The GPU's memory was not enough for {node}.", node=node),
            hint="Make smaller pictures, or close other programs.",
        )
    if "FileNotFoundError" in kind or "no such file" in text:
        return Sign(
            "failed",
            code="model_missing",
            message=said(
                "{node}: a file it needs is not there. {words}", node=_short(node), words=_short(words)
            ),
            hint="Put it into ComfyUI's models folder, or choose another workflow.",
        )
    hint = "Open the workflow in ComfyUI to look at this node."
    message = said("{node}: {words}", node=_short(node), words=_told(kind, words))
    return Sign("failed", code="node_failed", message=message, hint=hint)


def _told(kind: str, words: str) -> str:
    """What a node of ours says, sentence by sentence, as the panel's language has it; somebody else's words as they are."""
    if not words or not kind.rpartition(".")[0].endswith(_OURS):
        return _short(words or kind)
    return joined(*(said(sentence) for sentence in _ENDS.split(_short(words))))


def _short(words: str) -> str:
    """Somebody else's words, as much of them as a message holds."""
    return words[:MAX_WORDS]


def _graph(entry: dict[str, Any]) -> Any:
    """A history entry keeps the prompt as [number, id, graph, …]."""
    prompt = entry.get("prompt")
    return prompt[2] if isinstance(prompt, list) and len(prompt) > 2 else {}
