"""Builds the services once, in the order they need each other. Knows no concrete plugin."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from ..core.characters.character_sidecars import open_library
from ..core.characters.character_store import CharacterStore
from ..core.characters.folder_settling import settle
from ..core.characters.photo_batches import PhotoBatches
from ..core.characters.photo_crops import PhotoCropper
from ..core.characters.photo_store import PhotoStore
from ..core.characters.photo_turns import PhotoTurner
from ..core.characters.record_repair import mend
from ..core.clock import Clock, SystemClock
from ..core.executor import Turns
from ..core.faces.models.choice import TORCH
from ..core.faces.reader import FaceReader
from ..core.families.families import Families
from ..core.generations.albums import AlbumStore
from ..core.generations.photo_days import PhotoDayStore
from ..core.generations.prompt_book import PromptBook
from ..core.ids import new_id
from ..core.jobs.ledger import JobFilter, Ledger
from ..core.logs import daily_handler, setup_logging
from ..core.loops import Loops
from ..core.loras.trashed_loras import TrashedLoras
from ..core.loras.versions import VersionStore
from ..core.model_headers.reader import HeaderReader
from ..core.paths import DataPaths, resolve_paths
from ..core.photo_decoding.decoder import PhotoDecoder
from ..core.plugins import Factory, PluginContext, PluginRegistry, neighbour_packs
from ..core.records.job_states import OWNED
from ..core.settings import Settings, current_face_models, current_language, load_settings
from ..core.storage.library import Library
from ..core.storage.server_turn import ServerTurn
from ..generation.service import GenerationService
from ..training.captioning.submission import CaptionSubmission
from ..training.ledgers import open_ledger
from ..training.loras.base_hash import known_hash
from ..training.planning.follow_ups import FollowUps
from ..training.planning.freezing import Freezer
from ..training.planning.gathering import FactGatherer
from ..training.planning.same_request import EarlierTrainings
from ..training.planning.set_up_and_train import SetUpAndTrain
from ..training.service import TrainingService
from ..training.tasks.task_submission import TaskSubmission
from ..training.worker.doorbell import Doorbell
from ..training.worker.supervisor import Supervisor
from .container import Services
from .host import Host
from .http.access import Access
from .http.event_stream import EventStream
from .http.session import Session, open_session
from .loops import start_loops
from .panel_code.speech import Speech
from .services.base_models import ComfyBaseModels
from .services.companions.keeper import CompanionKeeper
from .services.diagnosis.diagnoser import Diagnoser
from .services.first_hour.model_offers import ModelOffers
from .services.first_hour.practice import Practice
from .services.forgetting import Forgetting
from .services.gpu_lender import GpuLender
from .services.housekeeping import Housekeeping
from .services.imported_loras import drawing_base
from .services.improving.photo_improver import PhotoImprover
from .services.job_view import JobView
from .services.likeness.measurer import LikenessMeasurer
from .services.likeness.person_faces import PersonFaces
from .services.likeness.pictures import PictureMeasurer
from .services.likeness.walls import WallScorer
from .services.mending.face_mender import FaceMender
from .services.mending.small_faces import SmallFaces
from .services.photo_day.photo_days import open_photo_days
from .services.photo_day.runner import DayDrawer
from .services.photo_faces import PhotoFaceChecker
from .services.picture_prover import does_comfyui_answer, open_generations
from .services.prompting.style_pictures import StylePictures
from .services.publishing import Publisher
from .services.server_announcement import announce
from .services.stopping.early_stopper import EarlyStopper
from .services.stopping.save_drawer import SaveDrawer
from .services.storage.disk_space import open_disk_space

#: While as many photos are decoded as help, so many are read and hashed, or kept.
_BESIDE_DECODING = 2
_log = logging.getLogger("isengard.web")


def compose(
    host: Host,
    headers: HeaderReader,
    plugins: Mapping[str, Mapping[str, Factory]],
    pack_root: Path,
    loop: asyncio.AbstractEventLoop,
    *,
    let_in_by: Callable[[Access], None],
) -> Services:
    """Everything, built and started; `let_in_by` is told who may use it first. Raises IsengardError or OSError."""
    clock, paths = SystemClock(), resolve_paths(os.environ, host.user_directory)
    paths.create()
    settings = load_settings(os.environ, paths)
    setup_logging("api", paths.logs, settings.log_level, clock)
    if os.environ.get("API_PORT"):
        _log.warning("API_PORT is ignored: ComfyUI's port is used")
    guards = settings.guard_comfyui
    session = open_session(settings, paths, loopback=host.listen_is_loopback and not guards)
    settings = replace(settings, token=session.token)  # also where it was made just now
    let_in_by(
        Access(
            session,
            settings.allowed_hosts,
            guards_comfyui=guards,
            models=paths.models,
        )
    )
    host.register_loras(paths.models)
    registry = PluginRegistry(PluginContext(paths, settings), plugins, neighbour_packs(pack_root))
    services = _in_turn(paths, partial(_services, host, headers, registry, session))
    start_loops(services, loop)
    announce(host, session, paths)
    _log.info(
        "Isengard is ready", extra={"context": {"mode": settings.mode, "python": sys.version.split()[0]}}
    )
    return services


def _in_turn(paths: DataPaths, build: Callable[[ServerTurn], Services]) -> Services:
    """What is built once this server has its place among those of the data folder; it leaves it to the others where that fails."""
    turn = ServerTurn(paths, new_id("job")[4:])
    turn.begin()
    try:
        return build(turn)
    except BaseException:
        turn.end()
        raise


def _services(
    host: Host, headers: HeaderReader, registry: PluginRegistry, session: Session, turn: ServerTurn
) -> Services:
    paths, settings, clock = registry.context.paths, registry.context.settings, SystemClock()
    library, ledger = _open_library(paths, clock, turn), open_ledger(settings, paths, clock)
    versions = VersionStore(paths, clock, partial(host.model_path, "loras"))
    stores = _stores(library, paths, clock, _base_models(host, headers, registry), versions)
    characters, faces = stores["characters"], _face_reader(registry, ledger)
    training = _training(host, registry, ledger, clock=clock, **stores)
    generations = open_generations(
        library, ledger, registry, clock=clock, characters=characters, versions=versions, turn=turn
    )
    drawer = SaveDrawer(stores["families"], generations, _publisher(paths, ledger, versions, **stores), faces)
    days = PhotoDayStore(paths)
    forgetting = Forgetting(paths, settings, library, characters, ledger, generations, faces, host, days)
    drawing = _during_trainings(paths, clock, ledger, training, drawer)
    drawing |= _faces(host, stores, PersonFaces(paths, stores["photos"], faces), generations, ledger)
    return Services(
        settings=settings,
        host=host,
        speech=Speech(partial(current_language, settings, paths), lambda: host.locale),
        supervisor=training.supervisor,
        registry=registry,
        training=training,
        generations=generations,
        forgetting=forgetting,
        **_kept(versions, forgetting, stores["families"]),
        **_of_pictures(registry, library, generations, versions, stores),
        **_photo_days(host, settings, drawer, days, drawing),
        diagnoser=_diagnoser(registry, ledger, generations, faces, **stores),
        **_photo_work(library, paths, clock, stores, faces),
        **_first_hour(host, training, characters, generations),
        **_behind(library, ledger, paths, clock, turn),
        session=session,
        **stores,
    )


def _base_models(host: Host, headers: HeaderReader, registry: PluginRegistry) -> ComfyBaseModels:
    paths, settings = registry.context.paths, registry.context.settings
    return ComfyBaseModels(host, settings, headers, partial(known_hash, paths=paths))


def _face_reader(registry: PluginRegistry, ledger: Ledger) -> FaceReader:
    """Models that need torch stay out while something is trained, which has the machine."""
    paths, settings = registry.context.paths, registry.context.settings

    def left_out() -> tuple[str, ...]:
        training = ledger.jobs(JobFilter(states=OWNED, kinds=["training"]), limit=1).items
        return (TORCH,) if training else ()

    return FaceReader(paths, chosen=lambda: current_face_models(settings, paths), left_out=left_out)


def _usual_trainer(settings: Settings) -> str:
    return "fast_test" if settings.fast_test else "ai_toolkit"


def _training(
    host: Host,
    registry: PluginRegistry,
    ledger: Ledger,
    *,
    clock: Clock,
    characters: CharacterStore,
    photos: PhotoStore,
    families: Families,
    base_models: ComfyBaseModels,
) -> TrainingService:
    paths, settings = registry.context.paths, registry.context.settings
    tasks, doorbell = TaskSubmission(paths, ledger, clock, characters), Doorbell(settings, paths)
    gatherer = FactGatherer(
        paths,
        ledger,
        characters,
        photos,
        registry,
        families,
        base_models,
        default_backend=_usual_trainer(settings),
        settings=settings,
        comfyui_version=host.version,
    )
    freezer = Freezer(paths, ledger, characters, photos, clock)
    return TrainingService(
        gatherer,
        freezer,
        EarlierTrainings(paths, ledger, characters, photos),
        FollowUps(paths, ledger, characters, registry, clock, families),
        tasks,
        CaptionSubmission(tasks, photos, registry, _usual_trainer(settings)),
        SetUpAndTrain(gatherer, freezer, tasks, ledger),
        registry,
        ledger,
        doorbell,
        Supervisor(paths, settings, ledger, doorbell),
    )


def _stores(
    library: Library, paths: DataPaths, clock: Clock, base_models: ComfyBaseModels, versions: VersionStore
) -> Any:
    """What the services and trainings share."""
    return {
        "characters": CharacterStore(library, paths, clock, versions),
        "photos": PhotoStore(library, paths, clock, PhotoDecoder()),
        "families": Families(),
        "base_models": base_models,
    }


def _diagnoser(
    registry: PluginRegistry,
    ledger: Ledger,
    generations: GenerationService,
    faces: FaceReader,
    *,
    characters: CharacterStore,
    photos: PhotoStore,
    families: Families,
    base_models: ComfyBaseModels,
) -> Diagnoser:
    paths = registry.context.paths
    return Diagnoser(paths, characters, photos, generations.store, ledger, families, registry, faces)


def _of_pictures(
    registry: PluginRegistry,
    library: Library,
    generations: GenerationService,
    versions: VersionStore,
    stores: Any,
) -> Any:
    """What stands around pictures: files beside LoRAs, and prompts of before."""
    paths = registry.context.paths
    return {
        "companions": _companions(registry, generations, versions, stores),
        "prompts": PromptBook(library, paths, generations.clock),
    }


def _companions(
    registry: PluginRegistry, generations: GenerationService, versions: VersionStore, stores: Any
) -> CompanionKeeper:
    paths, settings = registry.context.paths, registry.context.settings
    people, families = stores["characters"], stores["families"]
    return CompanionKeeper(paths, settings, people, versions, generations.store, families)


def _photo_work(library: Library, paths: DataPaths, clock: Clock, stores: Any, faces: FaceReader) -> Any:
    """What proposes crops of photos and what makes them, turns photos, and changes many at once."""
    characters, photos = stores["characters"], stores["photos"]
    cropper, batches = (
        PhotoCropper(library, paths, clock, photos),
        PhotoBatches(library, paths, clock, photos),
    )
    return {
        "improver": PhotoImprover(photos, faces),
        "cropper": cropper,
        "photo_batches": batches,
        "turner": PhotoTurner(characters, cropper, batches),
        "photo_turns": Turns(photos.decoder.at_once + _BESIDE_DECODING),
    }


def _faces(
    host: Host, stores: Any, people: PersonFaces, generations: GenerationService, ledger: Ledger
) -> Any:
    """What looks at faces: of photos as they are added, and of pictures; and what draws those again."""
    photos = PhotoFaceChecker(stores["characters"], stores["photos"], ledger, people.reader)
    measurer = LikenessMeasurer(
        generations,
        ledger,
        people.reader,
        PictureMeasurer(generations, ledger, people),
        WallScorer(generations, ledger, people),
        is_quiet=lambda: not host.queue_length and not photos.is_waiting,
    )
    mender = FaceMender(generations, stores["families"], people)
    mending = {"mender": mender, "small_faces": SmallFaces(mender)}
    return {"likeness": measurer, "photo_faces": photos, **mending}


def _first_hour(
    host: Host, training: TrainingService, characters: CharacterStore, generations: GenerationService
) -> Any:
    """What somebody new meets."""
    context = training.registry.context
    trash = TrashedLoras(context.paths, SystemClock())
    practice = Practice(characters, generations.store, training.ledger, trash)
    return {"offers": ModelOffers(host, training, context.settings), "practice": practice}


def _photo_days(host: Host, settings: Settings, drawer: SaveDrawer, days: PhotoDayStore, parts: Any) -> Any:
    """What plans photo days, draws them and shows them, and the pictures of styles, for which a day waits; `parts` are what pictures
    are drawn and looked at with."""
    answers = partial(does_comfyui_answer, host, settings)
    styles, lender = StylePictures(parts["lender"].paths, drawer.generations), parts["lender"]
    asked = DayDrawer(answers, lambda: styles.is_making)
    opened = open_photo_days(days, drawer, lender, parts["likeness"], asked)
    return {**parts, "photo_days": opened, "style_pictures": styles}


def _kept(versions: VersionStore, forgetting: Forgetting, families: Families) -> Any:
    """Versions and albums, what sees to it that what was taken away goes in the end, and what knows how much there is."""
    clock, paths = SystemClock(), forgetting.paths
    albums = AlbumStore(paths, clock)
    housekeeping = Housekeeping(paths, forgetting.library, clock, forgetting, albums)
    disk = open_disk_space(housekeeping, families)
    return {"albums": albums, "versions": versions, "housekeeping": housekeeping, "disk": disk}


def _behind(library: Library, ledger: Ledger, paths: DataPaths, clock: Clock, turn: ServerTurn) -> Any:
    """What goes on behind the requests, and what this start of the server is told by."""
    events = EventStream(ledger)
    events.begin()
    return {
        "boot_id": turn.server_id,
        "turn": turn,
        "paths": paths,
        "clock": clock,
        "library": library,
        "ledger": ledger,
        "events": events,
        "loops": Loops(),
        "frontend_log": daily_handler("frontend", paths.logs, clock),
    }


def _during_trainings(
    paths: DataPaths, clock: Clock, ledger: Ledger, training: TrainingService, drawer: SaveDrawer
) -> Any:
    """What shows trainings, and what draws pictures while one runs: somebody's, and those of its saves."""
    registry = training.registry
    shared = bool(registry.context.settings.redis_url)
    view = JobView(ledger, registry, drawer.families, training.line, shared)
    lender = GpuLender(paths, clock, ledger, training, drawer.generations.store)
    stopper = EarlyStopper(paths, clock, ledger, drawer.families, lender, drawer)
    return {"publisher": drawer.publisher, "lender": lender, "stopper": stopper, "job_view": view}


def _publisher(paths: DataPaths, ledger: Ledger, versions: VersionStore, **stores: Any) -> Publisher:
    drawing = partial(drawing_base, stores["base_models"], stores["families"])
    return Publisher(paths, ledger, stores["characters"], versions, drawing)


def _open_library(paths: DataPaths, clock: Clock, turn: ServerTurn) -> Library:
    """The library, rebuilt from its sidecars when it was damaged, files where their rows say. What another server is doing looks as
    what a crash has left."""
    library = open_library(paths, clock)
    mend(library, paths, clock)
    if turn.alone:
        settle(library, paths)
    return library
