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
#: Of what is looked at; a BF16 is the upper half of a 32-bit number.
_KINDS = {"F16": "<f2", "BF16": "<u2", "F32": "<f4", "F64": "<f8"}
_UP_MARKS = ("lora_up", "lora_b", "lora.up")
#: Layouts whose tensors are not pairs of up and down: LoHa, OFT, whole differences.
_NO_PAIRS = re.compile(r"\.(hada|oft|diff)(_\w+)?$")


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
    """(every weight is finite, both halves of at least one pair are not all zero; every part of at least one LoKr; of a layout
    without pairs anything).

    A LoRA whose up matrices are all zero changes nothing although ComfyUI loads it without a word.
    """
    finite, up, down = True, any(map(_NO_PAIRS.search, described.tensors)), False
    lokr: dict[str, bool] = {}
    with path.open("rb") as stream:
        for name, tensor in described.tensors.items():
            something = False
            for values in _floats(stream, tensor):
                finite = finite and (bool(np.isfinite(values).all()) or unused_alpha(name, described.tensors))
                something = something or bool(values.any())
            if (part := factor_of(name)) is not None:
                lokr[part[0]] = lokr.get(part[0], True) and something
            elif tensor.shape and something:
                is_up = any(mark in name.lower() for mark in _UP_MARKS)
                up, down = up or is_up, down or not is_up
    return finite, (up and down) or any(lokr.values())


def _floats(stream: BinaryIO, tensor: Tensor) -> Iterator[np.ndarray]:
    """Its values piece by piece: a stranger's tensor may be larger than what ComfyUI has left. None of other kinds."""
    kind = _KINDS.get(tensor.dtype)
    if kind is None:
        return
    stream.seek(tensor.start)
    for start in range(tensor.start, tensor.end, _CHUNK):
        piece = np.frombuffer(stream.read(min(_CHUNK, tensor.end - start)), dtype=kind)
        yield (piece.astype("<u4") << 16).view("<f4") if tensor.dtype == "BF16" else piece


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
