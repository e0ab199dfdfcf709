"""How Isengard speaks to a ComfyUI, for whoever asks one: past any proxy, with TLS as ComfyUI has it, with our session.

`ask` blocks and is for threads and workers; generation/image/comfy_client.py asks on the server's loop by the same rules.
"""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import urllib.request
from typing import Any
from urllib.parse import urlsplit

import psutil

from .addresses import is_loopback
from .errors import NotReadyError
from .settings import Settings

ASK_S = 5.0
#: The body of POST /free for all there is to free.
FREE = {"unload_models": True, "free_memory": True}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """ComfyUI sends nobody elsewhere, and our token must not go there."""

    def redirect_request(self, *_: Any) -> None:
        return None


def ask(method: str, address: str, body: Any = None, *, token: str = "", timeout_s: float = ASK_S) -> Any:
    """The JSON of its answer, `{}` for an empty one. NotReadyError `comfyui_unreachable` where there is none."""
    data = None if body is None else json.dumps(body).encode("utf-8")
    kind = {} if data is None else {"Content-Type": "application/json"}
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=_context(address)),
        _NoRedirect(),
    )
    try:
        request = urllib.request.Request(
            address, data=data, method=method, headers={**kind, **session_header(token)}
        )
        with opener.open(request, timeout=timeout_s) as answer:
            return json.loads(answer.read() or b"{}")
    except (OSError, ValueError, http.client.HTTPException) as fault:
        raise unreachable() from fault


def empty_memory(address: str, *, token: str = "") -> None:
    """Ask it to let go of its models and of what its nodes gave out, between two prompts. NotReadyError."""
    ask("POST", f"{address}/free", FREE, token=token)


def checks_certificate(address: str) -> bool:
    """Whether the certificate must name the host: not on this very machine, whose certificate names its public one."""
    return not on_this_machine(urlsplit(address).hostname or "")


def on_this_machine(host: str) -> bool:
    """Whether a name or an address without brackets leads to the machine we run on, without asking a name server."""
    if is_loopback(host) or host.lower() == socket.gethostname().lower():
        return True
    addresses = [entry.address for entries in psutil.net_if_addrs().values() for entry in entries]
    return host.lower() in (address.partition("%")[0].lower() for address in addresses)


def token_towards(address: str, settings: Settings, own_address: str = "") -> str:
    """Our token for our own server, and for every one of the owner's where Isengard guards ComfyUI; else ''."""
    return settings.token if address == own_address or settings.guard_comfyui else ""


def session_header(token: str) -> dict[str, str]:
    """The header that opens the session for programs."""
    return {"Authorization": f"Bearer {token}"} if token else {}


def unreachable() -> NotReadyError:
    return NotReadyError(
        "comfyui_unreachable",
        "ComfyUI isn't responding.",
        "Wait until it has started. If an address of another ComfyUI was set, check it.",
    )


def _context(address: str) -> ssl.SSLContext:
    """SSL_CERT_FILE names an authority of the owner's own, as everywhere in Python."""
    context = ssl.create_default_context()
    if not checks_certificate(address):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
