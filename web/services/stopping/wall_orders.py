"""Pictures that are ordered of a training's saves: the wall's scenes at two strengths, fewer than a person would ask for. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ....core.faces.scenes import SCENES, STRANGER, seed_of
from ....core.records.character import Character
from ....core.records.generation import CharacterUse, GenerationRequest

#: Where people use a LoRA, and at its full strength, where copies show first.
STRENGTHS = (0.85, 1.0)
SIDE = 512.0


@dataclass(frozen=True)
class Save:
    """A step of one training: another of the same person's may have saved it too."""

    job_id: str
    step: int


def orders_of(
    character: Character, recipe: str, save: Save, defaults: Mapping[str, float]
) -> list[GenerationRequest]:
    """A save's row. A stranger is drawn once: whoever shows there at full strength shows too much."""
    return [
        _order(character, recipe, save, defaults, scene=scene, strength=strength)
        for strength in STRENGTHS
        for scene in SCENES
        if scene != STRANGER or strength == STRENGTHS[-1]
    ]


def orders_without(
    character: Character, recipe: str, save: Save, defaults: Mapping[str, float]
) -> list[GenerationRequest]:
    """The same scenes without the LoRA, which all rows are held against."""
    return [_order(character, recipe, save, defaults, scene=scene, strength=0.0) for scene in SCENES]


def _order(
    character: Character,
    recipe: str,
    save: Save,
    defaults: Mapping[str, float],
    *,
    scene: str,
    strength: float,
) -> GenerationRequest:
    return GenerationRequest(
        recipe=recipe,
        characters=[
            CharacterUse(id=character.id, checkpoint=save.step, job_id=save.job_id, strength=strength)
        ],
        prompt=SCENES[scene].replace("{class}", character.class_word),
        width=int(defaults.get("width", SIDE)),
        height=int(defaults.get("height", SIDE)),
        seed=seed_of(scene),
    )
