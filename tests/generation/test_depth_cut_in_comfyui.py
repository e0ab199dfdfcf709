"""Families at their real width, cut to one block of each kind, in a real ComfyUI (tests/hosts/depth_cut).

The widths, names and loaders are the real ones, the numbers random: a LoRA's every key must find its place, the base must
repeat, the LoRA must change the picture.
"""

from __future__ import annotations

import pytest
from hosts import fixtures
from hosts.depth_cut import build, drive
from hosts.environments import AI_TOOLKIT

pytestmark = [pytest.mark.slow, pytest.mark.real]


def demand(found: drive.Found) -> None:
    print(found.row())
    assert found.holds, found.row()


@pytest.mark.parametrize("family", ["flux1_dev", "chroma"])
@pytest.mark.full
def test_it_is_drawn_with_a_lora(family, tmp_path):
    demand(drive.run(family, tmp_path / "host"))


@pytest.mark.parametrize("family", ["flux1_dev", "sdxl"])
@pytest.mark.full
def test_it_is_trained_proven_and_drawn_from_nothing(family, tmp_path):
    """By the registry's fork of AI-Toolkit; by the real one by hand: `dev.py families FAMILY --trainer FOLDER`."""
    trainer = fixtures.real_environment(tmp_path / "ai-toolkit")
    home = build.hub(family, AI_TOOLKIT.ensure())
    trainer |= {"HF_HOME": str(home), "HF_HUB_CACHE": str(home / "hub")}
    photos = fixtures.portraits(tmp_path / "photos", 4)
    found = drive.run(family, tmp_path / "host", trainer=trainer, photos=photos)
    demand(found)
    assert found.trained == "2 steps"
