"""Families, presets, backends, workers, preflight."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aiohttp import web

from ...core import correlation
from ...core.errors import InvalidError
from ...core.executor import in_thread
from ...core.families.families import Family
from ...core.families.routes import Route
from ...core.records.spoken import told
from ...core.records.training import TrainingRequest
from ...core.settings import current_token
from ...training.backends.backend_states import state_of
from ...training.downloads.hub_site import HUB
from ...training.downloads.model_files import FileState, base_names, described
from ...training.job_folder.dataset import held_out_count, select
from ...training.machine.machine_facts import Machine
from ...training.planning import presets as presets_module
from ...training.planning.decision import Plan
from ...training.planning.estimates import estimate
from ...training.planning.memory_choice import pace_words, saving_words
from ...training.planning.memory_ladder import able_on, first_that_fits, ladder
from ...training.planning.preparation import NOTHING, Preparation
from ...training.planning.recommendation import short_name
from ...training.service import SetUpAction
from ...training.tasks.installable import InstallableBackend
from ..container import Services
from ..http import responses
from ..http.errors import read_json
from ..services.model_files import checkpoints, missing_for, unreadable_models

#: Pictures in each round of samples, as presets make them.
SAMPLES = 2


async def families(services: Services, request: web.Request) -> web.Response:
    return responses.as_list(await in_thread(_families, services))


def _families(services: Services) -> list[dict[str, Any]]:
    """Every file of ComfyUI's is looked at once for each family and once for all, however many there are."""
    token = bool(current_token(services.settings, services.paths))
    offered = services.families.offered()
    unreadable = {
        folder: unreadable_models(services.base_models, folder)
        for folder in {family.comfy_folder for family in offered}
    }
    fits = services.offers.fits(offered)
    shown = []
    for family in offered:
        states = services.base_models.files(family, "training")
        choices = checkpoints(services.base_models, family)
        record = _family(family, states, unreadable[family.comfy_folder], choices, token=token)
        size = services.offers.download_bytes(family, states)
        shown.append({**record, **fits[family.key], "download_bytes": size})
    return shown


def _family(
    family: Family,
    states: list[FileState],
    unreadable: list[dict[str, str]],
    choices: list[dict[str, Any]],
    *,
    token: bool,
) -> dict[str, Any]:
    shown = family.model_dump(
        mode="json",
        include={"key", "label", "status", "licence", "gated", "min_comfyui", "recipe", "sampling"},
    )
    return {
        **shown,
        "resolutions": family.defaults.resolution,
        "default_preset": "balanced",
        "base_models": base_names(states),
        "checkpoints": choices,
        "files": described(states),
        "unreadable": unreadable,
        "trains_from": family.trains_from,
        "placeholder": bool(family.probes),
        "page": f"{HUB}/{family.training_base.hub}",
        "needs_token": family.gated and not token,
        "routes": [_route(family, route) for route in family.routes if not route.retired],
    }


def _route(family: Family, route: Route) -> dict[str, Any]:
    """A way to train it; how large the download is and what the licence page is differ."""
    trained = family.by_route(route.key)
    shown = route.model_dump(include={"key", "label", "about", "expert"})
    return {**shown, "gated": trained.gated, "page": f"{HUB}/{trained.training_base.hub}"}


async def presets(services: Services, request: web.Request) -> web.Response:
    """?family=&route=&backend=&method=&character_id= (or photos=): the numbers each preset would give."""
    family = services.families.get_offered(request.query.get("family", "sd15"))
    family = family.by_route(request.query.get("route", ""))
    name = request.query.get("backend", "")
    name = name or await in_thread(services.training.usual_backend, family.key)
    backend = await in_thread(_capabilities, services, name)
    family = backend.as_held(family)
    method = request.query.get("method", "lora")
    presets_module.require_method(backend, method)
    photos = await in_thread(_trained, services, request)
    around = await in_thread(services.training.surroundings, name)
    items = []
    for preset in presets_module.offered(backend).values():
        usual = presets_module.resolve(family, preset, photos, method=method)
        able = able_on(around.machine, backend.savings)
        numbers = first_that_fits(ladder(family, usual, able), around.machine).numbers
        about = estimate(family, numbers, SAMPLES, around.paces)
        items.append(
            {
                "name": preset.name,
                "label": preset.label,
                "description": preset.description,
                "steps": numbers.steps,
                "rank": numbers.rank,
                "alpha": numbers.alpha,
                "lokr_factor": numbers.lokr_factor,
                "learning_rate": numbers.learning_rate,
                "resolution": numbers.resolution,
                "save_every": numbers.save_every,
                "estimate_s": None if services.settings.fast_test else about.seconds,
                "vram_bytes": about.vram_bytes,
                "disk_bytes": about.disk_bytes,
                "learned": about.learned,
            }
        )
    return responses.as_list(items)


def _trained(services: Services, request: web.Request) -> int:
    """How many photos would be trained on: those that are held back to compare with are not."""
    if "character_id" in request.query:
        return len(select(services.photos.list(request.query["character_id"])).trained)
    photos = int(request.query.get("photos", "20"))
    return photos - held_out_count(photos)


def _capabilities(services: Services, name: str) -> Any:
    return services.registry.get("training_backends", name).capabilities()


async def backends(services: Services, request: web.Request) -> web.Response:
    def described() -> list[dict[str, Any]]:
        trainers = services.registry.all("training_backends").values()
        usual = services.training.usual_backend()
        return [
            {
                **backend.capabilities().model_dump(mode="json"),
                "default": backend.name == usual,
                "state": state_of(backend).model_dump(mode="json"),
                "setup": _offer(backend),
            }
            for backend in trainers
        ]

    return responses.as_list(await in_thread(described))


def _offer(backend: Any) -> dict[str, Any] | None:
    """What setting it up would take; null for a backend that needs none."""
    return backend.setup_offer().model_dump(mode="json") if isinstance(backend, InstallableBackend) else None


async def setup(services: Services, request: web.Request) -> web.Response:
    """{"confirm": true} installs, {"action": "check"} tries out what is there. The answer is a job."""
    body = await read_json(request)
    action = body.get("action", "install")
    if set(body) - {"confirm", "action"} or action not in ("install", "check"):
        raise InvalidError("bad_request", "action is install or check.", "Correct the body.")
    if action == "install":
        _require_confirmation(body, "This downloads programs and runs them.")
    return await _set_up(services, request, action)


async def uninstall(services: Services, request: web.Request) -> web.Response:
    """{"confirm": true} removes what Isengard installed. The answer is a job."""
    _require_confirmation(await read_json(request), "This removes the trainer that Isengard installed.")
    return await _set_up(services, request, "uninstall")


def _require_confirmation(body: dict[str, Any], what: str) -> None:
    if body.get("confirm") is not True:
        raise InvalidError("confirmation_needed", what, 'Send {"confirm": true} once the person has agreed.')


async def _set_up(services: Services, request: web.Request, action: SetUpAction) -> web.Response:
    name = request.match_info["name"]
    return responses.record(
        await in_thread(services.training.set_up, name, action, correlation.current()), 202
    )


async def workers(services: Services, request: web.Request) -> web.Response:
    return responses.records(await in_thread(services.ledger.workers))


async def lending(services: Services, request: web.Request) -> web.Response:
    return web.json_response({"lending": await in_thread(services.lender.state)})


async def give_back(services: Services, request: web.Request) -> web.Response:
    await in_thread(services.lender.give_back)
    return web.Response(status=204)


async def machine(services: Services, request: web.Request) -> web.Response:
    """Asked for where somebody starts: without a GPU they are shown fast-test first."""

    def look() -> dict[str, Any]:
        here = Machine.here(services.paths.root)
        gpus = [*here.gpus, *(gpu for worker in services.ledger.workers() for gpu in worker.gpus)]
        named = {gpu.uuid: gpu.model_dump(mode="json") for gpu in gpus}
        allowed = bool(named) or services.settings.allow_cpu or bool(services.training.without_gpu())
        return told(
            {
                "gpus": list(named.values()),
                "can_train": allowed or services.settings.fast_test,
                "disk_free_bytes": here.disk_free_bytes,
                "memory_bytes": here.memory_bytes,
                "words": services.offers.words(services.families.offered()),
            }
        )

    return web.json_response(await in_thread(look))


async def preflight(services: Services, request: web.Request) -> web.Response:
    training = TrainingRequest.model_validate(await read_json(request))
    plan, preparation = await in_thread(_looked_ahead, services, training)
    stopping = await services.stopper.offer(plan)
    return web.json_response(
        {
            "stopping": told({**asdict(stopping), "words": stopping.words}),
            "findings": [finding.model_dump(mode="json") for finding in plan.findings],
            "plan": _plan(plan),
            "memory": _memory(plan),
            "backend": plan.training.backend,
            "ok": not plan.blocked,
            "preparation": None if preparation is None else _preparation(preparation),
        }
    )


def _looked_ahead(services: Services, training: TrainingRequest) -> tuple[Plan, Preparation | None]:
    """The training as things are, and what would have to come before it."""
    plan = services.training.preflight(training)
    missing = missing_for(services.host, services.base_models, services.families, training)
    return plan, services.training.preparation(plan, missing)


def _preparation(preparation: Preparation) -> dict[str, Any]:
    """Told as one sum; `findings` are what is left to say once all of it is here."""
    plan = preparation.plan
    gpus = plan.facts.machines.here.gpus
    return {
        "steps": [asdict(step) for step in preparation.steps],
        "download_bytes": preparation.download_bytes,
        "seconds": preparation.seconds,
        "measured": preparation.measured,
        "train_s": plan.estimate.seconds,
        "gpu": short_name(gpus[0]) if gpus else "",
        "in_line": preparation.coming != NOTHING,
        "findings": [finding.model_dump(mode="json") for finding in preparation.findings],
        "ok": not plan.blocked,
    }


def _plan(plan: Plan) -> dict[str, Any]:
    training, placeholder = plan.training, plan.facts.trainer.capabilities.placeholder
    return {
        "steps": training.steps,
        "rank": training.rank,
        "alpha": training.alpha,
        "method": training.method,
        "lokr_factor": training.lokr_factor,
        "learning_rate": training.learning_rate,
        "resolution": training.resolution,
        "save_every": training.save_every,
        "photos": training.image_count,
        "held_out": len(training.held_out),
        "base_model": training.generate_base,
        "estimate_s": None if placeholder else plan.estimate.seconds,
        "vram_bytes": plan.estimate.vram_bytes,
        "ram_bytes": plan.estimate.ram_bytes,
        "disk_bytes": plan.estimate.disk_bytes,
        "learned": plan.estimate.learned,
    }


def _memory(plan: Plan) -> list[dict[str, Any]]:
    choice, placeholder = plan.memory, plan.facts.trainer.capabilities.placeholder
    taken = choice.taken()
    return [
        told(
            {
                "words": saving_words(offer.rung),
                "pace": offer.rung.pace,
                "pace_words": pace_words(offer.rung),
                "vram_bytes": offer.rung.need.vram_bytes,
                "estimate_s": None if placeholder else offer.estimate.seconds,
                "learned": offer.estimate.learned,
                "fits": offer.fits,
                "automatic": offer.rung == choice.automatic,
                "chosen": offer.rung == taken,
                "overrides": offer.rung.overrides(),
            }
        )
        for offer in choice.offers
    ]
