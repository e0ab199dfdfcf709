"""Weights in several files, as the hub has those of large models: the cut ones fit into one."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from isengard.core.families.hub_parts import INDEX, OR, HubPart
from safetensors.torch import load_file

from .tensors import write


def in_shards(parts: Iterable[HubPart], source: Path, target: Path) -> Path:
    """A cache of links to all of `source`, with the weights in two files wherever the record knows an index for them; `target`."""
    indexes = {(part.hub, names.split(OR)[0]) for part in parts for names in part.files if INDEX in names}
    for repository in source.iterdir():
        where = repository.resolve()  # rglob passes links by
        for file in [file for file in where.rglob("*") if file.is_file()]:
            link = target / repository.name / file.relative_to(where)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(file)
    for hub, index in indexes:
        [commit] = (target / f"models--{hub.replace('/', '--')}" / "snapshots").iterdir()
        _split(commit / index)
    return target


def _split(index: Path) -> None:
    whole = index.with_name(index.name.removesuffix(".index.json"))
    tensors = load_file(whole)
    whole.unlink()
    names, shards = sorted(tensors), {}
    for number in (1, 2):
        file = whole.with_stem(f"{whole.stem}-{number:05d}-of-00002")
        write(file, {name: tensors[name] for name in names[number - 1 :: 2]})
        shards |= dict.fromkeys(names[number - 1 :: 2], file.name)
    size = sum(value.nbytes for value in tensors.values())
    index.write_text(json.dumps({"metadata": {"total_size": size}, "weight_map": shards}), encoding="utf-8")
