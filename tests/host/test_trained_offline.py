"""Nobody is asked for anything once the pack has fetched what a trainer reads: from a hub of the tests, with models cut in depth, then with
that hub silent, the hub's library switched off, and no other way out."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hosts import fixtures, releases
from hosts.depth_cut import build, offline
from hosts.depth_cut.__main__ import trainer_environment
from hosts.environments import AI_TOOLKIT, say
from isengard.core.families.families import Families
from isengard.core.families.hub_parts import OR

pytestmark = [pytest.mark.full, pytest.mark.slow, pytest.mark.real]
#: A real AI-Toolkit of the developer's and the Python that runs it: no registry has it. The fork trains what the fork knows.
FOLDER, PYTHON = os.environ.get("ISENGARD_TEST_TRAINER"), os.environ.get("ISENGARD_TEST_TRAINER_PYTHON")
BY_THE_FORK = ["flux1_dev"]
#: One of several files that an index names.
SHARD = re.compile(r"-\d{5}-of-\d{5}(?=\.safetensors$)")
BY_THE_REAL = ["z_image", "flux2_klein_4b", "sdxl", "sd15"]


def ways() -> list[str]:
    """Families that are trained here, and drawn by the ComfyUI under test."""
    if not (FOLDER and PYTHON):
        return BY_THE_FORK
    return [way for way in BY_THE_REAL if "klein" not in way or releases.has("flux2_klein")]


def by(way: str, folder: Path) -> tuple[dict[str, str], Path]:
    """The trainer's environment, and a cache with what it reads for this family."""
    if FOLDER and PYTHON:
        return trainer_environment(Path(FOLDER), Path(PYTHON)), build.hub(way, Path(PYTHON))
    trainer = fixtures.real_environment(folder / "ai-toolkit")
    return trainer, build.hub(way, AI_TOOLKIT.ensure())


@pytest.mark.parametrize("way", ways())
def test_it_is_trained_without_a_network_from_what_was_fetched(way, tmp_path):
    trainer, source = by(way, tmp_path)
    photos = fixtures.portraits(tmp_path / "photos", 4)
    held = offline.run(way, tmp_path, source, trainer, photos, {})
    say(held.row())
    parts = Families().get(way).by_route("").trainer_hubs
    assert held.asked == [] and held.found.trained == "2 steps"
    named = {f"models--{part.hub.replace('/', '--')}/{name}" for part in parts for name in names_of(part)}
    assert {SHARD.sub("", name) for name in held.fetched} <= named and held.fetched
    assert all(part.label in held.told for part in parts), held.told
    assert held.found.holds, held.found.row()


def names_of(part) -> list[str]:
    return [name for names in (*part.files, *part.optional) for name in names.split(OR)]
