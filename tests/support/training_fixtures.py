"""A character with drawn photos and everything a submit needs, on real stores and a real ledger."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from isengard.core.characters.character_store import CharacterStore
from isengard.core.characters.photo_store import PhotoStore
from isengard.core.clock import SystemClock
from isengard.core.families.families import Families
from isengard.core.photo_decoding.decoder import PhotoDecoder
from isengard.core.records.character import CharacterDraft
from isengard.core.settings import Settings
from isengard.core.storage.library import Library
from isengard.training.captioning.submission import CaptionSubmission
from isengard.training.ledgers import open_ledger
from isengard.training.planning.facts import BaseModel
from isengard.training.planning.follow_ups import FollowUps
from isengard.training.planning.freezing import Freezer
from isengard.training.planning.gathering import FactGatherer
from isengard.training.planning.same_request import EarlierTrainings
from isengard.training.planning.set_up_and_train import SetUpAndTrain
from isengard.training.service import TrainingService
from isengard.training.tasks.task_submission import TaskSubmission
from isengard.training.worker.doorbell import Doorbell
from isengard.training.worker.main import make_registry
from isengard.training.worker.supervisor import Supervisor
from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parents[2]
JUMPING_BOOT = ROOT / "tests" / "fakes" / "jumping_worker.py"


class NoBases:
    """A ComfyUI without a single checkpoint."""

    def resolve(self, name, family):
        return BaseModel("", "")


def draw_photo(file: Path, seed: int) -> Path:
    image = Image.new("RGB", (640, 640), (60 + seed * 20 % 150, 90, 140))
    draw = ImageDraw.Draw(image)
    for x in range(0, 640, 20):
        draw.ellipse(
            (x, (x * (seed + 2)) % 600, x + 70, (x * (seed + 2)) % 600 + 50),
            fill=(x % 255, seed * 30 % 255, 80),
        )
    image.save(file, "JPEG")
    return file


def training_of(house: SimpleNamespace, *, base_models: object = None, **asked: object) -> TrainingService:
    """Over the house's stores; `asked` is what the gatherer asks instead of the house."""
    paths, ledger, characters, photos = house.paths, house.ledger, house.characters, house.photos
    tasks = TaskSubmission(paths, ledger, house.clock, characters)
    gatherer = FactGatherer(
        paths,
        ledger,
        characters,
        photos,
        house.registry,
        Families(),
        base_models or NoBases(),
        default_backend="fast_test",
    )
    gatherer, freezer = replace(gatherer, **asked), Freezer(paths, ledger, characters, photos, house.clock)
    return TrainingService(
        gatherer,
        freezer,
        EarlierTrainings(paths, ledger, characters, photos),
        FollowUps(paths, ledger, characters, house.registry, house.clock, Families()),
        tasks,
        CaptionSubmission(tasks, photos, house.registry, "fast_test"),
        SetUpAndTrain(gatherer, freezer, tasks, ledger),
        house.registry,
        ledger,
        house.doorbell,
        Supervisor(paths, house.settings, ledger, house.doorbell),
    )


@pytest.fixture
def redis_url():
    """Where jobs are kept: SQLite here; a test that wants Redis overrides it."""
    return ""


@pytest.fixture
def house(paths, redis_url):
    """The server's side: stores, ledger, doorbell, trainings."""
    clock, settings = SystemClock(), Settings(mode="fast-test", redis_url=redis_url)
    library, decoder = Library(paths), PhotoDecoder()
    ledger = open_ledger(settings, paths, clock, lease_s=6)
    house = SimpleNamespace(
        paths=paths,
        settings=settings,
        ledger=ledger,
        doorbell=Doorbell(settings, paths),
        characters=CharacterStore(library, paths, clock),
        photos=PhotoStore(library, paths, clock, decoder),
        registry=make_registry(settings, paths),
        clock=clock,
    )
    house.training = training_of(house)
    yield house
    house.doorbell.close()
    ledger.close()
    library.close()
    decoder.close()


@pytest.fixture
def ann(house):
    """A character with three photos."""
    ann = house.characters.create(CharacterDraft(name="Ann", trigger_word="annqvx", consent=True))
    for seed in range(3):
        house.photos.add(ann.id, draw_photo(house.paths.tmp / f"{seed}.jpg", seed), f"{seed}.jpg")
    return ann


@pytest.fixture
def start_worker(paths, redis_url):
    """Starts real worker processes; whatever still runs at the end is killed."""
    started = []

    def start(*arguments: str, boot: Path = ROOT / "boot.py", **environment: str) -> subprocess.Popen:
        env = {
            **os.environ,
            "DATA_DIR": str(paths.root),
            "ISENGARD_MODE": "fast-test",
            "REDIS_URL": redis_url,
            "ISENGARD_IDLE_S": "1.5",
            "ISENGARD_LOOK_S": "0.5",
            "ISENGARD_BEAT_S": "0.5",
            "ISENGARD_LEASE_S": "6",
            **environment,
        }
        worker = subprocess.Popen([sys.executable, "-I", str(boot), "worker", *arguments], env=env)
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.kill()
        worker.wait()
