"""What nodes need of ComfyUI's inside and of Isengard's server, and nothing else of either."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from ..core.clock import Clock
    from ..core.faces.face import Face
    from ..core.generations.save_tickets import SaveTickets
    from ..core.paths import DataPaths
    from ..core.records.character import Character
    from ..core.records.checkpoint import Version
    from ..core.records.generation import Generation
    from ..core.records.job import Job
    from ..core.records.photo import Photo
    from ..core.records.training import TrainingRequest
    from ..core.settings import Settings


class LoraFit(Protocol):
    """A LoRA's places in one model: `taken` of its `modules` have one, `misshaped` of these the wrong size; of `unread` nothing can
    be said, as the model's loader keeps its weights in a form of its own."""

    @property
    def taken(self) -> int: ...

    @property
    def modules(self) -> int: ...

    @property
    def misshaped(self) -> int: ...

    @property
    def unread(self) -> int: ...


class ProgressBar(Protocol):
    def update_absolute(self, value: int, total: int | None = None) -> object: ...


class ComfyUI(Protocol):
    """The ComfyUI that runs our nodes. Its models, text encoders, conditionings and tensors are `Any`: they are its own."""

    @property
    def is_running(self) -> bool: ...

    @property
    def listen_is_loopback(self) -> bool: ...

    @property
    def writes_graphs(self) -> bool: ...

    @property
    def user_directory(self) -> Path: ...

    def has(self, capability: str) -> bool:
        """Whether this ComfyUI has what a row of comfy_capabilities.py names."""

    def own_folders(self) -> Mapping[str, Path]: ...

    def unload_models(self) -> None: ...

    def progress_bar(self, total: int, node_id: str | None = None) -> ProgressBar: ...

    def say(self, words: str, node_id: str) -> None: ...

    def raise_if_interrupted(self) -> None: ...

    def read_lora(self, path: Path) -> Mapping[str, Any]: ...

    def lora_name(self, path: Path) -> str | None: ...

    def base_of(self, model: Any) -> Any: ...

    def weights_of(self, model: Any) -> Mapping[str, tuple[int, ...]]: ...

    def fit_lora(self, model: Any, clip: Any, tensors: Mapping[str, Any]) -> LoraFit: ...

    def apply_lora(self, model: Any, clip: Any, fit: Any, strength: float) -> tuple[Any, Any]: ...

    def takes_hooks(self, model: Any, clip: Any, fit: Any) -> bool: ...

    def encode_region(
        self, clip: Any, fit: Any, text: str, *, left: float, right: float, strength: float
    ) -> Any: ...

    def with_references(self, conditioning: Any, vae: Any, photos: list[Any], share: float) -> Any: ...


class Characters(Protocol):
    def all(self) -> Iterable[Character]: ...

    def get(self, character_id: str) -> Character:
        """NotFoundError `character_not_found`."""


class Photos(Protocol):
    def list(self, character_id: str) -> Sequence[Photo]: ...


class Versions(Protocol):
    """Trained LoRAs of a person, by their short name."""

    def candidates(self, slug: str, checkpoint: str) -> Sequence[Version]: ...

    def best(self, slug: str) -> Version | None: ...

    def path(self, version: Version) -> Path: ...


class Generations(Protocol):
    """Pictures as they are kept; a ticket says for which of them the panel has asked a node to save."""

    @property
    def tickets(self) -> SaveTickets: ...

    def adopt(self, generation: Generation, people: Sequence[str]) -> Generation: ...

    def get(self, generation_id: str) -> Generation:
        """NotFoundError `generation_not_found`."""

    def image_path(self, generation_id: str, number: int) -> Path:
        """NotFoundError `image_not_found`."""


class GenerationService(Protocol):
    @property
    def store(self) -> Generations: ...


class FaceReader(Protocol):
    def faces(self, picture: Path) -> Sequence[Face]: ...


class Likeness(Protocol):
    @property
    def faces(self) -> FaceReader: ...


class Training(Protocol):
    """Trainings are asked for here; what becomes of them stands in `Jobs`."""

    def same_training(self, request: TrainingRequest) -> Job | None: ...

    def submit(self, request: TrainingRequest, correlation_id: str) -> Job: ...


class Jobs(Protocol):
    """The part of the ledger that somebody who waits for a job needs."""

    def get(self, job_id: str) -> Job: ...

    def order(self, job_id: str, order: Literal["cancel"]) -> Job: ...


class Speech(Protocol):
    def say(self, sentence: str) -> str:
        """The sentence in the language of who reads ComfyUI."""


class Server(Protocol):
    """The running server's own stores and services."""

    @property
    def speech(self) -> Speech: ...

    @property
    def paths(self) -> DataPaths: ...

    @property
    def settings(self) -> Settings: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def characters(self) -> Characters: ...

    @property
    def photos(self) -> Photos: ...

    @property
    def versions(self) -> Versions: ...

    @property
    def generations(self) -> GenerationService: ...

    @property
    def likeness(self) -> Likeness: ...

    @property
    def training(self) -> Training: ...

    @property
    def ledger(self) -> Jobs: ...
