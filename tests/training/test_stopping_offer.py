"""When a training is offered to end by measurement, and when that is on by itself: by its saves, its preset and the GPU's memory."""

from __future__ import annotations

import pytest
from isengard.core.families.families import Families
from isengard.training.planning.memory_needs import memory_need
from isengard.training.planning.presets import resolve
from isengard.training.planning.stopping_offer import (
    StoppingOffer,
    has_room_beside,
    least_steps,
    looks,
    offered,
)

GIB = 1024**3
FAMILIES = Families()


@pytest.mark.parametrize(
    ("steps", "save_every", "at"),
    [
        (3000, 300, [1200, 1500, 1800, 2100, 2400, 2700]),
        (3000, 600, [1800, 2400]),
        (3000, 700, [2100, 2800]),
        (3000, 1000, []),
        (3000, 3000, []),
        (100, 10, [40, 50, 60, 70, 80, 90]),
        (40, 10, [30]),
    ],
)
def test_it_may_end_from_the_third_save_and_a_third_of_the_steps_on(steps, save_every, at):
    assert looks(steps, save_every) == at
    assert all(step >= least_steps(steps) for step in at)


@pytest.mark.parametrize(
    ("preset", "reloads", "on_gpu", "automatic"),
    [
        ("quality", 0, True, True),
        ("quality", 2, True, True),
        ("quality", 3, True, False),
        ("quality", 6, True, False),
        ("balanced", 0, True, False),
        ("quick", 0, True, False),
        ("quality", 0, False, False),
    ],
)
def test_it_is_on_by_itself_where_it_costs_two_reloads_at_most(preset, reloads, on_gpu, automatic):
    assert offered(preset, reloads=reloads, on_gpu=on_gpu) == StoppingOffer("", reloads, automatic)


@pytest.mark.parametrize("why", ["practice", "no_face_tools", "cannot_draw", "few_saves"])
def test_what_cannot_be_had_is_off_with_its_reason(why):
    offer = offered("quality", reloads=0, on_gpu=True, why_not=why)
    assert not offer.automatic and len(offer.words) > 40


def test_what_it_costs_is_said():
    assert offered("quality", reloads=0, on_gpu=True).words == ""
    assert "once" in offered("quality", reloads=1, on_gpu=True).words
    assert "up to 6 times" in offered("quality", reloads=6, on_gpu=True).words


@pytest.mark.parametrize(
    ("family", "gib", "beside"),
    [
        ("sd15", 8, False),
        ("sd15", 12, True),
        ("sdxl", 16, False),
        ("sdxl", 24, True),
        ("flux1_dev", 24, False),
        ("flux1_dev", 48, False),
        ("flux1_dev", 80, True),
        ("qwen_image", 48, False),
        ("qwen_image", 80, True),
    ],
)
def test_both_programs_fit_where_the_models_of_both_do(family, gib, beside):
    """With the family's own numbers, before any memory is saved."""
    record = FAMILIES.get(family)
    needed = memory_need(record, resolve(record, "quality", 20)).vram_bytes
    assert has_room_beside(record, needed, gib * GIB) is beside, needed / GIB
