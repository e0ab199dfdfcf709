"""Prompts as people write them, and what ComfyUI is to get of each: read by Python's tests and by the panel's."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from isengard.core.families.families import Families
from isengard.core.records.generation import GenerationRequest
from isengard.generation.image import comfyui
from isengard.generation.image.interface import Person
from isengard.generation.image.model_files import FamilyFiles, Part

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))


def text_of(case: dict[str, Any]) -> str:
    part, times = case.get("repeated", ["", 0])
    return case["text"] + part * times


def wanted_of(case: dict[str, Any], family: str, *, weighs: bool) -> set[str]:
    """The texts that a family may get: one, or one for each choice. The same for all where nothing else is said."""
    otherwise = case.get("weighed", text_of(case).replace("{trigger}", "annqvx"))
    wanted = case.get(family) or (otherwise if weighs else case.get("read", otherwise))
    return {wanted} if isinstance(wanted, str) else set(wanted)


FAMILIES = Families()
SEEDS = 24


class EveryFile:
    """A ComfyUI that has every file of a recipe's families."""

    comfyui = "0.33.0"

    def families(self, recipe):
        return [
            FamilyFiles(
                family.key,
                family.label,
                [Part(file.role, file.name, [file.name]) for file in family.files],
                prompting=family.prompting,
            )
            for family in FAMILIES.all()
            if recipe in family.recipes
        ]


def person(family, words=""):
    version = SimpleNamespace(
        file=f"ann/{family}.safetensors",
        family=family,
        trigger_word="annqvx",
        base_sha256=None,
        base_model="",
    )
    character = SimpleNamespace(slug="ann", name="Ann", trigger_word="annqvx", class_word="woman")
    return Person(character, version, 1.0, words=words)


def sent(family, text, *, negative="", words="", recipe=""):
    """Every text that ComfyUI gets of as many pictures as there are seeds."""
    record = FAMILIES.get(family)
    pipeline = comfyui.create(None, EveryFile())
    people = [person(family, words)] * (2 if recipe else 1)
    asked = GenerationRequest(
        recipe=recipe or record.recipe,
        characters=[{"id": "chr_" + "0" * 26}] * len(people),
        prompt=text,
        negative=negative,
        seed=0,
        count=16,
    )
    built = [
        *pipeline.build(asked, people, "ticket"),
        *pipeline.build(asked.model_copy(update={"seed": 16, "count": SEEDS - 16}), people, "ticket"),
    ]
    return [
        [node["inputs"]["text"] for node in graph.values() if "text" in node["inputs"]] for graph in built
    ]
