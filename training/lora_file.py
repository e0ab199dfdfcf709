"""Reading safetensors without torch: strict header, finite and non-zero weights. Nothing else is ever opened."""

from __future__ import annotations

import hashlib
import json
import math
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..core.errors import InvalidError

#: A LoRA's header is well below these; beyond them a file is an attack or not a LoRA (reliability section 1, row 25).
MAX_HEADER_BYTES = 8 * 1024**2
MAX_TENSORS = 20_000
#: Bases have more tensors and longer headers.
MAX_BASE_HEADER_BYTES = 64 * 1024**2
MAX_BASE_TENSORS = 100_000
_BYTES = {"F64": 8, "I64": 8, "F32": 4, "I32": 4, "F16": 2, "BF16": 2, "I16": 2, "F8_E4M3": 1, "F8_E5M2": 1}
_BYTES |= {"I8": 1, "U8": 1, "BOOL": 1, "U16": 2, "U32": 4, "U64": 8, "C64": 8}
_BYTES |= {"F8_E8M0": 1, "F8_E4M3FNUZ": 1, "F8_E5M2FNUZ": 1}
_UP_MARKS = ("lora_up", "lora_b", "lora.up")


@dataclass(frozen=True)
class Tensor:
    """Where one tensor lies in the file: bytes from `start` to `end`."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int


@dataclass(frozen=True)
class Header:
    tensors: dict[str, Tensor]
    metadata: dict[str, str]

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        return {name: tensor.shape for name, tensor in self.tensors.items()}


def read_header(path: Path, *, base: bool = False) -> Header:
    """The header of a safetensors file whose tensors tile it exactly. Raises InvalidError `lora_damaged`."""
    limit, most = (MAX_BASE_HEADER_BYTES, MAX_BASE_TENSORS) if base else (MAX_HEADER_BYTES, MAX_TENSORS)
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            length = struct.unpack("<Q", stream.read(8))[0]
            if not 2 <= length <= min(limit, size - 8):
                raise ValueError("its header is not one of a safetensors file")
            content = json.loads(stream.read(length))
        metadata = dict(content.pop("__metadata__", None) or {})
        if len(content) > most:
            raise ValueError("it has too many tensors")
        tensors = {str(name): _tensor(entry, 8 + length) for name, entry in content.items()}
        _require_tiling(tensors, 8 + length, size)
        return Header(tensors, {str(key): str(value) for key, value in metadata.items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError, struct.error) as fault:
        raise InvalidError(
            "lora_damaged",
            f"{path.name} is not a whole safetensors file: {fault}.",
            "Train or download it again.",
        ) from fault


def _tensor(entry: dict[str, object], offset: int) -> Tensor:
    start, end = (int(at) for at in entry["data_offsets"])  # type: ignore[attr-defined]
    shape = tuple(int(size) for size in entry["shape"])  # type: ignore[attr-defined]
    dtype = str(entry["dtype"])
    if any(size < 0 for size in shape) or math.prod(shape) * _BYTES[dtype] != end - start:
        raise ValueError("a tensor's size does not fit its shape")
    return Tensor(dtype, shape, offset + start, offset + end)


def _require_tiling(tensors: dict[str, Tensor], begin: int, size: int) -> None:
    at = begin
    for tensor in sorted(tensors.values(), key=lambda tensor: (tensor.start, tensor.end)):
        if tensor.start != at:
            raise ValueError("its tensors overlap or leave gaps")
        at = tensor.end
    if at != size:
        raise ValueError(f"its header wants {at} bytes, the file has {size}")


def finite_and_nonzero(path: Path, header: Header) -> tuple[bool, bool]:
    """(every weight is finite, both halves of at least one pair are not all zero).

    A LoRA whose up matrices are all zero changes nothing although ComfyUI loads it without a word.
    """
    finite, up, down = True, False, False
    with path.open("rb") as stream:
        for name, tensor in header.tensors.items():
            stream.seek(tensor.start)
            values = _floats(tensor.dtype, stream.read(tensor.end - tensor.start))
            if values is None:
                continue
            finite = finite and bool(np.isfinite(values).all())
            if tensor.shape and values.any():
                is_up = any(mark in name.lower() for mark in _UP_MARKS)
                up, down = up or is_up, down or not is_up
    return finite, up and down


def _floats(dtype: str, data: bytes) -> np.ndarray | None:
    if dtype == "BF16":
        return (np.frombuffer(data, dtype="<u2").astype("<u4") << 16).view("<f4")
    kind = {"F16": "<f2", "F32": "<f4", "F64": "<f8"}.get(dtype)
    return np.frombuffer(data, dtype=kind) if kind else None


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(4 * 1024**2):
            digest.update(block)
    return digest.hexdigest()
