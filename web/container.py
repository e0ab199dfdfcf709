"""What handlers work with, built once by the composition root."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ..core.characters.character_store import CharacterStore
from ..core.characters.photo_store import PhotoStore
from ..core.clock import Clock
from ..core.executor import Line
from ..core.families.families import Families
from ..core.jobs.ledger import Ledger
from ..core.loops import Loops
from ..core.loras.versions import VersionStore
from ..core.paths import DataPaths
from ..core.plugins import PluginRegistry
from ..core.settings import Settings
from ..core.storage.library import Library
from ..generation.service import GenerationService
from ..training.service import TrainingService
from ..training.worker.supervisor import Supervisor
from .http.event_stream import EventTail
from .http.session import Session
from .services.base_models import ComfyBaseModels
from .services.likeness_measurer import LikenessMeasurer
from .services.photo_faces import PhotoFaceChecker


class Host(Protocol):
    """What web/ needs of ComfyUI (comfy_host.ComfyHost, or a stand-in in tests)."""

    @property
    def version(self) -> str: ...

    @property
    def user_directory(self) -> Path: ...

    @property
    def listen_is_loopback(self) -> bool: ...

    @property
    def server_url(self) -> str: ...

    @property
    def can_restart(self) -> bool: ...

    @property
    def queue_length(self) -> int: ...

    def restart(self) -> None: ...

    def prompts(self) -> list[tuple[str, object, object]]:
        """Every prompt that ComfyUI knows, queued, running or done: its id, its graph, its outputs."""

    def model_names(self, folder: str) -> list[str]: ...

    def model_path(self, folder: str, name: str) -> Path | None: ...

    def model_folders(self, folder: str) -> list[Path]: ...

    def own_folders(self) -> dict[str, Path]: ...

    def register_loras(self, folder: Path) -> None: ...


@dataclass(frozen=True)
class Services:
    """Everything a handler may use. `boot_id` changes at every start of the server."""

    boot_id: str
    paths: DataPaths
    settings: Settings
    clock: Clock
    host: Host
    library: Library
    characters: CharacterStore
    photos: PhotoStore
    versions: VersionStore
    ledger: Ledger
    supervisor: Supervisor
    registry: PluginRegistry
    families: Families
    base_models: ComfyBaseModels
    training: TrainingService
    generations: GenerationService
    likeness: LikenessMeasurer
    photo_faces: PhotoFaceChecker
    events: EventTail
    loops: Loops
    session: Session
    frontend_log: logging.Handler
    #: Photos go through one decoder; while one is decoded, the next is read and hashed.
    photo_line: Line = field(default_factory=lambda: Line(2))
    #: A whole character takes minutes.
    import_line: Line = field(default_factory=lambda: Line(1))
