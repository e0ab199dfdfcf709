"""The one reader of safetensors headers: strict and bounded. Standard library only: the reading child loads it by its path.

Format: 8 bytes little-endian length, a JSON header whose `__metadata__` maps text to text, then the tensors without gaps.
"""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

#: What is refused as not whole; the words go on after "…is not a whole model: ".
MAX_SIDES, MAX_SIDE = 16, 2**48
_BITS = {
    "F64": 64,
    "I64": 64,
    "U64": 64,
    "C64": 64,
    "F32": 32,
    "I32": 32,
    "U32": 32,
    "F16": 16,
    "BF16": 16,
    "I16": 16,
    "U16": 16,
}
_BITS |= {
    "I8": 8,
    "U8": 8,
    "BOOL": 8,
    "F8_E4M3": 8,
    "F8_E5M2": 8,
    "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8,
    "F8_E5M2FNUZ": 8,
}
_BITS |= {"F6_E2M3": 6, "F6_E3M2": 6, "F4": 4}


class NotWhole(ValueError):
    """Why a file is not the whole model that its name promises: the end of a sentence, beginning with `it` or `its`; `values` are
    what stands in its gaps."""

    def __init__(self, text: str, **values: int | str) -> None:
        super().__init__(text)
        self.text, self.values = text, values

    def __str__(self) -> str:
        return self.text.format(**self.values)


@dataclass(frozen=True)
class Limits:
    """Beyond these a file is an attack, or something else (reliability section 1, row 25)."""

    header_bytes: int
    tensors: int


LORA = Limits(8 * 1024**2, 20_000)
#: A base's own header has well below 1 MB; thumbnails and notes in its metadata take the rest.
BASE = Limits(16 * 1024**2, 50_000)


@dataclass(frozen=True)
class Tensor:
    """The place of one tensor in the file: bytes from `start` to `end`."""

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
        """As they are stored: a quantised layer's may be packed (see `quantised.logical_shapes`)."""
        return {name: tensor.shape for name, tensor in self.tensors.items()}


def is_safetensors(path: Path) -> bool:
    """By its name, as ComfyUI tells it."""
    return path.suffix.lower() in (".safetensors", ".sft")


def read(path: Path, limits: Limits) -> Header:
    """The header of a file whose tensors tile it exactly. Raises NotWhole, OSError."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        content, begin = parsed(stream, limits)
    metadata = content.pop("__metadata__", None) or {}
    if not isinstance(metadata, dict):
        raise NotWhole("its header is damaged")
    if len(content) > limits.tensors:
        raise NotWhole("its header names more than {most} tensors", most=limits.tensors)
    tensors = {name: _tensor(entry, begin) for name, entry in content.items()}
    _require_tiling(tensors, begin, size)
    return Header(tensors, {key: str(value) for key, value in metadata.items()})


def parsed(stream: BinaryIO, limits: Limits) -> tuple[dict[str, Any], int]:
    """The JSON of a file's header, and where its tensors begin, which is where the stream is then. Raises NotWhole."""
    first = stream.read(8)
    if not first:
        raise NotWhole("it is empty")
    length = int.from_bytes(first, "little")
    if len(first) < 8 or length < 2:
        raise NotWhole("it is not a safetensors file")
    if length > limits.header_bytes:
        raise NotWhole("it is not a safetensors file, or its header is too large to be read")
    text = stream.read(length)
    if len(text) < length:
        raise NotWhole("it ends within its header")
    try:
        content = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as damage:
        raise NotWhole("its header is damaged") from damage
    if not isinstance(content, dict):
        raise NotWhole("its header is damaged")
    return content, 8 + length


def packed(content: dict[str, Any]) -> bytes:
    """The beginning of a file with this header; tensors then start at a multiple of 8, as writers of the format do it."""
    text = json.dumps(content, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _tensor(entry: Any, offset: int) -> Tensor:
    try:
        dtype, shape, (start, end) = entry["dtype"], entry["shape"], entry["data_offsets"]
    except (TypeError, KeyError, ValueError) as damage:
        raise NotWhole("its header is damaged") from damage
    sound = isinstance(dtype, str) and isinstance(shape, list) and len(shape) <= MAX_SIDES
    if not sound or not all(_is_side(number) for number in (*shape, start, end)):
        raise NotWhole("its header is damaged")
    bits = _BITS.get(dtype)
    if start > end or (bits is not None and math.prod(shape) * bits != (end - start) * 8):
        raise NotWhole("a tensor's size does not fit its shape")
    return Tensor(dtype, tuple(shape), offset + start, offset + end)


def _is_side(number: Any) -> bool:
    return type(number) is int and 0 <= number <= MAX_SIDE


def _require_tiling(tensors: dict[str, Tensor], begin: int, size: int) -> None:
    at = begin
    for tensor in sorted(tensors.values(), key=lambda tensor: (tensor.start, tensor.end)):
        if tensor.start != at:
            raise NotWhole("its tensors overlap or leave gaps")
        at = tensor.end
    if size < at:
        raise NotWhole("it ends too early, {here} of {wanted} bytes are here", here=size, wanted=at)
    if size > at:
        raise NotWhole("it has {more} bytes more than its header says", more=size - at)
