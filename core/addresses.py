"""What an address says of where it leads."""

from __future__ import annotations

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether `host`, a name or an address without brackets and port, is this very machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def reachable(addresses: list[str]) -> str:
    """The host part of a URL to a server that listens there: loopback for a wildcard address, brackets for IPv6."""
    for address in addresses or ["127.0.0.1"]:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return address
        if parsed.is_unspecified:
            return "127.0.0.1" if parsed.version == 4 else "[::1]"
        return str(parsed) if parsed.version == 4 else f"[{parsed}]"
    return "127.0.0.1"
