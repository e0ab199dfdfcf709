"""Every family by every route, preset and card against AI-Toolkit's own defaults for that architecture: each difference has a reason.

A record that is new here needs its defaults in `tests/support/trainer_defaults.py`, and a reason for whatever it does otherwise.
"""

from __future__ import annotations

from functools import cache

import pytest
from isengard.training.planning.memory_ladder import first_that_fits
from isengard.training.planning.presets import PRESETS, resolve
from pages.memory import CARDS, machine_of, rungs_of
from support.trainer_configs import PHOTOS, config_of, family_of, ways
from support.trainer_defaults import COMMON, OF_ONE, ON_A_RUNG, REASONS, SELECTED

FAMILIES = {name: family_of(name) for name in ways()}
ABSENT = "(not there)"
#: Lists and tables that are one thing.
_WHOLE = ("samples", "validation_config", "resolution")


def theirs(family):
    """AI-Toolkit's defaults for what this record trains."""
    arch = family.trainer_arch.split(":")[0]
    entries = {name: values for name, values in SELECTED.items() if name.split(":")[0] == arch}
    base = family.training_base.hub
    same = [values for values in entries.values() if values["model.name_or_path"] == base]
    assert entries, f"record what AI-Toolkit's form writes for {arch} in tests/support/trainer_defaults.py"
    return {**COMMON, **(same[0] if same else entries[arch]), "model.arch": arch}


def flat(table, before=""):
    for name, value in table.items():
        value = value[0] if name == "datasets" else value
        if isinstance(value, dict) and name not in _WHOLE:
            yield from flat(value, f"{before}{name}.")
        else:
            yield before + name, value.split(":")[0] if name == "arch" else value


@cache
def differences(key, preset, card, folder):
    """Path -> (ours, theirs); and whether a rung was taken."""
    rungs = rungs_of(FAMILIES[key], preset)
    rung = first_that_fits(rungs, machine_of(card))
    ours = dict(flat(config_of(key, preset, folder, numbers=rung.numbers)["config"]["process"][0]))
    wanted = theirs(FAMILIES[key])
    paths = {
        path: (ours.get(path, ABSENT), wanted.get(path, ABSENT))
        for path in {*ours, *wanted}
        if ours.get(path, ABSENT) != wanted.get(path, ABSENT)
    }
    return paths, bool(rung.saves)


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
