"""A house whose trainer is the stand-in that speaks AI-Toolkit's protocol (tests/fakes/aitk_standin)."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from isengard.core.records.training import Overrides, TrainingRequest
from isengard.core.settings import Settings
from isengard.training.planning.facts import BaseModel
from isengard.training.worker.main import make_registry
from support.training_fixtures import training_of

STANDIN = Path(__file__).resolve().parents[1] / "fakes" / "aitk_standin"


@pytest.fixture
def standin(house, tmp_path):
    """The stand-in's folder, where `fault` may be written; the server's side and every worker use it."""
    folder = tmp_path / "aitk"
    folder.mkdir()
    for file in STANDIN.glob("*.py"):
        (folder / file.name).symlink_to(file)
    base = tmp_path / "base.safetensors"
    base.write_bytes((2).to_bytes(8, "little") + b"{}")
    where = {"AI_TOOLKIT_DIR": str(folder), "AI_TOOLKIT_PYTHON": sys.executable, "ISENGARD_ALLOW_CPU": "1"}
    os.environ.update(where)
    settings = Settings(ai_toolkit_dir=str(folder), ai_toolkit_python=sys.executable, allow_cpu=True)
    bases = type("Bases", (), {"resolve": lambda self, name, family: BaseModel(str(base), "")})()
    house.registry = make_registry(settings, house.paths)
    house.training = training_of(house, base_models=bases)
    yield folder
    for name in where:
        del os.environ[name]


def submit(house, character, *, steps: int, save_every: int = 20):
    """A training with the stand-in, queued."""
    overrides = Overrides(steps=steps, save_every=save_every, sample_prompts=[])
    request = TrainingRequest(
        character_id=character.id, family="sd15", backend="ai_toolkit", base_model="mine", overrides=overrides
    )
    return house.training.submit(request, "corr-standin")
