"""What nodes know of the house: the server's own stores and services, behind a port, and ComfyUI. Nothing is opened here: two
libraries in one process would each take the other's file for a damaged one."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from ..core.characters.character_store import CharacterStore
    from ..core.characters.photo_store import PhotoStore
    from ..core.clock import Clock
    from ..core.faces.reader import FaceReader
    from ..core.generations.generation_store import GenerationStore
    from ..core.jobs.ledger import Ledger
    from ..core.loras.versions import VersionStore
    from ..core.paths import DataPaths
    from ..core.settings import Settings
    from ..training.planning.submission import Submission
    from ..training.worker.doorbell import Doorbell
    from ..training.worker.supervisor import Supervisor


class Pictures(Protocol):
    """What was made, as it is kept."""

    @property
    def store(self) -> GenerationStore: ...


class Likeness(Protocol):
    """What looks at faces."""

    @property
    def faces(self) -> FaceReader: ...


class House(Protocol):
    """Of the server's services, what nodes use."""

    @property
    def paths(self) -> DataPaths: ...

    @property
    def settings(self) -> Settings: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def characters(self) -> CharacterStore: ...

    @property
    def photos(self) -> PhotoStore: ...

    @property
    def versions(self) -> VersionStore: ...

    @property
    def generations(self) -> Pictures: ...

    @property
    def likeness(self) -> Likeness: ...

    @property
    def submission(self) -> Submission: ...

    @property
    def ledger(self) -> Ledger: ...

    @property
    def doorbell(self) -> Doorbell: ...

    @property
    def supervisor(self) -> Supervisor: ...


@dataclass(frozen=True)
class NodeContext:
    """`host` is ComfyUI."""

    host: Any
    house: House

    @property
    def paths(self) -> DataPaths:
        return self.house.paths

    @property
    def settings(self) -> Settings:
        return self.house.settings

    @property
    def clock(self) -> Clock:
        return self.house.clock

    @property
    def characters(self) -> CharacterStore:
        return self.house.characters

    @property
    def photos(self) -> PhotoStore:
        return self.house.photos

    @property
    def versions(self) -> VersionStore:
        return self.house.versions

    @property
    def generations(self) -> GenerationStore:
        return self.house.generations.store


@dataclass
class _Holder:
    host: Any = None
    house: Callable[[], House] | None = None


_holder = _Holder()


def provide(host: Any, house: Callable[[], House] | None = None) -> None:
    """Called by the pack's door with the ComfyUI adapter and with what gives the server's services."""
    _holder.host, _holder.house = host, house


def server_is_running() -> bool:
    """False while packs are being imported, and outside ComfyUI."""
    return _holder.host is not None and bool(_holder.host.is_running)


def current() -> NodeContext:
    """IsengardError while the server is starting, or could not start. RuntimeError outside ComfyUI."""
    if _holder.house is None:
        raise RuntimeError("Isengard's nodes work inside ComfyUI only.")
    return NodeContext(_holder.host, _holder.house())


def short_names() -> list[str]:
    """Of everybody, for the drop-down list. While the server starts their files say it: the first page asks at once."""
    from ..core.characters.character_sidecars import kept_slugs
    from ..core.errors import NotReadyError
    from ..core.paths import resolve_paths

    try:
        return sorted(character.slug for character in current().characters.all())
    except NotReadyError:
        return kept_slugs(resolve_paths(os.environ, _holder.host.user_directory))
