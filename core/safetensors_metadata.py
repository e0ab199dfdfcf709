"""Copying a safetensors file with more said about it in its header; the weights are copied as they are."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from .errors import InvalidError
from .model_headers import header
from .redaction import redact

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
