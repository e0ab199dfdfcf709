"""Copying a safetensors file with more said about it in its header; the weights are copied as they are.

Format: 8 bytes little-endian length, JSON header whose `__metadata__` maps text to text, then the tensors.
"""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from .errors import InvalidError
from .redaction import redact

#: The format's own limit for a header.
MAX_HEADER = 100_000_000
_CHUNK = 4 * 1024 * 1024


def copy_described(source: Path, stream: BinaryIO, said: Mapping[str, str]) -> None:
    """Write `source` into `stream` with `said` added to its metadata; what it held of folders or secrets is left out.
    With nothing to say it is copied as it is.

    Raises InvalidError `lora_unreadable`, OSError.
    """
    with source.open("rb") as original:
        if not said:
            shutil.copyfileobj(original, stream, _CHUNK)
            return
        length = original.read(8)
        if len(length) < 8 or not 0 < struct.unpack("<Q", length)[0] <= MAX_HEADER:
            raise InvalidError("lora_unreadable", "This is no safetensors file.", "Train again.")
        try:
            header = json.loads(original.read(struct.unpack("<Q", length)[0]))
            before = dict(header.pop("__metadata__", None) or {})
        except (ValueError, TypeError, AttributeError) as damage:
            raise InvalidError("lora_unreadable", "The file's header is damaged.", "Train again.") from damage
        kept = {name: text for name, text in before.items() if isinstance(text, str) and redact(text) == text}
        header["__metadata__"] = {**kept, **said}
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)  # tensors start at a multiple of 8, as writers of the format do it
        stream.write(struct.pack("<Q", len(text)) + text)
        shutil.copyfileobj(original, stream, _CHUNK)
