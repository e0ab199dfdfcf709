"""What AI-Toolkit is told by us and by its own interface: where they differ, by family, route, preset and card."""

from __future__ import annotations

from functools import cache

from pages.memory import machine_of, rungs_of

from .trainer_configs import config_of, family_of
from .trainer_defaults import COMMON, SELECTED

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
    """Path -> (ours, theirs) of `family` or `family.route`; and whether a rung was taken."""
    from isengard.training.planning.memory_ladder import first_that_fits

    family = family_of(key)
    rung = first_that_fits(rungs_of(family, preset), machine_of(card))
    ours = dict(flat(config_of(key, preset, folder, numbers=rung.numbers)["config"]["process"][0]))
    wanted = theirs(family)
    paths = {
        path: (ours.get(path, ABSENT), wanted.get(path, ABSENT))
        for path in {*ours, *wanted}
        if ours.get(path, ABSENT) != wanted.get(path, ABSENT)
    }
    return paths, bool(rung.saves)
