"""The session beyond loopback: a token is exchanged once for an HttpOnly cookie, because pictures and events send no headers."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from ...core.errors import ForbiddenError, UnauthorizedError

if TYPE_CHECKING:
    from ...core.paths import DataPaths
    from ...core.settings import Settings

COOKIE = "isengard_session"
TOKEN_BYTES = 24
_PURPOSE = b"isengard session 1"


class Session:
    """`needed` on addresses that others can reach. The cookie is derived from the token, so it survives a restart."""

    def __init__(self, token: str, *, needed: bool) -> None:
        #: Never said, logged or sent to anybody but the owner on this very machine.
        self.token = token
        self.needed = needed

    def exchange(self, token: object) -> str:
        """The cookie's value for the right token. Raises UnauthorizedError `token_wrong`."""
        if not isinstance(token, str) or not _same(token, self.token):
            raise UnauthorizedError(
                "token_wrong", "This link is not valid.", "Copy it from run/link.txt again."
            )
        return self._cookie()

    def opens(self, cookie: str | None, bearer: str | None) -> bool:
        """Whether this is our cookie or token. A browser sends the cookie only to the host it was given by, and no page
        can know the token: the host that is asked is ours too.
        """
        if cookie is not None and _same(cookie, self._cookie()):
            return True
        return bearer is not None and _same(bearer, self.token)

    def require(self, cookie: str | None, bearer: str | None) -> None:
        """Raises UnauthorizedError `session_needed` without a valid cookie or `Authorization: Bearer`."""
        if not self.needed or self.opens(cookie, bearer):
            return
        raise UnauthorizedError(
            "session_needed",
            "Other computers can reach this ComfyUI, so Isengard needs its link once.",
            "Use the link in run/link.txt of Isengard's data folder (ComfyUI's console says where that is).",
        )

    def _cookie(self) -> str:
        return hmac.new(self.token.encode(), _PURPOSE, hashlib.sha256).hexdigest()


def _same(told: str, kept: str) -> bool:
    """In a time that tells nothing; what comes in headers and JSON need not be text that UTF-8 can hold."""
    return hmac.compare_digest(told.encode("utf-8", "surrogatepass"), kept.encode())


def open_session(settings: Settings, paths: DataPaths, *, loopback: bool) -> Session:
    """The session with its token; a generated one is kept in secrets.toml so that links stay valid."""
    from ...core.settings import save_secret

    token = settings.token
    if not loopback and not token:
        token = secrets.token_urlsafe(TOKEN_BYTES)
        save_secret(paths, "token", token)
    if token and len(token) < 16 and not loopback:
        raise ForbiddenError(
            "token_short",
            "The token that was set for Isengard's link is too short.",
            "Use at least 16 characters.",
        )
    return Session(token or secrets.token_urlsafe(TOKEN_BYTES), needed=not loopback)
