"""Every family by every route, preset and card against AI-Toolkit's own defaults for that architecture: each difference has a reason.

A record that is new here needs its defaults in `tests/support/trainer_defaults.py`, and a reason for whatever it does otherwise.
"""

from __future__ import annotations

import pytest
from isengard.training.planning.memory_ladder import first_that_fits
from isengard.training.planning.presets import PRESETS, resolve
from pages.memory import CARDS, machine_of, rungs_of
from support.trainer_configs import PHOTOS, family_of, ways
from support.trainer_defaults import OF_ONE, ON_A_RUNG, REASONS
from support.trainer_differences import differences

FAMILIES = {name: family_of(name) for name in ways()}


@pytest.mark.parametrize("key", FAMILIES)
def test_each_difference_from_the_trainers_own_defaults_has_a_reason(key, tmp_path):
    reasons = {**REASONS, **OF_ONE.get(key, {})}
    for preset in PRESETS:
        for card in CARDS:
            found, saves = differences(key, preset, card, tmp_path)
            unknown = {
                path: what
                for path, what in found.items()
                if path not in reasons and not (saves and path in ON_A_RUNG)
            }
            assert not unknown, f"{preset} on {card} GB differs without a reason: {unknown}"


def test_no_reason_is_left_over(tmp_path):
    """One that nothing needs any more would hide the next difference."""
    used: dict[str, set[str]] = {}
    for key in FAMILIES:
        for preset in PRESETS:
            used.setdefault(key, set()).update(differences(key, preset, 48, tmp_path)[0])
    assert set(REASONS) <= set().union(*used.values())
    for key, own in OF_ONE.items():
        assert set(own) <= used[key], key
    assert not set(REASONS) & {path for own in OF_ONE.values() for path in own}


@pytest.mark.parametrize("key", FAMILIES)
def test_who_has_enough_memory_is_trained_by_the_presets_own_numbers(key, tmp_path):
    """On 48 GB nothing is given up: the snapshots of test_protection are what is trained."""
    for preset in PRESETS:
        rung = first_that_fits(rungs_of(FAMILIES[key], preset), machine_of(48))
        assert rung.numbers == resolve(FAMILIES[key], preset, PHOTOS) and not rung.saves
