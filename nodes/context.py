"""What nodes know of the house: paths, settings, characters, versions, ComfyUI. Opened at first use, once a process."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..core.characters import CharacterStore
    from ..core.clock import Clock
    from ..core.generations import GenerationStore
    from ..core.paths import DataPaths
    from ..core.photos import PhotoStore
    from ..core.settings import Settings
    from ..core.versions import VersionStore


@dataclass(frozen=True)
class NodeContext:
    host: Any
    paths: DataPaths
    settings: Settings
    characters: CharacterStore
    versions: VersionStore
    generations: GenerationStore
    photos: PhotoStore
    clock: Clock


@dataclass
class _Holder:
    host: Any = None
    opened: NodeContext | None = None
    #: gives the server's services: what starts trainings
    services: Callable[[], Any] | None = None


_holder = _Holder()
_lock = threading.Lock()


def provide(host: Any, services: Callable[[], Any] | None = None) -> None:
    """Called by the pack's door with the ComfyUI adapter and with what gives the server's services."""
    _holder.host, _holder.opened, _holder.services = host, None, services


def trainings() -> Any:
    """Submission, ledger, doorbell and supervisor of the server. IsengardError while it is not ready."""
    if _holder.services is None:
        raise RuntimeError("Trainings are started inside ComfyUI only.")
    return _holder.services()


def server_is_running() -> bool:
    """False while packs are being imported, and outside ComfyUI."""
    return _holder.host is not None and bool(_holder.host.is_running)


def current() -> NodeContext:
    """The context; opens the library on first use. RuntimeError outside ComfyUI."""
    with _lock:
        if _holder.opened is None:
            if _holder.host is None:
                raise RuntimeError("Isengard's nodes work inside ComfyUI only.")
            _holder.opened = _open(_holder.host)
        return _holder.opened


def _open(host: Any) -> NodeContext:
    from ..core.characters import CharacterStore
    from ..core.clock import SystemClock
    from ..core.generations import GenerationStore
    from ..core.library import Library
    from ..core.paths import resolve_paths
    from ..core.photo_decoding.decoder import PhotoDecoder
    from ..core.photos import PhotoStore
    from ..core.settings import load_settings
    from ..core.versions import VersionStore

    clock, paths = SystemClock(), resolve_paths(os.environ, host.user_directory)
    paths.create()
    library = Library(paths)
    return NodeContext(
        host=host,
        paths=paths,
        settings=load_settings(os.environ, paths),
        characters=CharacterStore(library, paths, clock),
        versions=VersionStore(paths, clock),
        generations=GenerationStore(library, paths, clock),
        photos=PhotoStore(library, paths, clock, PhotoDecoder()),
        clock=clock,
    )
