"""Content Credentials (C2PA): the mark with a signature, by a library that is used where somebody has installed it (docs/made-with-ai.md)."""

from __future__ import annotations

import importlib.util
import io
import json
import logging
from pathlib import Path
from typing import Any

from ..version import VERSION
from .signing_key import key_and_certificates

#: What has to be there: the library, and what makes the key for it.
NEEDED = ("c2pa", "cryptography")
#: No small picture of the picture: it would say nothing more. Nothing is asked of a network.
_SETTINGS = {"builder": {"thumbnail": {"enabled": False}}, "verify": {"remote_manifest_fetch": False}}
_log = logging.getLogger("isengard.content_credentials")


def is_available() -> bool:
    """Whether pictures can be signed here; nothing is imported for the answer."""
    return all(importlib.util.find_spec(name) is not None for name in NEEDED)


def signed(picture: bytes, mime: str, source_type: str, key_file: Path) -> bytes:
    """The picture with a signed manifest that says how it was made, for `image/png`, `image/jpeg` or `image/webp`.

    As it was, with a line in the log, where it can't be signed: a picture is worth more than its signature, and XMP says the same.
    """
    library = _library() if is_available() else None
    if library is None:
        return picture
    try:
        key, certificates = key_and_certificates(key_file)
        told = library.C2paSignerInfo("es256", certificates.encode(), key.encode(), None)
        return _signed(library, library.Signer.from_info(told), picture, mime, source_type)
    except (library.C2paError, OSError, ValueError) as fault:
        _tell(fault)
        return picture


def _library() -> Any | None:
    try:
        import c2pa
    except (ImportError, OSError, RuntimeError, AttributeError) as broken:  # a library for another machine
        _tell(broken)
        return None
    return c2pa


def _tell(fault: Exception) -> None:
    """By its kind alone: its words may quote what it was given, and that was the key."""
    _log.warning("A picture could not be signed", extra={"context": {"reason": type(fault).__name__}})


def _signed(library: Any, signer: Any, picture: bytes, mime: str, source_type: str) -> bytes:
    context = library.Context(library.Settings.from_dict(_SETTINGS))
    builder = library.Builder(json.dumps(_manifest(mime, source_type)), context=context)
    made = io.BytesIO()
    builder.sign(signer, mime, io.BytesIO(picture), made)
    return made.getvalue()


def _manifest(mime: str, source_type: str) -> dict[str, Any]:
    created = {"action": "c2pa.created", "digitalSourceType": source_type}
    return {
        "claim_generator_info": [{"name": "Isengard", "version": VERSION}],
        "format": mime,
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [created]}}],
    }
