"""LoRA files without torch: a strict header, finite and non-zero weights. Nothing else is ever opened."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ..errors import InvalidError
from ..model_headers import header
from ..model_headers.header import Header, NotWhole, Tensor
from ..redaction import redact
from ..said import said
from .lokr import factor_of, unused_alpha

_CHUNK = 4 * 1024 * 1024
#: Of what is looked at; a BF16 is the upper half of a 32-bit number, an F8_E5M2 that of a 16-bit one.
_KINDS = {"F16": "<f2", "BF16": "<u2", "F32": "<f4", "F64": "<f8", "F8_E4M3": "u1", "F8_E5M2": "u1"}
#: What stands for not a number in an F8_E4M3, without its sign; it has no infinity.
_E4M3_NAN = 0x7F
#: A half of a pair in the spellings that ComfyUI reads; what multiplies to a layer's change, by its module.
_PAIR = re.compile(r"(.+)[._]lora(?:_linear_layer)?[._](up|down|mid|a|b)\b", re.IGNORECASE)
_LOHA = re.compile(r"(.+)\.hada_\w+")
#: Tensors that change a layer each by itself: whole differences, norms, OFT's rotations.
_ALONE = re.compile(r"\.(diff|diff_b|w_norm|b_norm|set_weight|oft_\w+)$")
_HALVES = {"up": "up", "b": "up", "down": "down", "a": "down", "mid": "mid"}


def read_header(path: Path) -> Header:
    """The header of a LoRA whose tensors tile it exactly. Raises InvalidError `lora_damaged`."""
    try:
        return header.read(path, header.LORA)
    except (NotWhole, OSError) as fault:
        raise InvalidError(
            "lora_damaged",
            said("{file} is not a whole LoRA: {reason}.", file=path.name, reason=_reason(fault)),
            "Train or download it again.",
        ) from fault


def _reason(fault: NotWhole | OSError) -> str:
    return said(fault.text, **fault.values) if isinstance(fault, NotWhole) else str(fault)


def method_of(path: Path) -> str:
    """Name what the file holds, by the capability matrix: lokr, else lora. One that cannot be read is said to be the usual thing."""
    try:
        return "lokr" if any(map(factor_of, read_header(path).tensors)) else "lora"
    except InvalidError:
        return "lora"


def finite_and_nonzero(path: Path, described: Header) -> tuple[bool, bool]:
    """(every weight is finite, at least one layer's change is not zero).

    A LoRA whose up matrices are all zero changes nothing although ComfyUI loads it without a word, and neither do differences of zero
    beside them: what is multiplied to a change must not be zero in any part.
    """
    finite = True
    changes: dict[str, dict[str, bool]] = {}
    with path.open("rb") as stream:
        for name, tensor in described.tensors.items():
            something = False
            for values in _floats(stream, tensor):
                finite = finite and (bool(np.isfinite(values).all()) or unused_alpha(name, described.tensors))
                something = something or bool(values.any())
            change, part = _part_of(name)
            if change:
                changes.setdefault(change, {})[part] = something
    return finite, any(map(_is_change, changes.values()))


def _part_of(name: str) -> tuple[str, str]:
    """What a tensor multiplies to with others, and which part of it is: (module with its kind, part); ('', '') for one that only scales."""
    if (factor := factor_of(name)) is not None:
        return f"{factor[0]} lokr", factor[1]
    if (pair := _PAIR.match(name)) is not None:
        return f"{pair[1]} pair", _HALVES[pair[2].lower()]
    if (loha := _LOHA.fullmatch(name)) is not None:
        return f"{loha[1]} loha", name
    return (name, "alone") if _ALONE.search(name) else ("", "")


def _is_change(parts: Mapping[str, bool]) -> bool:
    """Whether all parts hold something; one half of a pair alone is nothing."""
    is_half = len({"up", "down"} & parts.keys()) == 1
    return all(parts.values()) and not is_half


def _floats(stream: BinaryIO, tensor: Tensor) -> Iterator[np.ndarray]:
    """Its values piece by piece: a stranger's tensor may be larger than what ComfyUI has left. None of other kinds."""
    kind = _KINDS.get(tensor.dtype)
    if kind is None:
        return
    stream.seek(tensor.start)
    for start in range(tensor.start, tensor.end, _CHUNK):
        piece = np.frombuffer(stream.read(min(_CHUNK, tensor.end - start)), dtype=kind)
        yield _numbers(piece, tensor.dtype)


def _numbers(piece: np.ndarray, dtype: str) -> np.ndarray:
    """What can be asked whether it is finite, and zero, as the weights themselves would answer."""
    if dtype == "BF16":
        return (piece.astype("<u4") << 16).view("<f4")
    if dtype == "F8_E5M2":
        return (piece.astype("<u2") << 8).view("<f2")
    if dtype == "F8_E4M3":
        size = piece & 0x7F
        wide = size.astype("<f2")
        wide[size == _E4M3_NAN] = np.nan
        return wide
    return piece


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(4 * 1024**2):
            digest.update(block)
    return digest.hexdigest()


def copy_described(source: Path, stream: BinaryIO, said: Mapping[str, str]) -> None:
    """Write `source` into `stream` with `said` added to its metadata; what it held of folders or secrets is left out.
    With nothing to say it is copied as it is.

    Raises InvalidError `lora_unreadable`, OSError.
    """
    with source.open("rb") as original:
        if not said:
            shutil.copyfileobj(original, stream, _CHUNK)
            return
        try:
            content, _ = header.parsed(original, header.LORA)
            before = dict(content.pop("__metadata__", None) or {})
        except (ValueError, TypeError) as damage:
            raise InvalidError(
                "lora_unreadable", "The LoRA's file is damaged: its header cannot be read.", "Train again."
            ) from damage
        kept = {name: text for name, text in before.items() if isinstance(text, str) and redact(text) == text}
        content["__metadata__"] = {**kept, **said}
        stream.write(header.packed(content))
        shutil.copyfileobj(original, stream, _CHUNK)
