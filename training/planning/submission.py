"""From a request to a queued job: checked, resolved, frozen on disk, then in the ledger. The caller rings the doorbell."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from ...core import atomic
from ...core.capabilities import require_training_method
from ...core.characters.character_store import CharacterStore
from ...core.characters.photo_store import PhotoStore
from ...core.characters.trigger_words import spelled
from ...core.clock import Clock, iso
from ...core.errors import InvalidError, NotFoundError
from ...core.families.families import Families, Family
from ...core.ids import new_id
from ...core.jobs.ledger import Ledger
from ...core.paths import DataPaths
from ...core.plugins import PluginRegistry
from ...core.records.character import Character
from ...core.records.job import Job, Needs
from ...core.records.training import Finding, TrainingRequest
from ...core.settings import Settings, current_token
from ...core.storage.crash_cleanup import JOB_FILE
from ..backends.backend_states import state_of
from ..downloads.hub_cache import hub_has
from ..gpu.gpu_handover import measure
from ..interface import TRAINING_FILE, ResolvedTraining, TrainingBackend
from ..job_folder.dataset import Selection, freeze, select
from ..job_folder.job_folder import new_job_folder
from ..machine.machine_facts import Machine
from ..machine.nvidia_smi import gpus
from ..machine.os_locks import machine_name
from .compatibility import require_possible
from .estimates import Estimate, device_name, estimate, learned_paces
from .photo_advice import photo_findings
from .placement import Here, Place, place
from .placement import findings as place_findings
from .preflight import Situation
from .preflight import findings as machine_findings
from .presets import Numbers, chosen, resolve, sample_prompts


@dataclass(frozen=True)
class BaseModel:
    """`path`: what the trainer loads (file, folder or hub id); `comfy_name`: what ComfyUI's loader calls the base; `flaw`:
    what keeps a trainer from it."""

    path: str
    comfy_name: str
    sha256: str | None = None
    flaw: Finding | None = None


class BaseModels(Protocol):
    def resolve(self, name: str | None, family: Family) -> BaseModel:
        """A key of the record, a name in ComfyUI's folders, or an entry of the owner's file; InvalidError otherwise.
        Without a name the first base of the family that ComfyUI has; empty strings when there is none."""


@dataclass(frozen=True)
class Draft:
    """A request with everything decided but the job's id."""

    training: ResolvedTraining
    selection: Selection
    character: Character
    backend: TrainingBackend
    findings: list[Finding]
    estimate: Estimate

    @property
    def blocked(self) -> bool:
        return any(finding.severity == "error" for finding in self.findings)


@dataclass(frozen=True)
class Submission:
    """Everything a submit needs; `default_backend` follows the mode."""

    paths: DataPaths
    ledger: Ledger
    characters: CharacterStore
    photos: PhotoStore
    registry: PluginRegistry
    families: Families
    base_models: BaseModels
    clock: Clock
    default_backend: str
    settings: Settings = field(default_factory=Settings)
    comfyui_version: str = ""

    def preflight(self, request: TrainingRequest) -> Draft:
        """What would be trained and everything worth saying about it. InvalidError for what cannot be asked."""
        require_training_method(request.method)
        family = self.families.get(request.family)
        backend: TrainingBackend = self.registry.get(
            "training_backends", request.backend or self.default_backend
        )
        capabilities = backend.capabilities()
        if family.key not in capabilities.families:
            raise InvalidError(
                "family_not_supported",
                f"{capabilities.label} cannot train {family.label}.",
                "Choose another model family.",
            )
        character = self.characters.get(request.character_id)
        photos = self.photos.list(character.id)
        selection = select(photos)
        base = self.base_models.resolve(request.base_model, family)
        preset = chosen(capabilities, request.preset)
        numbers = resolve(family, preset, len(selection.trained), request.overrides)
        require_possible(numbers, request.overrides, len(selection.trained), capabilities)
        training = _training(request, character, selection, numbers, backend)
        training = replace(
            training, base_path=base.path, base_sha256=base.sha256, generate_base=base.comfy_name
        )
        where, device = self._place(backend)
        paces = learned_paces(self.ledger, device)
        expected = estimate(family, numbers, len(training.sample_prompts), paces)
        training = replace(training, vram_bytes=expected.vram_bytes, guess_s=expected.guess_s)
        findings = [
            *_person_findings(character, self.characters, practice=capabilities.placeholder),
            *photo_findings(photos, character.trigger_word, character.class_word),
            *_prompt_findings(request),
            *self._place_findings(training, backend, where, family=family, expected=expected, base=base),
        ]
        return Draft(training, selection, character, backend, findings, expected)

    def _place_findings(
        self,
        training: ResolvedTraining,
        backend: TrainingBackend,
        where: Place,
        *,
        family: Family,
        expected: Estimate,
        base: BaseModel,
    ) -> list[Finding]:
        """Of the trainer and the machine, wherever that is."""
        capabilities = backend.capabilities()
        found = [found for found in backend.preflight(training) if where.here or not found.this_machine]
        found += place_findings(where, backend=backend.name, file_here=self._only_here(base))
        if not capabilities.placeholder:
            found += [base.flaw] if base.flaw is not None else []
            needs = capabilities.needs
            found += self._machine_findings(
                where, family, expected=expected, base=base, needs=needs, slug=training.slug
            )
        return found

    def paces(self, backend_name: str | None) -> dict[str, float]:
        """What is known of the device that would train with this trainer now."""
        backend: TrainingBackend = self.registry.get(
            "training_backends", backend_name or self.default_backend
        )
        return learned_paces(self.ledger, self._place(backend)[1])

    def _place(self, backend: TrainingBackend) -> tuple[Place, str]:
        """Who trains with this trainer, of those that live now, and what trains there, as its jobs tell it: '' where nobody
        knows yet who will."""
        capabilities = backend.capabilities()
        on_cpu = capabilities.needs == "cpu"
        found = [] if on_cpu else gpus()
        here = Here(
            host=machine_name(),
            needs_met=on_cpu or bool(found),
            backend=state_of(backend),
            shared=bool(self.settings.redis_url),
        )
        job = Job(id="", needs=capabilities.needs, backend=backend.name, created_at="", updated_at="")
        where = place(job, self.ledger.workers(), here, labels={backend.name: capabilities.label})
        if where.waits is not None:
            return where, ""
        if where.worker is not None and not on_cpu:
            found = where.worker.gpus
        return where, device_name(found, where.away or machine_name())

    def _only_here(self, base: BaseModel) -> str:
        """The model file's name where nothing says that another machine has it too."""
        file = Path(base.path)
        shared = file.is_relative_to(self.paths.root) or not (file.is_absolute() and file.exists())
        return "" if shared else file.name

    def _machine_findings(
        self, where: Place, family: Family, *, expected: Estimate, base: BaseModel, needs: Needs, slug: str
    ) -> list[Finding]:
        """For the machine that will train: this one, measured now; another one as its worker described it."""
        root, here = self.paths.root, where.here
        machine = Machine.here(root) if here else Machine.of(where.worker, root)
        measured = here and bool(machine.gpus)
        situation = Situation(
            machine=machine,
            family=family,
            estimate=expected,
            base_is_here=here and (Path(base.path).exists() or hub_has(base.path, self.settings.hf_home)),
            has_token=bool(current_token(self.settings, self.paths)) if here else where.has_token,
            comfyui_version=self.comfyui_version,
            on_cpu=needs == "cpu",
            use=measure(self.paths, machine.gpus[0].uuid, expected.vram_bytes) if measured else None,
            away=where.away,
            slug=slug,
        )
        return machine_findings(situation)

    def submit(self, request: TrainingRequest, correlation_id: str) -> Job:
        """A queued job whose folder is complete. InvalidError `preflight_failed` when a finding blocks it."""
        draft = self.preflight(request)
        if draft.blocked:
            first = next(finding for finding in draft.findings if finding.severity == "error")
            raise InvalidError(first.code, first.message, "Press Check to see everything that is missing.")
        job = self._job(draft, request, correlation_id)
        with new_job_folder(self.paths, job.id) as job_dir:
            freeze(job_dir, draft.character, draft.selection, self.photos)
            training = replace(draft.training, job_id=job.id)
            atomic.write_json(job_dir / TRAINING_FILE, training.to_json())
            atomic.write_json(job_dir / JOB_FILE, job.model_dump(mode="json"))
            return self._submitted(self.ledger.submit(job), draft.character.id)

    def _submitted(self, job: Job, character_id: str) -> Job:
        """Unless the person went while their photos were copied: who forgets looks for jobs once their row has gone."""
        try:
            self.characters.get(character_id)
        except NotFoundError:
            self.ledger.order(job.id, "cancel")
            self.ledger.forget(job.id)
            raise
        return job

    def _job(self, draft: Draft, request: TrainingRequest, correlation_id: str) -> Job:
        capabilities = draft.backend.capabilities()
        now = iso(self.clock.now())
        return Job(
            id=new_id("job"),
            kind="training",
            needs=capabilities.needs,
            request=request.model_dump(mode="json"),
            resolution=draft.training.resolution,
            quantize=draft.training.quantize,
            low_vram=draft.training.low_vram,
            character_id=draft.character.id,
            backend=capabilities.name,
            family=draft.training.family,
            placeholder=capabilities.placeholder,
            correlation_id=correlation_id,
            created_at=now,
            updated_at=now,
        )


def _training(
    request: TrainingRequest,
    character: Character,
    selection: Selection,
    numbers: Numbers,
    backend: TrainingBackend,
) -> ResolvedTraining:
    prompts = request.overrides.sample_prompts
    seed = request.overrides.seed
    return ResolvedTraining(
        job_id="",
        character_id=character.id,
        slug=character.slug,
        trigger_word=character.trigger_word,
        class_word=character.class_word,
        backend=backend.name,
        family=request.family,
        preset=request.preset,
        base_path="",
        base_sha256=None,
        generate_base="",
        steps=numbers.steps,
        rank=numbers.rank,
        alpha=numbers.alpha,
        learning_rate=numbers.learning_rate,
        resolution=numbers.resolution,
        batch_size=numbers.batch_size,
        save_every=numbers.save_every,
        sample_prompts=sample_prompts(character.trigger_word, character.class_word)
        if prompts is None
        else [spelled(prompt, character.trigger_word) for prompt in prompts],
        seed=secrets.randbelow(2**31) if seed is None else seed,
        quantize=numbers.quantize,
        low_vram=numbers.low_vram,
        image_count=len(selection.trained),
        held_out=[photo.id for photo in selection.held_out],
    )


def _person_findings(character: Character, characters: CharacterStore, *, practice: bool) -> list[Finding]:
    """Permission is asked for what can really be recognised: in practice mode nothing of the photos is learned."""
    found = []
    if not (character.consent or practice):
        message = (
            f"Nobody has confirmed yet that you may use {character.name}'s photos. Confirm it to train them."
        )
        found.append(
            Finding(severity="error", code="consent_missing", message=message, fix="confirm_consent")
        )
    others = characters.called(character.trigger_word, but=character.id)
    if others:
        message = (
            f"{others[0]} has the trigger word {character.trigger_word} too: in one picture it would call both. "
            "Give one of them another word before you train."
        )
        found.append(
            Finding(severity="warning", code="trigger_shared", message=message, fix="change_trigger")
        )
    return found


def _prompt_findings(request: TrainingRequest) -> list[Finding]:
    if any("${" in prompt for prompt in request.overrides.sample_prompts or []):
        message = "A sample prompt holds '${', which the trainer would replace."
        return [Finding(severity="error", code="prompt_placeholder", message=message, fix="edit_prompts")]
    return []
