"""An answer that the page keeps and asks for anew at each load: its text, packed, with an ETag."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass

from aiohttp import ETag, web


@dataclass(frozen=True)
class Kept:
    """A text as it is given out; packed or not, `digest` says which one it is."""

    text: bytes
    packed: bytes
    digest: str

    @classmethod
    def of(cls, text: bytes) -> Kept:
        return cls(text, gzip.compress(text, mtime=0), hashlib.sha256(text).hexdigest()[:32])


def answered(kept: Kept, request: web.Request, content_type: str) -> web.Response:
    """All of it, or 304 where the browser has it. `no-cache`: it is kept, and asked for anew at each load of the page."""
    headers: dict[str, str] = {
        "Cache-Control": "no-cache",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    known = request.if_none_match or ()
    if any(tag.value in (kept.digest, "*") for tag in known):
        response = web.Response(status=304, headers=headers)
    else:
        packs = "gzip" in request.headers.get("Accept-Encoding", "")
        if packs:
            headers["Content-Encoding"] = "gzip"
        response = web.Response(
            body=kept.packed if packs else kept.text,
            headers=headers,
            content_type=content_type,
            charset="utf-8",
        )
    # packed or not it is the same text
    response.etag = ETag(kept.digest, is_weak=True)
    return response
