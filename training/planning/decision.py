"""The second step of a training: what is trained, where and about how long, and what is to be said of it.

Pure functions over facts: no disk, no clock, no program is asked here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...core.characters.trigger_words import spelled
from ...core.records.training import Finding, Overrides
from ..downloads.hub_cache import Lacking
from ..interface import ResolvedTraining
from ..job_folder.dataset import Selection, select
from ..machine.machine_facts import Machine
from .advice import (
    checkpoint_findings,
    person_findings,
    photo_findings,
    place_findings,
    prompt_findings,
)
from .estimates import Estimate, estimate, learned_paces
from .facts import Facts
from .machine_advice import Situation, guesses, machine_findings
from .memory_choice import MemoryChoice, memory_choice
from .memory_ladder import DECIDED, Rung, able_on, first_that_fits, ladder
from .memory_needs import file_mb
from .placement import Place, place
from .presets import Numbers, chosen, require_possible, require_savings, resolve, sample_prompts


@dataclass(frozen=True)
class Plan:
    """A training with everything decided but its job's id; `memory` is what it could be trained with instead."""

    facts: Facts
    training: ResolvedTraining
    selection: Selection
    estimate: Estimate
    findings: list[Finding]
    memory: MemoryChoice

    @property
    def blocked(self) -> bool:
        return any(finding.severity == "error" for finding in self.findings)


@dataclass(frozen=True)
class _Draft:
    """What the facts make of the request, before anything is said of it."""

    training: ResolvedTraining
    selection: Selection
    where: Place
    machine: Machine
    rung: Rung
    paces: dict[str, float]
    estimate: Estimate


def decide(facts: Facts) -> Plan:
    """The training as it would be frozen, and everything worth saying about it. InvalidError for numbers that cannot work."""
    draft = _drafted(facts)
    memory = _memory(facts, draft)
    findings = [*_request_findings(facts), *_place_findings(facts, draft, memory)]
    return Plan(facts, draft.training, draft.selection, draft.estimate, findings, memory)


def resolved(facts: Facts) -> ResolvedTraining:
    """The training that `decide` will come to; known before the trainer has been asked about it. InvalidError likewise."""
    return _drafted(facts).training


def _drafted(facts: Facts) -> _Draft:
    request, capabilities = facts.request, facts.trainer.capabilities
    selection = select(facts.person.photos)
    where = place(facts.trainer, facts.machines)
    here = facts.machines.here
    machine = here if where.here else Machine.of(where.worker, here)
    rung = first_that_fits(_rungs(facts, selection, request.overrides, machine), machine)
    require_savings(request.overrides, facts.family, capabilities)
    require_possible(rung.numbers, request.overrides, len(selection.trained), capabilities)
    training = _training(facts, selection, rung.numbers)
    paces = learned_paces(facts.completed, where.device, capabilities.name)
    expected = estimate(facts.family, rung.numbers, len(training.sample_prompts), paces)
    guess_s = expected.guess_s if capabilities.figures else 0.0
    save_mb = file_mb(facts.family, rung.numbers)
    training = replace(training, vram_bytes=expected.vram_bytes, guess_s=guess_s, save_mb=save_mb)
    return _Draft(training, selection, where, machine, rung, paces, expected)


def _rungs(facts: Facts, selection: Selection, overrides: Overrides, machine: Machine) -> list[Rung]:
    """What the person has decided stays; where it is all that a rung decides, they have taken one."""
    capabilities, preset = facts.trainer.capabilities, facts.request.preset
    photos = len(selection.trained)
    method = facts.request.method
    numbers = resolve(facts.family, chosen(capabilities, preset), photos, overrides, method=method)
    fixed = set(overrides.model_dump(exclude_none=True))
    able = () if fixed >= set(DECIDED) else able_on(machine, capabilities.savings)
    return ladder(facts.family, numbers, able, fixed)


def _memory(facts: Facts, draft: _Draft) -> MemoryChoice:
    """As if nothing about memory had been decided, so that every rung can be taken."""
    undecided = facts.request.overrides.model_copy(update=dict.fromkeys(DECIDED))
    return memory_choice(
        facts.family,
        _rungs(facts, draft.selection, undecided, draft.machine),
        draft.machine,
        draft.rung.numbers,
        prompts=len(draft.training.sample_prompts),
        paces=draft.paces,
    )


def _training(facts: Facts, selection: Selection, numbers: Numbers) -> ResolvedTraining:
    request, character, base = facts.request, facts.person.character, facts.base.model
    seed = request.overrides.seed
    return ResolvedTraining(
        job_id="",
        character_id=character.id,
        slug=character.slug,
        trigger_word=character.trigger_word,
        class_word=character.class_word,
        backend=facts.trainer.capabilities.name,
        family=request.family,
        preset=request.preset,
        base_path=base.path,
        base_sha256=base.sha256,
        generate_base=base.comfy_name,
        drawn_path=base.drawn_path,
        v_pred=base.base is not None and base.base.file.traits.prediction == "v",
        steps=numbers.steps,
        rank=numbers.rank,
        alpha=numbers.alpha,
        learning_rate=numbers.learning_rate,
        resolution=numbers.resolution,
        batch_size=numbers.batch_size,
        save_every=numbers.save_every,
        sample_prompts=_prompts(facts),
        seed=facts.seed if seed is None else seed,
        quantize=numbers.quantize,
        low_vram=numbers.low_vram,
        route=facts.family.route,
        trainer=facts.family.trainer.model_dump(mode="json"),
        cache_text=numbers.cache_text,
        offload=numbers.offload,
        bits=numbers.bits,
        image_count=len(selection.trained),
        held_out=[photo.id for photo in selection.held_out],
        stop_early=request.stop_early,
        method=numbers.method,
        lokr_factor=numbers.lokr_factor,
    )


def _prompts(facts: Facts) -> list[str]:
    character, prompts = facts.person.character, facts.request.overrides.sample_prompts
    if prompts is None:
        return sample_prompts(character.trigger_word, character.class_word)
    return [spelled(prompt, character.trigger_word) for prompt in prompts]


def _request_findings(facts: Facts) -> list[Finding]:
    """Of the person, their photos and the prompts, wherever it is trained."""
    character = facts.person.character
    return [
        *person_findings(facts.person, practice=facts.trainer.capabilities.placeholder),
        *photo_findings(facts.person.photos, character.trigger_word, character.class_word),
        *prompt_findings(facts.request.overrides.sample_prompts or []),
    ]


def _place_findings(facts: Facts, draft: _Draft, memory: MemoryChoice) -> list[Finding]:
    """Of the trainer, the base and the machine that will train; a placeholder loads no base and needs no machine."""
    where, trainer, base = draft.where, facts.trainer, facts.base
    findings = [finding for finding in trainer.findings if where.here or not finding.this_machine]
    findings += place_findings(where, backend=trainer.capabilities.name, file_here=base.only_here)
    if not trainer.capabilities.placeholder:
        findings += checkpoint_findings(base.model, facts.family)
        findings += machine_findings(_situation(facts, draft, memory))
        findings += guesses(trainer.capabilities, facts.family.key, learned=draft.estimate.learned)
    return findings


def _situation(facts: Facts, draft: _Draft, memory: MemoryChoice) -> Situation:
    """The machine that will train: this one, measured now; another one as its worker described it."""
    where, base = draft.where, facts.base
    return Situation(
        machine=draft.machine,
        family=facts.family,
        estimate=draft.estimate,
        lacking=base.lacking if where.here else [Lacking(part, part.size) for part in base.parts],
        by_itself=base.by_itself,
        has_token=facts.has_token if where.here else where.has_token,
        comfyui_version=facts.comfyui_version,
        on_cpu=facts.trainer.capabilities.needs == "cpu",
        use=facts.gpu_use if where.here else None,
        away=where.away,
        slug=facts.person.character.slug,
        may_fetch=facts.may_fetch,
        cache_free_bytes=base.cache_free_bytes,
        coming_bytes=facts.coming_bytes,
        memory=memory,
    )
