"""Model files that hold just enough to be told apart: the tensors a family is recognised by, all zero."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path


def write(path: Path, shapes: dict[str, tuple[int, ...]]) -> Path:
    """A whole safetensors file with one-byte zeros."""
    at, header = 0, {}
    for name, shape in shapes.items():
        size = math.prod(shape)
        header[name] = {"dtype": "F8_E4M3", "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"\0" * at)
    return path


def shapes_of(family) -> dict[str, tuple[int, ...]]:
    """What a family's marks ask of a base."""
    shapes: dict[str, list[int]] = {}
    for mark in family.marks:
        if not mark.absent:
            shape = shapes.setdefault(mark.key, [1, 1])
            if mark.axis is not None:
                shape[mark.axis] = mark.size
    return {key: tuple(shape) for key, shape in shapes.items()}


def put_files(models: Path, family, names: dict[str, str] | None = None) -> dict[str, dict[str, Path]]:
    """Every file of the family below `models`; folder -> name -> path. `names` calls a role's file differently."""
    found: dict[str, dict[str, Path]] = {}
    for file in family.files:
        name = (names or {}).get(file.role, file.name)
        base = file.role in ("checkpoint", "diffusion_model")
        path = write(models / file.folder / name, shapes_of(family) if base else {"x": (1,)})
        found.setdefault(file.folder, {})[name] = path
    return found
