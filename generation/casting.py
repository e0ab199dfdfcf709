"""From the people of a request to the versions of their LoRAs that a recipe can use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..core.characters.character_store import CharacterStore
from ..core.errors import InvalidError
from ..core.loras.versions import VersionStore
from ..core.records.character import Character
from ..core.records.checkpoint import Version
from ..core.records.generation import CharacterUse
from ..core.said import said
from .image.interface import Person, RecipeInfo


@dataclass(frozen=True)
class Casting:
    """Choice of the files that stand for a request's people; a person trained for several models is taken in the recipe's."""

    characters: CharacterStore
    versions: VersionStore
    allow_placeholder: bool

    def people(self, uses: Sequence[CharacterUse], recipe: RecipeInfo) -> list[Person]:
        """Find the people of a request. NotFoundError, InvalidError `training_without_step`, `not_trained_yet`, `training_lacks_step`,
        `no_photos`, `placeholder_in_production`."""
        chosen = [(_sensible(use), self.characters.get(use.id)) for use in uses]
        if "reference" in recipe.controls:
            for _, character in chosen:
                _require_photos(character)
        among = self._among(chosen, recipe) if recipe.identity == "lora" else []
        return [
            Person(
                character,
                self._version(use, character, recipe, among) if recipe.identity == "lora" else None,
                use.strength,
                use.reference,
                use.words,
            )
            for use, character in chosen
        ]

    def _among(self, found: Sequence[tuple[CharacterUse, Character]], recipe: RecipeInfo) -> Sequence[str]:
        """The recipe's families to look in. Several people need one that all are trained for: of those the first person's
        version decides; all of the recipe's where there is none, which is refused in words later."""
        if len(found) == 1:
            return recipe.families

        def able(family: str) -> bool:
            return all(
                self.versions.find(c.slug, str(use.checkpoint), [family], use.job_id) for use, c in found
            )

        common = [family for family in recipe.families if able(family)]
        (use, first), *_ = found
        leading = version_for(self.versions, first.slug, use, recipe, common) if common else None
        return recipe.families if leading is None else [leading.family]

    def _version(
        self, use: CharacterUse, character: Character, recipe: RecipeInfo, among: Sequence[str]
    ) -> Version:
        version = version_for(self.versions, character.slug, use, recipe, among)
        if version is None:
            raise _missing(use, character)
        if version.placeholder and not self.allow_placeholder:
            raise InvalidError(
                "placeholder_in_production",
                said("{name}'s LoRA is a placeholder from practice mode.", name=character.name),
                "Train this person again, this time for real.",
            )
        return version


def drawn_with(recipe: RecipeInfo, people: Sequence[Person]) -> dict[str, Any]:
    """The files that people are drawn with, and whether one of them learned nothing."""
    versions = [person.version for person in people]
    practice = any(version.placeholder for version in versions if version is not None)
    return {
        "versions": ["" if version is None else version.file for version in versions],
        "practice": practice or recipe.identity == "placeholder",
    }


def version_for(
    versions: VersionStore, slug: str, use: CharacterUse, recipe: RecipeInfo, among: Sequence[str]
) -> Version | None:
    """Choose the version that the recipe draws somebody with: of the families `among` that ComfyUI has every file of, else of the others of
    these, else any there is."""
    ready = [family for family in among if family in recipe.ready]
    for families in (ready, among, None):
        if families is None or families:
            version = versions.find(slug, str(use.checkpoint), families, use.job_id)
            if version is not None:
                return version
    return None


def _require_photos(character: Character) -> None:
    if not character.photo_count:
        raise InvalidError(
            "no_photos",
            said("{name} has no photos.", name=character.name),
            "Add photos first; three or four work best.",
        )


def _sensible(use: CharacterUse) -> CharacterUse:
    """The use as it is. InvalidError `training_without_step`: what is best or last is said of all trainings."""
    if use.job_id is not None and not isinstance(use.checkpoint, int):
        raise InvalidError(
            "training_without_step",
            "A training is named here, but none of its steps.",
            "Give checkpoint as a step number, or leave job_id out.",
        )
    return use


def _missing(use: CharacterUse, character: Character) -> InvalidError:
    if use.job_id is not None:
        return InvalidError(
            "training_lacks_step",
            said(
                "{name} has no usable step {step} of this training.", name=character.name, step=use.checkpoint
            ),
            "Choose another version: the training, or this step of it, may have been deleted.",
        )
    return InvalidError(
        "not_trained_yet",
        "There is no such checkpoint."
        if character.versions
        else said("{name} has no trained LoRA yet.", name=character.name),
        "Train first, or choose another checkpoint.",
    )
