"""The native trainer's own estimates of memory, disk and time: counted where they can be, and used in place of AI-Toolkit's."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from isengard.core.families.families import Families
from isengard.core.settings import Settings
from isengard.training.backends.comfyui_native.backend import ComfyNativeBackend
from isengard.training.backends.comfyui_native.records import records
from isengard.training.planning.estimates import estimate
from isengard.training.planning.memory_needs import file_mb, memory_need
from isengard.training.planning.presets import resolve
from support.full_depth import BASES

FAMILIES = Families()
PREFIX = "model.diffusion_model."


@pytest.fixture
def told(paths):
    paths.create()
    return ComfyNativeBackend(Settings(allow_cpu=True), paths, FAMILIES).capabilities()


@pytest.mark.parametrize("key", records())
def test_what_is_learned_is_as_large_as_the_layers_of_the_model_make_it(told, key):
    """Two bytes for each number of a pair at the family's rank, for each norm and each bias."""
    family = told.as_held(FAMILIES.get(key))
    rank, pairs, rest, layers = family.defaults.rank, 0, 0, 0
    for name, shape in BASES[key]().items():
        if name.endswith(".weight") and len(shape) > 1:
            pairs += rank * (shape[0] + math.prod(shape[1:]))
            layers += math.prod(shape)
        else:
            rest += math.prod(shape)
    assert family.needs.lora_mb == pytest.approx(2 * (pairs + rest) / 1e6, rel=0.01)
    assert family.memory.trained_b == pytest.approx(layers / 1e9, rel=0.01)


@pytest.mark.parametrize("key", records())
def test_its_figures_take_the_place_of_the_records(told, key):
    usual = FAMILIES.get(key)
    held = told.as_held(usual)
    numbers = resolve(usual, "balanced", 20)
    assert file_mb(held, numbers) > file_mb(usual, numbers)
    assert estimate(held, numbers, 2).seconds > 1.8 * estimate(usual, numbers, 2).seconds
    # the text encoders are gone before the first step: caching what they read saves nothing more
    assert memory_need(held, numbers) == memory_need(held, replace(numbers, cache_text=True))


def test_a_family_that_it_says_nothing_of_is_the_records(told):
    family = FAMILIES.get("flux1_dev")
    assert told.as_held(family) is family
