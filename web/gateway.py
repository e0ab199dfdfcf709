"""The gateway of every request: guard, session, correlation, then the handler, once the services are there."""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from .host import Alone
from .route_table import PREFIX, ROUTES, Route

if TYPE_CHECKING:
    from aiohttp import web

    from .container import Services
    from .host import Host
    from .http.access import Access
    from .panel_code.panel_code import PanelCode

#: How often a request that came before we know who may looks again.
WAIT_S = 0.05


METHOD_NOT_ALLOWED = 405


class Gateway:
    """Made at import, thin; `open` is called when the services are up, `fail` when they cannot be."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._services: Services | None = None
        self._access: Access | None = None
        self._guard_asked: bool | None = None
        self._failure: Any = None
        self._panel_code: PanelCode | None = None
        self._handlers: dict[str, Callable[..., Awaitable[Any]]] = {}

    def open(self, services: Services) -> None:
        self._services = services

    def let_in_by(self, access: Access) -> None:
        """Said as early as it is known: ComfyUI's own routes are guarded by it before ours can answer."""
        self._access = access

    @property
    def guards_comfyui(self) -> bool:
        """Known at once: ComfyUI's first page does not wait for our start unless it is guarded."""
        if self._access is not None:
            return self._access.guards_comfyui
        if self._guard_asked is None:
            self._guard_asked = _guard_asked(self._host)
        return self._guard_asked

    async def access(self) -> Access:
        """The access rules; waits for them at ComfyUI's start. Where the start has failed before it was known, nobody may from afar."""
        while self._access is None and not self.settled:
            await asyncio.sleep(WAIT_S)
        return self._access or self._nobody()

    async def in_fast_test(self) -> bool:
        """Tell the mode we run in; waits for our start, and is False where that fails."""
        while not self.settled:
            await asyncio.sleep(WAIT_S)
        return self._services is not None and self._services.settings.fast_test

    def _nobody(self) -> Access:
        """Needs no package that may be missing: it stands in front of ComfyUI's own routes."""
        from .http.access import Access
        from .http.session import Session

        session = Session(secrets.token_urlsafe(), needed=not self._asks_nobody)
        return Access(session, guards_comfyui=self.guards_comfyui)

    def prepare(self) -> None:
        """Import what answers, in the thread that starts us: neither the first page nor ComfyUI's loop waits for it."""
        for name in ("unknown_routes", "http.guard", "openapi.parameters"):
            importlib.import_module(f".{name}", __package__)
        for route in ROUTES:
            self._handler(route)
        try:
            self._panel().prepare()
        except (OSError, ValueError) as fault:  # nodes and API work without the panel
            logging.getLogger("isengard.web").error(
                "The panel's code cannot be read", extra={"context": {"reason": str(fault)}}
            )

    def _panel(self) -> PanelCode:
        """Made when it is first needed: ComfyUI's start imports nothing of it."""
        if self._panel_code is None:
            from .panel_code.panel_code import PanelCode

            self._panel_code = PanelCode()
        return self._panel_code

    @property
    def settled(self) -> bool:
        """Whether it was opened or failed: no longer starting."""
        return self._services is not None or self._failure is not None

    def fail(self, failure: Any) -> None:
        self._failure = failure

    def add_routes(self, routes: Any) -> None:
        """Register every route of the table on ComfyUI's table (which mirrors them below /api); the rest is refused."""
        for route in ROUTES:
            routes.route(route.method, PREFIX + route.path)(self._stub(route))
        routes.route("*", PREFIX + "/{rest:.*}")(_elsewhere)

    def _stub(self, route: Route) -> Callable[[Any], Awaitable[Any]]:
        async def stub(request: web.Request) -> web.StreamResponse:
            from ..core import correlation
            from .http.errors import answered

            began = time.monotonic()
            with correlation.correlated(
                correlation.clean(request.headers.get("X-Correlation-ID"))
            ) as correlation_id:
                response = await answered(
                    lambda: self._pass(route, request),
                    f"{route.method} {route.path}",
                    serving=self._services is not None,
                    library=self._services.paths.library_db if self._services is not None else None,
                )
                if response.status == METHOD_NOT_ALLOWED:
                    response.headers["Allow"] = ", ".join(_literal(request))
                _label(response, correlation_id)
                await _leave_packed(request, response)
                if route.method != "GET":
                    _log_request(route, response.status, began)
                return response

        return stub

    async def _pass(self, route: Route, request: web.Request) -> web.StreamResponse:
        if route.of_page:
            code: web.StreamResponse = await self._handler(route)(self._panel(), request)
            return code
        from .http import guard

        asked = guard.asked_by(
            request.method, request.headers, is_upload=route.upload, has_body=request.can_read_body
        )
        if route.always and self._failure is not None and self._asks_nobody:
            guard.check(asked, ())
            unserved: web.StreamResponse = await self._handler(route)(Alone(self._host), request)
            return unserved
        services = self.ready()  # before anything else: without the requirements it cannot be imported
        services.speech.heard(request.headers.get("Accept-Language", ""))
        from .http.access import bearer_of
        from .http.session import COOKIE

        access, cookie = await self.access(), request.cookies.get(COOKIE)
        allowed = access.hosts(asked, cookie)
        if route.path == "/session":
            allowed.add(asked.headers.get("host", "").lower())
        others = _literal(request) if "{" in route.path else []
        (guard.check_source if others else guard.check)(
            asked, allowed
        )  # it is refused below, whatever its body
        if not route.open:
            services.session.require(cookie, bearer_of(asked))
        from . import unknown_routes
        from .openapi import parameters

        if others:
            await unknown_routes.refuse(request.method, others)
        parameters.check(route, request.match_info, request.query)
        response: web.StreamResponse = await self._handler(route)(services, request)
        return response

    @property
    def _asks_nobody(self) -> bool:
        """Whether everybody who reaches this server is its owner: neither other computers nor those behind a tunnel can."""
        return self._host.listen_is_loopback and not self.guards_comfyui

    def ready(self) -> Services:
        """The services that requests are answered with. Raises why there is nothing to answer with."""
        from ..core.errors import NotReadyError

        if self._failure is not None:
            raise self._failure
        if self._services is None:
            raise NotReadyError("starting", "Isengard is starting.", "Try again in a moment.")
        return self._services

    def _handler(self, route: Route) -> Callable[..., Awaitable[Any]]:
        if route.handler not in self._handlers:
            module, _, function = route.handler.rpartition(".")
            routes = importlib.import_module(f".routes.{module}", __package__)
            self._handlers[route.handler] = getattr(routes, function)
        return self._handlers[route.handler]


def _guard_asked(host: Host) -> bool:
    from ..core.errors import IsengardError
    from ..core.guard_switch import guard_asked_for
    from ..core.paths import resolve_paths

    try:
        settings_file = resolve_paths(os.environ, host.user_directory).settings_file
    except IsengardError:  # which the start tells
        settings_file = None
    return guard_asked_for(os.environ, settings_file)


def _literal(request: web.Request) -> list[str]:
    """The methods of this very path where it stands in the table word for word."""
    from .unknown_routes import literal_methods

    return literal_methods(request.path.partition(PREFIX)[2])


async def _leave_packed(request: web.Request, response: web.StreamResponse) -> None:
    """A compressed body was refused: answer and hang up, so that nothing unpacks the rest of it."""
    from .http.guard import is_packed

    if response.prepared or not is_packed(request.headers):
        return
    response.force_close()
    await response.prepare(request)
    await response.write_eof()
    request.protocol.force_close()


async def _elsewhere(request: web.Request) -> web.StreamResponse:
    """What is not in the table: an error like any other, not aiohttp's own text."""
    from ..core import correlation
    from .http.errors import answered
    from .unknown_routes import methods_of, refuse

    with correlation.correlated(correlation.clean(request.headers.get("X-Correlation-ID"))) as correlation_id:
        allowed = methods_of(request.match_info["rest"])
        response = await answered(lambda: refuse(request.method, allowed), "none")
        if allowed:
            response.headers["Allow"] = ", ".join(allowed)
        _label(response, correlation_id)
        return response


def _label(response: web.StreamResponse, correlation_id: str) -> None:
    if not response.prepared:
        response.headers["X-Correlation-ID"] = correlation_id
        response.headers.setdefault("Cache-Control", "no-store")


def _log_request(route: Route, status: int, began: float) -> None:
    milliseconds = round((time.monotonic() - began) * 1000)
    logging.getLogger("isengard.web").info(
        "Request answered",
        extra={"context": {"route": f"{route.method} {route.path}", "status": status, "ms": milliseconds}},
    )
