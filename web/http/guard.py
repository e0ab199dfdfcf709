"""Who may ask: Host, fetch metadata, headers and content type. Pure rules over plain facts (facts: reliability section 6)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from ...core.addresses import is_loopback
from ...core.errors import ForbiddenError, MisdirectedError, UnsupportedMediaError
from ...core.said import said

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
#: A form on any web page can send these without asking; nothing of ours takes them.
FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "text/plain"})
#: A proxy or tunnel on this machine asks on behalf of others, and most say so.
FORWARDED = frozenset(
    {"forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"}
)
_LOCAL_NAMES = frozenset({"localhost", "localhost.localdomain", "ip6-localhost"})


@dataclass(frozen=True)
class Asked:
    """A request as the rules look at it; header names in lower case."""

    method: str
    headers: Mapping[str, str]
    is_upload: bool = False
    has_body: bool = False


def asked_by(
    method: str, headers: Mapping[str, str], *, is_upload: bool = False, has_body: bool = False
) -> Asked:
    """The facts of a request, whatever the case of its headers."""
    return Asked(method, {name.lower(): value for name, value in headers.items()}, is_upload, has_body)


def check(asked: Asked, allowed_hosts: Collection[str]) -> None:
    """Raises MisdirectedError (421), ForbiddenError (403) or UnsupportedMediaError (415)."""
    check_source(asked, allowed_hosts)
    if asked.method in UNSAFE:
        _check_sender(asked, asked.headers.get("host", ""), asked.headers.get("sec-fetch-site", ""))
        _check_type(asked)
        if is_packed(asked.headers):
            raise UnsupportedMediaError(
                "content_encoding", "The body of this request is compressed.", "Send it as it is."
            )


def check_source(asked: Asked, allowed_hosts: Collection[str]) -> None:
    """Raises MisdirectedError (421) for a host that is not ours, ForbiddenError (403) for a page that is not."""
    host = asked.headers.get("host", "")
    if not host_is_ours(host, allowed_hosts):
        raise MisdirectedError(
            "host_not_allowed",
            "Isengard doesn't know this address.",
            "Open ComfyUI by its usual address, or ask whoever set it up to allow this one: Isengard's documentation (Settings) says how.",
        )
    if _is_of_another_page(asked, host):
        raise ForbiddenError("cross_site", "Another web page asked for this.", "Open it from ComfyUI.")


def _is_of_another_page(asked: Asked, host: str) -> bool:
    """A page on another port is "same-site" and names itself as the origin where it wants to read the answer."""
    site, origin = asked.headers.get("sec-fetch-site", ""), asked.headers.get("origin")
    if site in ("cross-site", "same-origin", "none"):
        return site == "cross-site"
    return origin is not None and _address_of(origin) != host.lower()


def check_on_this_machine(
    asked: Asked, peer: str, http_version: tuple[int, int], *, listens_beyond: bool
) -> None:
    """Raises ForbiddenError `not_this_machine` unless a page that was opened on this very computer asks.

    Its connection, its address and its origin are loopback, and nobody says that they pass it on. A proxy here that
    rewrites the address keeps a browser's own origin, speaks HTTP/1.0 (nginx), or names whom it asks for; but a program
    that comes through a tunnel can say all of it. So nobody is shown the link where ComfyUI listens on loopback alone:
    others come through such a proxy then, or there would be no link.
    """
    here = "origin" in asked.headers and is_on_this_machine(asked, peer, http_version)
    if not listens_beyond or not here:
        raise ForbiddenError(
            "not_this_machine",
            "The link is shown only at localhost, on a computer whose ComfyUI other computers can reach directly.",
            "Open the file that ComfyUI's console names (run/link.txt in Isengard's data folder).",
        )


def is_on_this_machine(asked: Asked, peer: str, http_version: tuple[int, int]) -> bool:
    """Whether a browser on this very computer asks, as far as it can be told: connection, address and, where one is named, origin are
    loopback, and nobody says that they pass it on. A tunnel can look the same."""
    host = asked.headers.get("host", "")
    origin = asked.headers.get("origin", f"http://{host}")
    here = is_loopback(peer) and host_is_ours(host, ()) and _address_of(origin) == host.lower()
    return here and http_version >= (1, 1) and not FORWARDED & asked.headers.keys()


def host_is_ours(host: str, allowed_hosts: Collection[str]) -> bool:
    """Loopback addresses and names, and what the owner allows (with or without its port)."""
    name = _name_of(host)
    if not name:
        return False
    if name in _LOCAL_NAMES or name in allowed_hosts or host.lower() in allowed_hosts:
        return True
    return is_loopback(name)


def _check_sender(asked: Asked, host: str, site: str) -> None:
    """Sec-Fetch-Site decides where a browser sends it, then Origin; programs send neither and need our header."""
    if asked.headers.get("x-isengard") != "1":
        raise ForbiddenError(
            "header_missing", "The header X-Isengard is missing.", "Send `X-Isengard: 1` with every change."
        )
    if site:
        if site not in ("same-origin", "none"):
            raise ForbiddenError(
                "cross_site", "Another web page asked for this.", "Do it from ComfyUI itself."
            )
        return
    origin = asked.headers.get("origin")
    if origin is not None and _address_of(origin) != host.lower():
        raise ForbiddenError("cross_site", "Another web page asked for this.", "Do it from ComfyUI itself.")


def _check_type(asked: Asked) -> None:
    kind = asked.headers.get("content-type", "").split(";")[0].strip().lower()
    needed = "multipart/form-data" if asked.is_upload else "application/json"
    if kind in FORM_TYPES or (kind != needed and (kind or asked.has_body or asked.is_upload)):
        raise UnsupportedMediaError(
            "content_type",
            said("This needs the content type {needed}.", needed=needed),
            said("Send Content-Type: {needed}.", needed=needed),
        )


def is_packed(headers: Mapping[str, str]) -> bool:
    """Whether the body is compressed: a small one may unpack to gigabytes, and nobody has a reason to send one."""
    return headers.get("content-encoding", "identity").strip().lower() not in ("", "identity")


def _address_of(origin: str) -> str:
    """Name and port of an Origin header, in lower case; '' for a malformed one."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


def _name_of(host: str) -> str:
    """The name in a Host header, in lower case and without its port; '' for a malformed one."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""
