"""docs/model-checks.md: what was tried with each model, which file is taken for which, and where we train otherwise than the
trainer's own interface. The first table is recorded from runs, the others are computed."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

#: So many different values of one setting are not listed one by one.
MANY = 4
ROOT = Path(__file__).resolve().parents[2]
HEAD = """# What was checked

Three tables; this page is made by `python dev.py pages`.

No model was downloaded for them: the computers that Isengard is written on reach no hub and have no GPU. Sizes, hashes and commits
stand in the records as several public lists have them. That is why the program asks the hub for each file's size and hash before it
downloads anything, and checks both afterwards.

## Each model, run

`python dev.py families FAMILY` builds a model at its real width from random numbers, cut to a few blocks, and draws it in a real
ComfyUI: once more (it must be the same), and with a LoRA (it must differ). With `--trainer` a real AI-Toolkit trains the LoRA before.
*Offline* (`--offline`): Isengard first downloaded what the trainer reads from a hub of the tests, in shards where the hub has them;
then that hub answered nobody, the hub's library was switched off, and nobody asked for anything. *In 3 bits* (`--bits`): what Isengard
writes for a card of 24 GB, trained on the processor instead, under an adapter of the real one's form with random numbers. Such a run proves names, shapes, workflows and plumbing, never likeness. Two processor cores; two training steps at 64 pixels, pictures
at 64 pixels; the numbers are mean differences of 255. What has no row was not trained and drawn in one piece since.

| pack | model, route | ComfyUI | known by its tensors | trained | LoRA parts that fit | drawn again / with the LoRA | memory | seconds |
|---|---|---|---|---|---|---|---|---|
"""
FILES = """
## Which file is taken for which model

By its tensors, and where two models have the same ones, by its SHA-256, its name and its size. *Not automatically*: only where you choose
it under *Advanced*.

| file | is a base of | the panel says | taken |
|---|---|---|---|
"""
SETTINGS = """
## Where we train otherwise than AI-Toolkit's own interface

Compared for every preset on cards of 8 to 48 GB, against the values that its form for the architecture writes (0.12.26). What a rung
of the [memory ladder](memory.md) changes is not listed; it changes nothing else (a test).

| setting | ours | its form | for | reason |
|---|---|---|---|---|
"""


def render() -> str:
    return HEAD + _runs() + FILES + _files() + SETTINGS + _settings()


def _lines(rows: list[list[str]]) -> str:
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)


def _runs() -> str:
    from support.family_runs import RUNS

    return _lines([list(run) for run in RUNS])


def _files() -> str:
    from support.header_files import FILES

    return _lines([_taken(name, shapes) for name, shapes, _, _ in FILES])


def _taken(name: str, shapes: dict[str, tuple[int, ...]]) -> list[str]:
    from isengard.core.families.base_choice import BaseFile, ranked
    from isengard.core.families.families import Families

    for family in Families().all():
        if family.recognises(shapes):
            (base,) = ranked(family, [BaseFile(name)])
            words = _panel_words(f"baseWhy_{base.why}").format(file=name, label=base.label)
            if not base.taken:
                words = f"{name}: going by its name, this is {base.label}."
            return [f"`{name}`", family.label, words, "yes" if base.taken else "not automatically"]
        others = [other for other in family.other_bases if all(mark.holds(shapes) for mark in other.marks)]
        if others:
            names = ", ".join(f"`{recipe}`" for recipe in others[0].recipes)
            return [f"`{name}`", f"{others[0].label}, for {names}", "", "for these alone"]
    return [f"`{name}`", "none", "", "no"]


def _panel_words(key: str) -> str:
    text = (ROOT / "js" / "locales" / "en_images.js").read_text(encoding="utf-8")
    return re.search(rf'^  {key}: "(.*)",$', text, re.MULTILINE)[1]


def _settings() -> str:
    """Each setting once, with all that have it so."""
    from support.trainer_configs import PRESETS, ways
    from support.trainer_defaults import OF_ONE, REASONS
    from support.trainer_differences import differences

    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for way in ways():
            of_way: dict[str, tuple[set[str], object]] = {}
            for preset in PRESETS:
                for path, (ours, theirs) in differences(way, preset, 48, Path(folder))[0].items():
                    of_way.setdefault(path, (set(), theirs))[0].add(_short(ours))
            for path, (ours, theirs) in of_way.items():
                reason = {**REASONS, **OF_ONE.get(way, {})}[path]
                values = f"{', '.join(sorted(ours))} | {_short(theirs)}"
                found.setdefault((path, reason), {}).setdefault(values, []).append(way)
    rows = []
    for (path, reason), values in sorted(found.items()):
        if len(values) > MANY:
            values = {"by the record | by its form": [way for named in values.values() for way in named]}
        for value, named in values.items():
            everywhere = len(named) == len(ways())
            rows.append([f"`{path}`", value, "all" if everywhere else ", ".join(named), reason])
    return _lines(rows)


def _short(value: object) -> str:
    text = str(value).replace("|", "/")
    if isinstance(value, (dict, list)) and len(text) > 40:
        return f"({len(value)} entries)"
    return text.replace("JOB/", "") or "(empty)"
