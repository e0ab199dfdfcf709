"""What is Isengard's in ComfyUI's prompts and answers, and the same answers without it. Pure functions over JSON values."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from ...core.errors import IsengardError
from ...core.ids import names_an_id

#: What the ids of our nodes begin with.
OURS = "Isengard"
CHARACTER = "IsengardCharacter"
#: How some nodes take a LoRA in the middle of a prompt.
_LORA_TAG = re.compile(r"<lora:([^:<>]+)")
#: ComfyUI takes off what stands in brackets behind a file's name, and one sign before it, whichever it is.
_FOLDER_MARKS = ("[output]", "[input]", "[temp]")


def file_key(name: str) -> str:
    """The one spelling for a file's name inside a folder: `a\\B` and `./a/b` lead to the same file."""
    return posixpath.normpath("/" + name.replace("\\", "/")).lstrip("/").casefold()


def spellings_of(lora: str) -> set[str]:
    """The file keys that nodes know a LoRA by: with and without its folder and its ending."""
    key = file_key(lora)
    names = {key, key.rpartition("/")[2]}
    return names | {name.removesuffix(".safetensors") for name in names}


def holds_ours(graph: object, loras: Collection[str]) -> bool:
    """Whether an API graph has a node of ours, or names a LoRA of ours (`loras`: their spellings) in another one."""
    nodes = graph.values() if isinstance(graph, Mapping) else ()
    return any(_is_ours(node, loras) for node in nodes if isinstance(node, Mapping))


def _is_ours(node: Mapping[str, Any], loras: Collection[str]) -> bool:
    return str(node.get("class_type", "")).startswith(OURS) or any(
        file_key(name) in loras
        for text in texts_in(node.get("inputs"))
        for name in (text, *_LORA_TAG.findall(text))
    )


def reads_ours(graph: object, files: Collection[str]) -> bool:
    """Whether any node of an API graph is given one of these `files` (their names as file keys), or a way into our folders, which
    holds an id of ours: ComfyUI's LoadImage opens either, and a stranger could look at what it made of it.
    """
    return isinstance(graph, Mapping) and any(
        bare_name(text) in files or names_an_id(text) for node in graph.values() for text in texts_in(node)
    )


def bare_name(name: str) -> str:
    """The file key of a file without its folder and without ComfyUI's ` [output]` or ` [temp]`."""
    return file_key(folder_named(name)[1]).rpartition("/")[2]


def folder_named(name: str) -> tuple[str, str]:
    """The folder that a file's name ends with (`x.png [temp]`), '' for none, and the name without it."""
    mark = next((mark for mark in _FOLDER_MARKS if name.endswith(mark)), "")
    return mark.strip("[]"), name[: -len(mark) - 1] if mark else name


def texts_in(value: object) -> Iterator[str]:
    """Every text in a JSON value, however deep it lies."""
    left = [value]
    while left:
        part = left.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, Mapping):
            left.extend(part.values())
        elif isinstance(part, list):
            left.extend(part)


def files_of(outputs: object) -> set[str]:
    """The names of all files that a prompt's outputs name."""
    if isinstance(outputs, Mapping):
        named = {str(outputs["filename"])} if isinstance(outputs.get("filename"), str) else set()
        return named.union(*(files_of(value) for value in outputs.values()))
    if isinstance(outputs, (list, tuple)):
        return set().union(*(files_of(value) for value in outputs))
    return set()


def without_prompts(answer: Any, ids: Collection[str], loras: Collection[str]) -> Any:
    """An answer of /history, /queue or /jobs without our prompts: those of these ids, and those whose graph says so."""
    if not isinstance(answer, dict) or _is_prompt_of(answer, ids, loras):
        return {}
    return {
        key: [entry for entry in value if not _is_prompt_of(entry, ids, loras)]
        if isinstance(value, list)
        else value
        for key, value in answer.items()
        if key not in ids and not _is_prompt_of(value, ids, loras)
    }


def _is_prompt_of(entry: object, ids: Collection[str], loras: Collection[str]) -> bool:
    """A queue's entry is [number, id, graph, ...], the history's an object that holds it, a job's has its id."""
    if isinstance(entry, dict):
        return entry.get("id") in ids or _is_prompt_of(entry.get("prompt"), ids, loras)
    return isinstance(entry, list) and len(entry) > 2 and (entry[1] in ids or holds_ours(entry[2], loras))


def without_names(answer: Any, loras: Collection[str]) -> Any:
    """An answer that lists models or nodes without our LoRAs and the people to choose from."""
    if isinstance(answer, dict):
        return {
            key: _nobody(value) if key == CHARACTER else without_names(value, loras)
            for key, value in answer.items()
        }
    if isinstance(answer, list):
        return [without_names(item, loras) for item in answer if not _names_a_file(item, loras)]
    return answer


def _names_a_file(item: object, loras: Collection[str]) -> bool:
    name = item.get("name") if isinstance(item, dict) else item
    return isinstance(name, str) and file_key(name) in loras


def _unnamed(option: dict[str, Any]) -> dict[str, Any]:
    return {**option, "options": [""], **({"labels": {}} if "labels" in option else {})}


def _nobody(node: Any) -> Any:
    """The description of our character node with no one in its list, in either form that ComfyUI has used."""
    try:
        kind, *options = node["input"]["required"]["character"]
    except (KeyError, TypeError, ValueError):
        return node
    cleared = [_unnamed(option) if isinstance(option, dict) else option for option in options]
    required = {
        **node["input"]["required"],
        "character": [[""] if isinstance(kind, list) else kind, *cleared],
    }
    return {**node, "input": {**node["input"], "required": required}}


def refused_prompt(error: IsengardError) -> dict[str, Any]:
    """A refusal in the form that ComfyUI's page shows."""
    refusal = {"type": error.code, "message": error.message, "details": error.hint, "extra_info": {}}
    return {"error": refusal, "node_errors": {}}


def ours_among(
    prompts: Iterable[tuple[str, object, object]], loras: Collection[str], known: Collection[str] = ()
) -> tuple[set[str], set[str]]:
    """Look through (id, graph, outputs), the oldest first: the ids of prompts that hold something of ours or read what those made, and the
    files they made, as file keys, beside those that are `known`."""
    ids: set[str] = set()
    files: set[str] = set(known)
    for prompt_id, graph, outputs in prompts:
        if holds_ours(graph, loras) or reads_ours(graph, files):
            ids.add(prompt_id)
            files |= {file_key(name) for name in files_of(outputs)}
    return ids, files
