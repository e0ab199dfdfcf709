"""The first step of a training: every question about it, each asked once. What the answers mean is decided elsewhere."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from ...core.capabilities import require_training_method
from ...core.characters.character_store import CharacterStore
from ...core.characters.photo_store import PhotoStore
from ...core.errors import InvalidError
from ...core.families.families import Families, Family
from ...core.families.hub_parts import is_described, is_hub_id, parts_for
from ...core.jobs.ledger import Ledger
from ...core.paths import DataPaths
from ...core.plugins import PluginRegistry
from ...core.records.training import TrainingRequest
from ...core.records.worker import BackendState
from ...core.said import said
from ...core.settings import Settings, current_token
from ..backends.backend_states import state_of
from ..downloads.hub_cache import cache_folder, hub_offline, lacking, snapshot
from ..gpu.gpu_handover import holders_of
from ..interface import BackendCapabilities, TrainingBackend
from ..machine.machine_facts import Machine, free_apart
from ..machine.os_locks import machine_name
from ..tasks.fetching import FetchingBackend
from ..tasks.installable import InstallableBackend
from .decision import resolved
from .estimates import completed_trainings, learned_paces
from .facts import Base, BaseModel, Facts, Machines, Person, Trainer
from .placement import place
from .preparation import NOTHING, Coming, coming_base
from .presets import require_method
from .usual_trainer import Candidate, usual_trainer


class BaseModels(Protocol):
    def resolve(self, name: str | None, family: Family) -> BaseModel:
        """A key of the record, a name in ComfyUI's folders, or an entry of the owner's file; InvalidError otherwise.
        Without a name the first base of the family that ComfyUI has; empty strings when there is none."""


#: What stands against a base only where the trainer does not load it as ComfyUI does.
_NO_FLAW_OF_COMFYUI = frozenset({"base_model_quantised", "base_model_one_file"})


@dataclass(frozen=True)
class Surroundings:
    """`paces`: as `learned_paces` gives them."""

    machine: Machine
    paces: dict[str, float]


@dataclass(frozen=True)
class FactGatherer:
    """Whom it asks; `default_backend` follows the mode; trainers that say they stand in train where it cannot."""

    paths: DataPaths
    ledger: Ledger
    characters: CharacterStore
    photos: PhotoStore
    registry: PluginRegistry
    families: Families
    base_models: BaseModels
    default_backend: str
    settings: Settings = field(default_factory=Settings)
    comfyui_version: str = ""

    def gather(self, request: TrainingRequest, coming: Coming = NOTHING) -> Facts:
        """The facts as they are, or as they will be when `coming` is here. InvalidError or NotFoundError for what cannot be asked;
        those of `resolved` for numbers that cannot work."""
        require_training_method(request.method)
        family = self.families.get(request.family).by_route(request.route)
        backend = self.backend(request.backend or self.usual_backend(request.family))
        trainer = _trainer(backend) if coming.trainer is None else _set_up(backend)
        _require_supported(family, trainer.capabilities)
        require_method(trainer.capabilities, request.method)
        family = trainer.capabilities.as_held(family)
        facts = Facts(
            request=request,
            seed=secrets.randbelow(2**31),
            family=family,
            person=self._person(request.character_id),
            base=self._base(coming_base(request, family, coming.files), request.base_model, family, backend),
            trainer=trainer,
            machines=self._machines(trainer),
            has_token=bool(current_token(self.settings, self.paths)),
            comfyui_version=self.comfyui_version,
            completed=completed_trainings(self.ledger),
            may_fetch=self.settings.allow_setup and not hub_offline(),
            coming_bytes=coming.disk_bytes(self.paths.root),
        )
        # the trainer comes last: it is asked about the very training that everything else makes
        training = resolved(facts)
        facts = replace(facts, base=self._in_bits(facts.base, family, training.bits))
        found = backend.preflight(training)
        trainer = replace(trainer, findings=[one for one in found if not coming.mends(one)])
        gpus = facts.machines.here.gpus
        return replace(facts, trainer=trainer, gpu_use=holders_of(self.paths, gpus[0]) if gpus else None)

    def surroundings(self, backend: str | None) -> Surroundings:
        """The machine that would train with this trainer now, and how long steps take on its device."""
        trainer = _trainer(self.backend(backend))
        machines = self._machines(trainer)
        where = place(trainer, machines)
        machine = machines.here if where.here else Machine.of(where.worker, machines.here)
        paces = learned_paces(completed_trainings(self.ledger), where.device, trainer.capabilities.name)
        return Surroundings(machine, paces)

    def without_gpu(self) -> dict[str, str]:
        """Find who can train on this machine without a GPU that is looked for: the trainer's label by family. Placeholders train nothing."""
        able: dict[str, str] = {}
        for backend in self.registry.all("training_backends").values():
            trainer = _trainer(backend)
            told = trainer.capabilities
            if told.needs == "cpu" and not told.placeholder and trainer.state.state == "ready":
                able = dict.fromkeys(told.families, told.label) | able
        return able

    def usual_backend(self, family: str = "") -> str:
        """The trainer of a training that names none."""
        if self.backend(self.default_backend).capabilities().placeholder:
            return self.default_backend
        preferred = self._candidate(self.default_backend)
        found = self.registry.all("training_backends").items()
        others = [self._candidate(name) for name, backend in found if backend.capabilities().stands_in]
        gpus = self._machines(_trainer(self.backend(None))).here.gpus
        shared = bool(self.settings.redis_url)
        return usual_trainer(preferred, others, has_gpu=bool(gpus), elsewhere=shared, family=family)

    def _candidate(self, name: str) -> Candidate:
        backend = self.backend(name)
        told, state = backend.capabilities(), state_of(backend)
        comes = (
            state.state == "not_installed"
            and isinstance(backend, InstallableBackend)
            and backend.setup_offer().possible
        )
        return Candidate(name, told.families, told.needs, state, told.placeholder, comes)

    def backend(self, name: str | None) -> TrainingBackend:
        """The default one without a name. NotFoundError, NotReadyError."""
        backend: TrainingBackend = self.registry.get("training_backends", name or self.default_backend)
        return backend

    def _person(self, character_id: str) -> Person:
        character = self.characters.get(character_id)
        namesakes = self.characters.called(character.trigger_word, but=character.id)
        return Person(character, self.photos.list(character.id), namesakes)

    def _base(
        self, coming: BaseModel | None, name: str | None, family: Family, backend: TrainingBackend
    ) -> Base:
        model = coming or self.base_models.resolve(name, family)
        if backend.capabilities().loads_as_comfyui:
            model = as_it_draws(model)
        file, cache = Path(model.path), cache_folder(self.settings.hf_home)
        shared = file.is_relative_to(self.paths.root) or not (file.is_absolute() and file.exists())
        asked = isinstance(backend, FetchingBackend) and is_described(family, model.path)
        parts = parts_for(family, model.path) if asked else []
        unasked = not asked and is_hub_id(model.path) and snapshot(cache, model.path) is None
        return Base(
            model,
            parts,
            lacking(parts, self.settings.hf_home),
            model.path if unasked else "",
            "" if shared else file.name,
            free_apart(cache, self.paths.root),
        )

    def _in_bits(self, base: Base, family: Family, bits: int) -> Base:
        """With what is read besides for weights in fewer than 8 bits, where the hub is asked for anything at all."""
        more = family.parts_in_bits(bits) if base.parts else []
        parts, missing = [*base.parts, *more], lacking(more, self.settings.hf_home)
        return replace(base, parts=parts, lacking=[*base.lacking, *missing])

    def _machines(self, trainer: Trainer) -> Machines:
        """GPUs are looked for where the trainer needs one."""
        here = Machine.here(self.paths.root, with_gpus=trainer.capabilities.needs == "gpu")
        return Machines(machine_name(), here, self.ledger.workers(), bool(self.settings.redis_url))


def as_it_draws(model: BaseModel) -> BaseModel:
    """The base for a trainer that loads models as ComfyUI does: the file that draws, which may be a quantised copy."""
    is_sound = model.flaw is not None and model.flaw.code in _NO_FLAW_OF_COMFYUI
    path = model.path if Path(model.path).is_file() else model.drawn_path
    return replace(model, path=path, flaw=None if is_sound else model.flaw)


def _trainer(backend: TrainingBackend) -> Trainer:
    return Trainer(backend.capabilities(), state_of(backend))


def _set_up(backend: TrainingBackend) -> Trainer:
    """The same once it is set up."""
    return Trainer(backend.capabilities(), BackendState(name=backend.name))


def _require_supported(family: Family, backend: BackendCapabilities) -> None:
    if family.key not in backend.families:
        raise InvalidError(
            "family_not_supported",
            said("{trainer} cannot train {model}.", trainer=backend.label, model=family.label),
            "Choose another model family.",
        )
