"""Pictures in ComfyUI's own folders that say themselves what drew them: after a restart nothing else does."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from itertools import islice
from pathlib import Path

from ...core.marks.kept_graphs import graph_in
from .answers import folder_named, holds_ours, texts_in

#: A graph with more texts is looked into no further: what cannot be told is not given.
_MOST = 5000


def is_drawn_by_ours(folders: Mapping[str, Path], place: object, loras: Collection[str]) -> bool:
    """Whether the file at a place as ComfyUI names it (`filename`, `type`, `subfolder`) holds a workflow with a node or a LoRA of ours.
    Blocks."""
    if not isinstance(place, Mapping):
        return False
    folder, name = folder_named(str(place.get("filename", "")))
    root = folders.get(folder or str(place.get("type", "output")))
    if root is None:
        return False
    base, named = Path(os.path.normpath(root)), Path(name).name
    file = Path(os.path.normpath(base / str(place.get("subfolder", "")) / named))
    return file.is_relative_to(base) and holds_ours(graph_in(file), loras)  # ComfyUI opens no other


def loads_drawn_by_ours(folders: Mapping[str, Path], graph: object, loras: Collection[str]) -> bool:
    """Whether a node of a graph is given such a file: ComfyUI's LoadImage opens it. Blocks."""
    texts = list(islice(texts_in(graph), _MOST + 1))
    places = [
        {"type": "input", "subfolder": str(Path(folder_named(text)[1]).parent), "filename": text}
        for text in texts
    ]
    return len(texts) > _MOST or any(is_drawn_by_ours(folders, place, loras) for place in places)
