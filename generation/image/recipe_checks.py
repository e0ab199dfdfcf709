"""A user's recipe against what this ComfyUI knows (/object_info): every fault in words, and what it cannot be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...core.records.training import Finding
from ...core.said import said
from .graph import (
    APPLY,
    CHARACTER,
    OURS,
    PICTURE,
    PLACEHOLDER,
    REFERENCE,
    REGION,
    REQUEST,
    REQUEST_OUTPUTS,
    SAVE,
    Graph,
    is_link,
)
from .graph_limits import links_of, title_of

Known = Mapping[str, Mapping[str, Any]]
#: Written by us before each run, so what stands in the file does not matter.
WRITTEN = {CHARACTER: {"character"}, SAVE: {"generation_id"}}
MODEL_ENDINGS = (".safetensors", ".ckpt", ".pt", ".pth", ".gguf", ".bin", ".sft", ".onnx")
#: Nodes that draw: more than one share the request between them.
SAMPLERS = {"KSampler", "KSamplerAdvanced", "SamplerCustom", "SamplerCustomAdvanced"}
ELSEWHERE = {"SaveImage", "SaveAnimatedWEBP", "SaveAnimatedPNG"}
TRAINS = "IsengardTrainLoRA"
#: Nodes of ours that put a person into the picture.
APPLIES = {APPLY, REGION, REFERENCE}


def findings_of(graph: Graph, known: Known) -> list[Finding]:
    """Errors first. `known` holds an entry for every class that ComfyUI has."""
    findings = [*_unknown_nodes(graph, known), *_trains(graph)]
    for node_id in _at_work(graph, known):
        findings += _inputs(graph[node_id], graph, known)
    findings += _unused(graph)
    order = {"error": 0, "warning": 1, "info": 2}
    return sorted(findings, key=lambda finding: order[finding.severity])


def foreign_of(graph: Graph, known: Known) -> list[str]:
    """Classes of other packs (and of none), without ours and ComfyUI's own."""
    kinds = {node["class_type"] for node in graph.values()} - OURS - {TRAINS}
    return sorted(kind for kind in kinds if _pack(known.get(kind)) != "")


def _pack(entry: Mapping[str, Any] | None) -> str:
    """The folder a node comes from; '' for ComfyUI's own nodes, '?' for one that is not here."""
    if not entry:
        return "?"
    module = str(entry.get("python_module", ""))
    return module.split(".", 1)[1] if module.startswith("custom_nodes.") else ""


def _error(code: str, message: str) -> Finding:
    return Finding(severity="error", code=code, message=message)


def _unknown_nodes(graph: Graph, known: Known) -> Iterator[Finding]:
    for kind in sorted({node["class_type"] for node in graph.values()} - set(known)):
        yield _error(
            "node_unknown",
            said("This ComfyUI has no node {kind}: install the pack it belongs to.", kind=kind),
        )


def _trains(graph: Graph) -> Iterator[Finding]:
    if any(node["class_type"] == TRAINS for node in graph.values()):
        yield _error("recipe_trains", "It would start a training: remove Isengard Train LoRA from it.")


def _at_work(graph: Graph, known: Known) -> list[str]:
    """The nodes that something saved or shown comes from: ComfyUI looks at no others."""
    waiting = [key for key, node in graph.items() if known.get(node["class_type"], {}).get("output_node")]
    reached: set[str] = set()
    while waiting:
        node_id = waiting.pop()
        if node_id not in reached:
            reached.add(node_id)
            waiting += [link[0] for link in links_of(graph[node_id])]
    return [node_id for node_id in graph if node_id in reached and graph[node_id]["class_type"] in known]


def _inputs(node: dict[str, Any], graph: Graph, known: Known) -> Iterator[Finding]:
    declared = known[node["class_type"]].get("input") or {}
    required, optional = declared.get("required") or {}, declared.get("optional") or {}
    for name in required:
        if name not in node["inputs"] and name not in WRITTEN.get(node["class_type"], ()):
            yield _error(
                "input_missing", said("{node}: nothing is given for {name}.", node=title_of(node), name=name)
            )
    for name, value in node["inputs"].items():
        what = required.get(name) or optional.get(name)
        if not isinstance(what, list) or not what or name in WRITTEN.get(node["class_type"], ()):
            continue
        if is_link(value):
            yield from _link(
                said("{node}: {name}", node=title_of(node), name=name), value, _kind(what), graph, known
            )
        else:
            yield from _value(node, name, value, what)


def _kind(what: list[Any]) -> str:
    return "COMBO" if isinstance(what[0], list) else str(what[0])


def _link(where: str, link: list[Any], wanted: str, graph: Graph, known: Known) -> Iterator[Finding]:
    source = graph[link[0]]
    outputs = known.get(source["class_type"], {}).get("output")
    if outputs is None:
        return
    if link[1] >= len(outputs):
        yield _error(
            "link_wrong",
            said("{source} has no output number {number}.", source=title_of(source), number=link[1] + 1),
        )
        return
    given = outputs[link[1]] if isinstance(outputs[link[1]], str) else "COMBO"
    if "*" in (given, wanted) or set(given.split(",")) & set(wanted.split(",")):
        return
    yield _error(
        "link_wrong",
        said(
            "{where} wants {wanted}, {source} gives {given}.",
            where=where,
            wanted=wanted,
            source=title_of(source),
            given=given,
        ),
    )


def _value(node: dict[str, Any], name: str, value: Any, what: list[Any]) -> Iterator[Finding]:
    """What other packs declare of their inputs is taken for what it is, never trusted to be well-formed."""
    more = what[1] if len(what) > 1 and isinstance(what[1], dict) else {}
    options = what[0] if isinstance(what[0], list) else more.get("options")
    if isinstance(options, list):
        if value in options or isinstance(value, list):
            return
        is_file = str(value).lower().endswith(MODEL_ENDINGS)
        if is_file:
            yield _error(
                "file_missing",
                said(
                    "{node} loads {value}, which this ComfyUI does not have.",
                    node=title_of(node),
                    value=value,
                ),
            )
        else:
            yield _error(
                "option_unknown",
                said(
                    "{node}: this ComfyUI does not know {value} for {name}.",
                    node=title_of(node),
                    value=str(value)[:80],
                    name=name,
                ),
            )
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return
    low, high = (end if isinstance(end, (int, float)) else None for end in (more.get("min"), more.get("max")))
    if (low is not None and value < low) or (high is not None and value > high):
        yield _error(
            "value_out_of_range", said("{node}: {name} is out of range.", node=title_of(node), name=name)
        )


def _unused(graph: Graph) -> Iterator[Finding]:
    """What the panel can say and this workflow does not listen to."""
    requests = {node_id for node_id, node in graph.items() if node["class_type"] == REQUEST}
    taken = {
        REQUEST_OUTPUTS[link[1]]
        for node in graph.values()
        for link in node["inputs"].values()
        if is_link(link) and link[0] in requests and link[1] < len(REQUEST_OUTPUTS)
    }
    if "prompt" not in taken:
        yield _warning(
            "prompt_unused", "Nothing is connected to the prompt, so what you write changes nothing."
        )
    if "seed" not in taken:
        yield _warning("seed_unused", "Nothing is connected to the seed, so every picture is the same.")
    if not {"width", "height"} & taken:
        yield Finding(severity="info", code="size_fixed", message="It makes pictures of one size only.")
    yield from _loose(graph)
    samplers = [node for node in graph.values() if node["class_type"] in SAMPLERS]
    if len(samplers) > 1:
        passes = said(
            "It draws in {passes} passes; the controls affect only those connected to Isengard Request.",
            passes=len(samplers),
        )
        yield Finding(severity="info", code="several_samplers", message=passes)
    sizes = [node["inputs"].get("batch_size") for node in graph.values()]
    if any(isinstance(size, int) and size > 1 for size in sizes):
        words = (
            "It draws several pictures at once; Isengard keeps the first of each. Set its batch size to 1."
        )
        yield _warning("batch_unused", words)
    if any(node["class_type"] in ELSEWHERE for node in graph.values()):
        words = "It also saves pictures into ComfyUI's own output folder, which Isengard doesn't manage."
        yield Finding(severity="info", code="saves_elsewhere", message=words)


def _loose(graph: Graph) -> Iterator[Finding]:
    """People that none of our nodes puts into the picture: their version and likeness are written into those alone."""
    applied = {
        node["inputs"]["character"][0]
        for node in graph.values()
        if node["class_type"] in APPLIES and is_link(node["inputs"].get("character"))
    }
    # whoever is in a picture that is gone on from is in it still
    drawn = any(node["class_type"] in (PLACEHOLDER, PICTURE) for node in graph.values())
    for node_id, node in graph.items():
        if node["class_type"] == CHARACTER and node_id not in applied and not drawn:
            words = said(
                "{node} isn't connected directly to an Isengard Apply node, so the person chosen there isn't drawn.",
                node=title_of(node),
            )
            yield _warning("person_unused", words)


def _warning(code: str, message: str) -> Finding:
    return Finding(severity="warning", code=code, message=message)
