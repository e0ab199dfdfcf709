"""An answer of a server as it comes: nothing is unpacked, and a refusal is an answer too."""

from __future__ import annotations

import urllib.error
import urllib.request


def fetched(url: str, method: str = "GET", **headers: str):
    """(status, headers, body) of a request, refused or not."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method, headers=names)) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.headers, refusal.read()
