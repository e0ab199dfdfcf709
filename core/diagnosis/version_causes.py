"""Causes that lie in a version and its training, and what would have to be measured to know more."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..characters.trigger_words import is_ordinary
from ..faces.choosing import LEAST_FLEXIBLE, MOST_COPIES, NOTHING
from ..faces.choosing import leaks as shows_in_strangers
from ..faces.copying import least_rate
from ..records.diagnosis import Mending
from .facts import Facts
from .found import Found, Values, between, instead_of, is_good

#: A training has this share of the usual steps at least.
ENOUGH_TRAINING = 0.6


def not_trained(facts: Facts) -> Found | None:
    if facts.version is not None or facts.versions or facts.pictures:
        return None
    return Found(97, "train")


def copies(facts: Facts) -> Found | None:
    """Training photos are repeated: trained too long, or from too few."""
    version = facts.version
    if version is None or not version.measured:
        return None
    copied, told = int(version.scores.get("copied", 0)), int(version.scores["told"])
    if "copies" not in version.faults and least_rate(copied, told) <= MOST_COPIES:
        return None
    values: Values = {"copied": copied, "told": told, "now": version.step}
    return Found(between(72, 89, copied / max(1, told)), *instead_of(facts, version, values))


def leaks(facts: Facts) -> Found | None:
    """A stranger looks like the person: the LoRA has changed what everybody looks like."""
    version = facts.version
    if version is None or not version.measured:
        return None
    stranger, without = version.scores.get("stranger", 0.0), version.scores.get("stranger_without")
    if "leaks" not in version.faults and not shows_in_strangers(stranger, without):
        return None
    return Found(71, *instead_of(facts, version, {"stranger": stranger, "now": version.step}))


def stiff(facts: Facts) -> Found | None:
    """The same picture comes whatever is asked for: trained too long, without copying one photo."""
    version = facts.version
    flexible = version.scores.get("flexible") if version is not None and version.measured else None
    if version is None or flexible is None or flexible >= LEAST_FLEXIBLE:
        return None
    return Found(66, *instead_of(facts, version, {"flexible": flexible, "now": version.step}))


def still_rising(facts: Facts) -> Found | None:
    """The likeness to photos that were not trained on still rose at the end, and is not yet good: trained too short."""
    version = facts.versions[-1] if facts.versions else None
    if version is None or version.likeness is None or is_good(version):
        return None
    theirs = [one for one in facts.versions if one.job_id == version.job_id and one.likeness is not None]
    before = [one for one in theirs if one.step <= version.step * 2 / 3]
    if not before or any((one.likeness or 0.0) > version.likeness for one in theirs):
        return None
    rise = version.likeness - (before[-1].likeness or 0.0)
    if rise < NOTHING:
        return None
    values: Values = {
        "step": version.step,
        "likeness": version.likeness,
        "before": before[-1].likeness or 0.0,
    }
    return Found(between(72, 88, rise / 0.15), *_longer(facts, version.step, values))


def trained_short(facts: Facts) -> Found | None:
    training = facts.training
    if training is None or not training.usual_steps:
        return None
    share = training.steps / training.usual_steps
    if share >= ENOUGH_TRAINING or (facts.version is not None and is_good(facts.version)):
        return None
    values: Values = {"now": training.steps, "usual": training.usual_steps}
    return Found(between(50, 72, 1 - share), *_longer(facts, training.steps, values))


def trigger_ordinary(facts: Facts) -> Found | None:
    """A word that the model knows already calls whoever it meant before."""
    trained = facts.version.trigger_word if facts.version is not None else ""
    word = trained or facts.trigger_word
    if not word or not is_ordinary(word, facts.class_word):
        return None
    return Found(63, "trigger", {"trigger": word})


def cannot_be_measured(facts: Facts) -> Found | None:
    return None if facts.measures else Found(30, "set_up_measuring")


def not_measured(facts: Facts) -> Found | None:
    """The tools are here, and no wall tells of this version; a picture's own number says little of why."""
    version = facts.version
    if not facts.measures or version is None or version.placeholder or version.measured:
        return None
    return Found(24, "compare", {"step": version.step})


def _longer(facts: Facts, steps: int, values: Values) -> tuple[Mending, Values]:
    """Half as many steps again, from where it ended; a new training where it cannot go on."""
    training = facts.training
    if training is None or not training.can_go_on:
        return "train", values
    missing = max(training.usual_steps - steps, steps // 2)
    return "train_on", {**values, "job_id": training.job_id, "steps": max(10, round(missing, -1))}


OF_VERSION: Sequence[Callable[[Facts], Found | None]] = (
    not_trained,
    copies,
    leaks,
    stiff,
    still_rising,
    trained_short,
    trigger_ordinary,
    cannot_be_measured,
    not_measured,
)
