"""Model files that hold just enough to be told apart: the tensors a family is recognised by, all zero."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path

from support.full_depth import write_hollow


def content(shapes: dict[str, tuple[int, ...]]) -> bytes:
    """Of a whole safetensors file with half-precision zeros."""
    at, header = 0, {}
    for name, shape in shapes.items():
        size = math.prod(shape) * 2
        header[name] = {"dtype": "F16", "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    return _begun(header) + b"\0" * at


def write(path: Path, shapes: dict[str, tuple[int, ...]]) -> Path:
    """A file of such content."""
    return write_hollow(path, shapes, "F16")


def write_header(path: Path, header: dict | list | bytes, data: bytes = b"") -> Path:
    """A file with this header, however sound, and these bytes behind it."""
    path.write_bytes(_begun(header) + data)
    return path


def _begun(header: dict | list | bytes) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text


def write_quantised(path: Path, layers: dict[str, tuple[str, str, tuple[int, ...]]], *, beside: bool) -> Path:
    """module -> (ComfyUI's name of the format, stored type, stored shape): the format stands beside each weight, or in the
    file's metadata."""
    header, data = {}, b""
    path.parent.mkdir(parents=True, exist_ok=True)

    def put(name: str, dtype: str, shape: tuple[int, ...], content: bytes) -> None:
        nonlocal data
        offsets = [len(data), len(data) + len(content)]
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": offsets}
        data += content

    for module, (kind, dtype, shape) in layers.items():
        wide = {"BF16": 2, "F32": 4}.get(dtype, 1)
        put(f"{module}.weight", dtype, shape, b"\0" * math.prod(shape) * wide)
        if kind and beside:
            said = json.dumps({"format": kind}).encode()
            put(f"{module}.comfy_quant", "U8", (len(said),), said)
    formats = {module: {"format": kind} for module, (kind, _, _) in layers.items() if kind}
    if formats and not beside:
        header["__metadata__"] = {"_quantization_metadata": json.dumps({"layers": formats})}
    return write_header(path, header, data)


def shapes_of(family) -> dict[str, tuple[int, ...]]:
    """What a family's marks and parts ask of a base."""
    shapes: dict[str, list[int]] = {}
    for mark in family.marks:
        if not mark.absent:
            shape = shapes.setdefault(mark.key, [1, 1])
            if mark.axis is not None:
                shape[mark.axis] = mark.size
    return {**parts_of(family), **{key: tuple(shape) for key, shape in shapes.items()}}


def parts_of(family) -> dict[str, tuple[int, ...]]:
    """What a whole checkpoint has besides, just enough to be told for it."""
    return {f"{part.prefix}x": (1, 1) for part in family.parts}


def put_files(models: Path, family, names: dict[str, str] | None = None) -> dict[str, dict[str, Path]]:
    """Every file of the family below `models`; folder -> name -> path. `names` calls a role's file differently."""
    found: dict[str, dict[str, Path]] = {}
    for file in family.files:
        name = (names or {}).get(file.role, file.name)
        base = file.role in ("checkpoint", "diffusion_model")
        path = write(models / file.folder / name, shapes_of(family) if base else {"x": (1,)})
        found.setdefault(file.folder, {})[name] = path
    return found
