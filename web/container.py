"""What handlers work with, built once by the composition root."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from ..core.characters.character_store import CharacterStore
from ..core.characters.photo_batches import PhotoBatches
from ..core.characters.photo_crops import PhotoCropper
from ..core.characters.photo_store import PhotoStore
from ..core.characters.photo_turns import PhotoTurner
from ..core.clock import Clock
from ..core.executor import Turns
from ..core.families.families import Families
from ..core.generations.albums import AlbumStore
from ..core.generations.prompt_book import PromptBook
from ..core.jobs.ledger import Ledger
from ..core.loops import Loops
from ..core.loras.versions import VersionStore
from ..core.paths import DataPaths
from ..core.plugins import PluginRegistry
from ..core.settings import Settings
from ..core.storage.library import Library
from ..core.storage.server_turn import ServerTurn
from ..generation.service import GenerationService
from ..training.service import TrainingService
from ..training.worker.supervisor import Supervisor
from .host import Host
from .http.event_stream import EventStream
from .http.session import Session
from .panel_code.speech import Speech
from .services.base_models import ComfyBaseModels
from .services.companions.keeper import CompanionKeeper
from .services.diagnosis.diagnoser import Diagnoser
from .services.first_hour.model_offers import ModelOffers
from .services.first_hour.practice import Practice
from .services.forgetting import Forgetting
from .services.gpu_lender import GpuLender
from .services.housekeeping import Housekeeping
from .services.improving.photo_improver import PhotoImprover
from .services.job_view import JobView
from .services.likeness.measurer import LikenessMeasurer
from .services.mending.face_mender import FaceMender
from .services.mending.small_faces import SmallFaces
from .services.photo_day.photo_days import PhotoDays
from .services.photo_faces import PhotoFaceChecker
from .services.prompting.style_pictures import StylePictures
from .services.publishing import Publisher
from .services.stopping.early_stopper import EarlyStopper
from .services.storage.disk_space import DiskSpace


@dataclass(frozen=True)
class Services:
    """Everything a handler may use; services get what they need by name. `boot_id` changes at every start of the server."""

    boot_id: str
    turn: ServerTurn
    paths: DataPaths
    settings: Settings
    clock: Clock
    host: Host
    speech: Speech
    library: Library
    characters: CharacterStore
    photos: PhotoStore
    versions: VersionStore
    albums: AlbumStore
    photo_days: PhotoDays
    ledger: Ledger
    supervisor: Supervisor
    registry: PluginRegistry
    families: Families
    base_models: ComfyBaseModels
    training: TrainingService
    offers: ModelOffers
    practice: Practice
    generations: GenerationService
    forgetting: Forgetting
    housekeeping: Housekeeping
    disk: DiskSpace
    lender: GpuLender
    publisher: Publisher
    companions: CompanionKeeper
    job_view: JobView
    likeness: LikenessMeasurer
    mender: FaceMender
    small_faces: SmallFaces
    diagnoser: Diagnoser
    photo_faces: PhotoFaceChecker
    improver: PhotoImprover
    cropper: PhotoCropper
    photo_batches: PhotoBatches
    turner: PhotoTurner
    stopper: EarlyStopper
    prompts: PromptBook
    style_pictures: StylePictures
    events: EventStream
    loops: Loops
    session: Session
    frontend_log: logging.Handler
    photo_turns: Turns
    #: A whole character takes minutes.
    import_turns: Turns = field(default_factory=lambda: Turns(1))
