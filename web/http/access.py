"""Who may use Isengard: known before anything else of it is there, for its own routes and for what is its in ComfyUI's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.errors import IsengardError
from . import guard
from .session import COOKIE, Session

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from aiohttp import web


class Access:
    """`guards_comfyui`: without the session nothing of ComfyUI answers either; `models` holds the people's LoRAs."""

    def __init__(
        self,
        session: Session,
        allowed_hosts: Iterable[str] = (),
        *,
        guards_comfyui: bool = False,
        models: Path | None = None,
    ) -> None:
        self.session = session
        self.models = models
        self.guards_comfyui = guards_comfyui
        self._allowed = frozenset(allowed_hosts)

    def hosts(self, asked: guard.Asked, cookie: str | None) -> set[str]:
        """Host names that are ours: those the owner allows, and the one by which somebody with the session asks."""
        here = (
            {asked.headers.get("host", "").lower()} if self.session.opens(cookie, bearer_of(asked)) else set()
        )
        return {*self._allowed, *here}

    def require(self, request: web.Request) -> None:
        """Raises IsengardError unless the request has the session, comes to a host of ours and from its own page."""
        asked, cookie = guard.asked_by(request.method, request.headers), request.cookies.get(COOKIE)
        self.session.require(cookie, bearer_of(asked))
        guard.check_source(asked, self.hosts(asked, cookie))

    def refusal(self, request: web.Request) -> IsengardError | None:
        """Why the request is not the owner's, or None."""
        try:
            self.require(request)
        except IsengardError as error:
            return error
        return None


def bearer_of(asked: guard.Asked) -> str | None:
    value = asked.headers.get("authorization", "")
    return value[7:] if value.lower().startswith("bearer ") else None
