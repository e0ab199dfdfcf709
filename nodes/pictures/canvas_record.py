"""Pictures that a graph on ComfyUI's canvas saved: a record of who is in them, so that forgetting a person finds them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.errors import IsengardError
from .. import identity
from ..people import listed

if TYPE_CHECKING:
    from ...core.records.character import Character
    from ...core.records.generation import GeneratedImage
    from ..context import NodeContext

#: What stands where a recipe's name would: the graph is inside the PNG.
RECIPE = "canvas"
#: What the ids of our nodes begin with.
OURS = "Isengard"
PICTURE = "IsengardPicture"
#: How many people a request's record can name; all of them are kept beside it.
NAMED = 4


def people_behind(
    context: NodeContext, graph: object, node_id: object, drawn: Character | None = None
) -> list[str]:
    """Ids of the characters that this node's inputs come from; of the whole graph where the node is not in it.

    Of a batch of people the one who was `drawn`; all of them where that is not known.
    """
    if not isinstance(graph, dict):
        return [] if drawn is None else [drawn.id]
    names = {
        name
        for key in ancestors(graph, str(node_id)) or set(graph)
        for name in _named(graph, key, in_batches=drawn is None)
    }
    people = _shown_before(context, graph, node_id) | (set() if drawn is None else {drawn.id})
    for name in names:
        try:
            people.add(identity.find_character(context, name).id)
        except IsengardError:
            continue  # a name that means nobody names nobody
    return sorted(people)


def _named(graph: Mapping[str, Any], key: str, *, in_batches: bool) -> set[str]:
    """Whom this node may mean: its own value, or any text that its link comes from, where it has one."""
    if not _is_ours(graph, key):
        return set()
    inputs = graph[key].get("inputs", {})
    names = {name for text in _texts(graph, inputs.get("names")) for name in listed(text)}
    return _texts(graph, inputs.get("character")) | (names if in_batches else set())


def _shown_before(context: NodeContext, graph: Mapping[str, Any], node_id: object) -> set[str]:
    """Whoever is in a picture of the gallery that this one comes from."""
    from ...core.ids import ids_in

    keys = [
        key for key in ancestors(graph, str(node_id)) or set(graph) if graph[key].get("class_type") == PICTURE
    ]
    named = [text for key in keys for text in _texts(graph, graph[key].get("inputs", {}).get("picture"))]
    return {person for text in named for one in ids_in(text) for person in _in_generation(context, one)}


def _in_generation(context: NodeContext, generation_id: str) -> list[str]:
    from ...core.records.generation import everybody_in

    try:
        return everybody_in(context.generations.get(generation_id))
    except IsengardError:
        return []  # it is gone, and whoever was in it with it


def _texts(graph: Mapping[str, Any], given: object) -> set[str]:
    if isinstance(given, str):
        return {given}
    if not isinstance(given, list) or not given or _says_who(graph, str(given[0])):
        return set()
    behind = [graph[node].get("inputs", {}).values() for node in ancestors(graph, str(given[0]))]
    return {value for values in behind for value in values if isinstance(value, str)}


def _says_who(graph: Mapping[str, Any], key: str) -> bool:
    """Whether it is a node of ours that takes a person itself: whom it means is found at it."""
    return _is_ours(graph, key) and not {"character", "names"}.isdisjoint(graph[key].get("inputs", {}))


def _is_ours(graph: Mapping[str, Any], key: str) -> bool:
    return str(graph.get(key, {}).get("class_type", "")).startswith(OURS)


def keep_record(
    context: NodeContext, generation_id: str, people: list[str], images: list[GeneratedImage]
) -> None:
    """Keep a record of a canvas' pictures; nothing where nobody of ours is in them."""
    from ...core.clock import iso
    from ...core.records.generation import CharacterUse, Generation, GenerationRequest
    from ...core.records.generation_states import GenerationState

    if not people:
        return
    now = iso(context.clock.now())
    uses = [CharacterUse(id=person) for person in people[:NAMED]]
    generation = Generation(
        id=generation_id,
        recipe=RECIPE,
        request=GenerationRequest(recipe=RECIPE, characters=uses, prompt=""),
        purpose="nodes",
        state=GenerationState.COMPLETED,
        images=images,
        created_at=now,
        finished_at=now,
    )
    context.generations.adopt(generation, people)


def keep_previews(folder: Path, previews: Iterable[Mapping[str, Any]]) -> None:
    """Keep the names of copies that ComfyUI's temp folder got for showing on the node: forgetting a person removes them as well."""
    from ...core import atomic
    from ...core.generations.preview_copies import PREVIEWS_FILE

    atomic.write_json(folder / PREVIEWS_FILE, [str(shown["filename"]) for shown in previews])


def ancestors(graph: Mapping[str, Any], node_id: str) -> set[str]:
    """Keys of the nodes that a node's inputs come from, and its own; empty where the node is not in the graph."""
    found: set[str] = set()
    waiting = [node_id]
    while waiting:
        key = waiting.pop()
        if key in found or key not in graph:
            continue
        found.add(key)
        links = graph[key].get("inputs", {}).values()
        waiting += [str(link[0]) for link in links if isinstance(link, list) and len(link) == 2]
    return found
