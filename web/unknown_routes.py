"""Requests below our prefix that no route takes: which methods there would be, and the refusal."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from aiohttp import web

from ..core.errors import MethodError, NotFoundError
from ..core.said import said
from .route_table import ROUTES


def methods_of(rest: str) -> list[str]:
    """The methods of the routes with this path (below our prefix, without its first slash).

    A path that is written out in the table is that one, not also the name of a person or a job: /characters/import.
    """
    if literal := literal_methods(f"/{rest}"):
        return literal
    return sorted({route.method for route in ROUTES if re.fullmatch(_pattern(route.path), f"/{rest}")})


def literal_methods(path: str) -> list[str]:
    """The methods of a path that stands in the table word for word."""
    return _literals().get(path, [])


@functools.cache
def _literals() -> dict[str, list[str]]:
    """Asked at every request with a name in its path, so made once."""
    methods: dict[str, list[str]] = {}
    for route in sorted(ROUTES, key=lambda route: route.method):
        if "{" not in route.path:
            methods.setdefault(route.path, []).append(route.method)
    return methods


async def refuse(method: str, allowed: Sequence[str]) -> web.Response:
    """Raises MethodError `method_not_allowed` where the path is ours, else NotFoundError `route_unknown`."""
    if allowed:
        raise MethodError(
            "method_not_allowed",
            said("{method} isn't allowed here.", method=method),
            said("Use {methods}.", methods=" or ".join(allowed)),
        )
    raise NotFoundError(
        "route_unknown", "Isengard has nothing at this address.", "See GET /isengard/openapi.json."
    )


def _pattern(path: str) -> str:
    return re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))
