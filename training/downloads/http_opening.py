"""Opening an address over HTTP(S) and understanding a refusal, in the hub's own words where it is the hub.

A token goes to the host it is for and to no other, also when that host redirects; a renamed repository answers on the same host.
"""

from __future__ import annotations

import http.client
import re
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from ...core.errors import NotReadyError
from ...core.said import said

BROKEN = (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError)
#: The hub's header that says which of several things a 401, 403 or 404 means.
_SAID = "X-Error-Code"
#: The hub's words, also about a public file, where it does not know the token that came along.
_MESSAGE, _TOKEN_UNKNOWN = "X-Error-Message", "Invalid credentials in Authorization header"
#: "Too many requests" and "not now": most say when to come back, the hub by `t` of its RateLimit header.
_LATER, _RESET = (429, 503), re.compile(r"\bt=(\d{1,6})\b")
#: Nobody waits longer by themselves.
MOST_WAIT_S, _MOST_DIGITS = 600.0, 6
_UPDATE = "Update Isengard, then press Retry."


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Carries the token to another address of the same host; asked for the head alone, it stays on that host."""

    def redirect_request(  # noqa: PLR0917 - as urllib calls it
        self,
        req: urllib.request.Request,
        fp: Any,
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        here, there = urlsplit(req.full_url), urlsplit(newurl)
        same = (here.scheme, here.netloc) == (there.scheme, there.netloc)
        if req.get_method() == "HEAD":
            if not same:
                return None
            again = urllib.request.Request(newurl, headers=dict(req.headers), method="HEAD")
        else:
            followed = super().redirect_request(req, fp, code, msg, headers, newurl)
            if followed is None:
                return None
            again = followed
        if same and req.has_header("Authorization"):
            again.add_unredirected_header("Authorization", str(req.get_header("Authorization")))
        return again


def open_address(
    url: str, token: str, headers: dict[str, str], *, timeout: float, method: str = "GET"
) -> Any:
    """The answer, whose `url` is where it came from. HTTPError for a refusal, one of BROKEN for a line that broke."""
    request = urllib.request.Request(url, headers={"User-Agent": "isengard", **headers}, method=method)
    if token:
        request.add_unredirected_header("Authorization", f"Bearer {token}")
    return urllib.request.build_opener(_SameHost).open(request, timeout=timeout)


def own_word(fault: urllib.error.HTTPError) -> str:
    """The hub's own word for a refusal, '' from another host."""
    return str(fault.headers.get(_SAID) or "") if fault.headers is not None else ""


def refusal(fault: Exception, url: str) -> NotReadyError | None:
    """Put into our words what trying again cannot mend; None for everything else."""
    host = urlsplit(url).hostname or url
    if isinstance(fault, urllib.error.HTTPError) and fault.code in (401, 403, 404, 410):
        return _refused(fault, host, "/".join(urlsplit(url).path.strip("/").split("/")[:2]))
    if isinstance(getattr(fault, "reason", None), FileNotFoundError):
        message = "The local source does not hold this file."
        return NotReadyError("download_missing", message, "Correct its address, then press Retry.")
    return None


def asks_to_wait(fault: Exception) -> float:
    """The seconds after which a server that is asked too often, or is busy, wants to be asked again; 0 where it does not say."""
    if not isinstance(fault, urllib.error.HTTPError) or fault.code not in _LATER or fault.headers is None:
        return 0.0
    text = str(fault.headers.get("Retry-After") or "").strip()
    reset = _RESET.search(str(fault.headers.get("RateLimit") or ""))
    if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
        return float(text)
    return float(reset[1]) if reset is not None else 0.0


def _refused(fault: urllib.error.HTTPError, host: str, repository: str) -> NotReadyError:
    if fault.headers is not None and fault.headers.get(_MESSAGE) == _TOKEN_UNKNOWN:
        return NotReadyError(
            "token_refused",
            said(
                "{host} rejected the token that was entered: it was mistyped, or is no longer valid.",
                host=host,
            ),
            "Enter a new one in the settings or take it out, then press Retry.",
        )
    if own_word(fault) == "RepoNotFound":
        message = said(
            "{host} has no repository {repository}: it was removed, renamed or made private.",
            host=host,
            repository=repository,
        )
        return NotReadyError("repository_missing", message, _UPDATE)
    if fault.code in (404, 410):
        return NotReadyError(
            "download_missing",
            said("{host} no longer has this file.", host=host),
            _UPDATE,
        )
    return NotReadyError(
        "model_gated",
        said("{host} asks you to accept a licence before it gives out this file.", host=host),
        said(
            "Open its page ({page}), accept the licence, enter your token in the settings, then press Retry.",
            page=f"{host}/{repository}",
        ),
    )


def unreachable(fault: Exception, url: str) -> NotReadyError:
    """For a line that stays broken, or a server that has trouble."""
    host = urlsplit(url).hostname or url
    if isinstance(fault, urllib.error.HTTPError):
        return NotReadyError(
            "network_unreachable",
            said("{host} can't give out this file now ({reason}).", host=host, reason=reason(fault)),
            "It has trouble, or is asked too often from here. Press Retry in a few minutes: the download so far is kept.",
        )
    return NotReadyError(
        "network_unreachable",
        said(
            "{host} could not be reached ({reason}).",
            host=host,
            reason=reason(fault),
        ),
        "Check the internet connection, then press Retry: the download so far is kept.",
    )


def reason(fault: Exception) -> str:
    """The system's words for a broken line."""
    why = getattr(fault, "reason", None) or fault
    return str(getattr(why, "strerror", None) or why)[:200]
