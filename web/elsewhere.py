"""Requests below our prefix that no route takes: which methods there would be, and the refusal."""

from __future__ import annotations

import re
from collections.abc import Sequence

from aiohttp import web

from ..core.errors import MethodError, NotFoundError
from .route_table import ROUTES


def methods_of(rest: str) -> list[str]:
    """The methods of the routes with this path (below our prefix, without its first slash)."""
    return sorted({route.method for route in ROUTES if re.fullmatch(_pattern(route.path), f"/{rest}")})


async def refuse(method: str, allowed: Sequence[str]) -> web.Response:
    """Raises MethodError `method_not_allowed` where the path is ours, else NotFoundError `route_unknown`."""
    if allowed:
        raise MethodError(
            "method_not_allowed", f"{method} is not taken here.", f"Use {' or '.join(allowed)}."
        )
    raise NotFoundError(
        "route_unknown", "Isengard has nothing at this address.", "See GET /isengard/openapi.json."
    )


def _pattern(path: str) -> str:
    return re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))
