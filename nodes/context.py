"""Where nodes find ComfyUI and the running server, behind the ports. Nothing is opened here: two libraries in one process would
each take the other's file for a damaged one."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..core.clock import Clock
    from ..core.paths import DataPaths
    from ..core.records.character import Character
    from ..core.settings import Settings
    from .ports import Characters, ComfyUI, Generations, Photos, Server, Versions


@dataclass(frozen=True)
class NodeContext:
    """`host` is the ComfyUI that runs the node."""

    host: ComfyUI
    server: Server

    @property
    def paths(self) -> DataPaths:
        return self.server.paths

    @property
    def settings(self) -> Settings:
        return self.server.settings

    @property
    def clock(self) -> Clock:
        return self.server.clock

    @property
    def characters(self) -> Characters:
        return self.server.characters

    @property
    def photos(self) -> Photos:
        return self.server.photos

    @property
    def versions(self) -> Versions:
        return self.server.versions

    @property
    def generations(self) -> Generations:
        return self.server.generations.store


@dataclass
class _Holder:
    host: ComfyUI | None = None
    server: Callable[[], Server] | None = None


_holder = _Holder()


def provide(host: ComfyUI | None, server: Callable[[], Server] | None = None) -> None:
    """Called once when the pack is loaded, with the ComfyUI adapter and with what gives the server's services."""
    _holder.host, _holder.server = host, server


def running_in() -> ComfyUI | None:
    """The ComfyUI that loads this pack; None outside one."""
    return _holder.host


def server_is_running() -> bool:
    """False while packs are being imported, and outside ComfyUI."""
    return _holder.host is not None and _holder.host.is_running


def current() -> NodeContext:
    """IsengardError while the server is starting, or could not start. RuntimeError outside ComfyUI."""
    if _holder.host is None or _holder.server is None:
        raise RuntimeError("Isengard's nodes work inside ComfyUI only.")
    return NodeContext(_holder.host, _holder.server())


def everybody() -> list[Character]:
    """Everybody who can be chosen. While the server starts their files say it: the first page asks at once."""
    from ..core.characters.character_sidecars import kept_characters
    from ..core.errors import NotReadyError
    from ..core.paths import resolve_paths

    try:
        return list(current().characters.all())
    except NotReadyError:
        if _holder.host is None:
            return []
        return kept_characters(resolve_paths(os.environ, _holder.host.user_directory))
