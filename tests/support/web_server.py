"""The pack's web layer on a plain aiohttp server, without ComfyUI: for tests of routes, guard, session and events."""

from __future__ import annotations

import asyncio
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

from aiohttp import web
from hosts.comfyui import free_port

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class PlainHost:
    """Stands for ComfyUI where it only has to be there; `models` are the names its loaders show."""

    user_directory: Path
    server_url: str
    listen_is_loopback: bool = True
    version: str = "0.3.75"
    frontend: str = "1.32.9"
    models: dict[str, dict[str, Path]] = field(default_factory=dict)
    registered: list[Path] = field(default_factory=list)
    device_name: str = "cpu"
    locale: str = ""
    can_restart: bool = False
    queue_length: int = 0
    restarts: int = 0
    freed: int = 0
    another: dict[str, object] = field(default_factory=dict)
    ran: list[tuple[object, object]] = field(default_factory=list)

    def capabilities(self) -> list[dict[str, str | bool]]:
        return [
            {"name": "jobs", "since": "0.6.0", "present": True},
            {"name": "cancel_job", "since": "0.26.0", "present": False},
        ]

    def model_names(self, folder: str) -> list[str]:
        return list(self.models.get(folder, {}))

    def model_path(self, folder: str, name: str) -> Path | None:
        return self.models.get(folder, {}).get(name)

    def model_folders(self, folder: str) -> list[Path]:
        return [self.user_directory.parent / "models" / folder]

    def own_folders(self) -> dict[str, Path]:
        base = self.user_directory.parent
        return {name: base / name for name in ("input", "output", "temp", "user")}

    def register_loras(self, folder: Path) -> None:
        self.registered.append(folder)

    def prompts(self) -> list[tuple[str, object, object]]:
        return [("", graph, outputs) for graph, outputs in self.ran]

    def restart(self) -> None:
        """Counted only."""
        self.restarts += 1

    def free(self) -> None:
        """Counted only."""
        self.freed += 1


class WebServer:
    """Serves until `close`; `door.services` once it is up."""

    def __init__(
        self,
        base: Path,
        *,
        loopback: bool = True,
        environment: dict[str, str] | None = None,
        port: int | None = None,
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.host = PlainHost(base / "user", self.url, loopback)
        self._ready = threading.Event()
        self._closed = False
        self._loop = asyncio.new_event_loop()
        self._before = {name: os.environ.get(name) for name in environment or {}}
        os.environ.update(environment or {})
        threading.Thread(target=self._serve, daemon=True).start()
        assert self._ready.wait(20)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._start())
        self._ready.set()
        self._loop.run_forever()

    async def _start(self) -> None:
        from isengard.web.app import attach

        routes, app = web.RouteTableDef(), web.Application()
        self.door = attach(SimpleNamespace(routes=routes, app=app), self.host, ROOT)
        app.add_routes(routes)
        app.router.add_static("/pack", ROOT)  # for browsers: the panel's files and its stage
        self._runner = web.AppRunner(app, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def _end(self) -> None:
        """ComfyUI never ends its tasks; a test does, so that nothing of one is left in the next."""
        await asyncio.wait_for(self._runner.cleanup(), 8)
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    @property
    def services(self):
        return self.door._services

    def close(self) -> None:
        """Once; a test that restarts the server may be earlier than its fixture."""
        if self._closed:
            return
        self._closed = True
        if self.services is not None:
            self.services.loops.stop()
            self.services.supervisor.stop()
            self.services.events.stop()
            self.services.turn.end()
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        if self.services is not None:  # in ComfyUI they end with it; here a run would gather a hundred
            self.services.photos.decoder.close()
            self.services.improver.faces.close()
        for name, value in self._before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
