"""Which family and which files a request is made with: by the LoRA of the people in it, else by what ComfyUI has."""

from __future__ import annotations

from collections.abc import Sequence

from ...core.errors import InvalidError
from ...core.said import Listed, listed, said
from .interface import Person
from .model_files import BASE_ROLES, FamilyFiles, Part, loaded
from .recipes import Recipe

#: So many names stand in a refusal.
NAMED = 10


def family_of(
    recipe: Recipe, families: Sequence[FamilyFiles], people: Sequence[Person]
) -> FamilyFiles | None:
    """The family all LoRAs are of; without one the first that is complete. None for recipes that load no model.

    Raises InvalidError `wrong_family`, `people_of_two_families`, `comfyui_too_old`.
    """
    if not families:
        return None
    trained = [(p.character.name, p.version.family) for p in people if p.version is not None]
    if len({family for _, family in trained}) > 1:
        raise InvalidError(
            "people_of_two_families",
            said(
                "These people were trained for different models: {people}.", people=_listed(trained, families)
            ),
            "Choose people trained for the same model, or train one of them for the other's model.",
        )
    family_files = _chosen(recipe, families, trained)
    if family_files.too_old:
        raise InvalidError(
            "comfyui_too_old",
            said(
                "{model} needs ComfyUI {needed} or newer.",
                model=family_files.label,
                needed=family_files.min_comfyui,
            ),
            "Update ComfyUI, then restart it.",
        )
    return family_files


def files_of(
    recipe: Recipe, family: FamilyFiles, people: Sequence[Person], chosen: str | None = None
) -> dict[str, str]:
    """role -> name for every file the recipe loads; `chosen` is the base that somebody asked for by its name.

    Raises InvalidError `model_missing`, `base_model_unknown`.
    """
    roles = [role for role, _ in loaded(recipe.graph)]
    for part in family.missing(roles):
        if part.role in BASE_ROLES and chosen:
            continue
        lacks = (
            said("ComfyUI has no {model} model.", model=family.label)
            if part.role in BASE_ROLES
            else said("ComfyUI lacks {file}.", file=part.file)
        )
        raise InvalidError(
            "model_missing",
            part.fault or lacks,
            "Download it, or put it into ComfyUI's models folder.",
        )
    return {part.role: _file_of(part, family, people, chosen) for part in family.parts if part.role in roles}


def _file_of(part: Part, family: FamilyFiles, people: Sequence[Person], chosen: str | None) -> str:
    """The base that was asked for, or the one the LoRA was trained on, or the best that is here."""
    if part.role not in BASE_ROLES:
        return part.here[0]
    if chosen:
        if not part.has(chosen):
            raise InvalidError(
                "base_model_unknown",
                said("ComfyUI has no {model} model called '{file}'.", model=family.label, file=chosen),
                said("Use one of these: {names}.", names=listed(part.here[:NAMED])),
            )
        return chosen
    versions = [person.version for person in people if person.version is not None]
    trained_on = next((base for base in map(part.trained_on, versions) if base is not None), None)
    return trained_on.name if trained_on is not None else part.here[0]


def _chosen(
    recipe: Recipe, families: Sequence[FamilyFiles], trained: Sequence[tuple[str, str]]
) -> FamilyFiles:
    if trained:
        name, family = trained[0]
        match = next((files for files in families if files.key == family), None)
        if match is None:
            labels = listed(files.label for files in families)
            raise InvalidError(
                "wrong_family",
                said(
                    "{name} was trained for another model; {recipe} needs one of these: {models}.",
                    name=name,
                    recipe=said(recipe.label),
                    models=labels,
                ),
                "Choose another workflow, or train them for this model.",
            )
        return match
    roles = [role for role, _ in loaded(recipe.graph)]
    usable = [files for files in families if not files.too_old] or list(families)
    return min(usable, key=lambda files: len(files.missing(roles)))


def _listed(trained: Sequence[tuple[str, str]], families: Sequence[FamilyFiles]) -> Listed:
    labels = {family.key: family.label for family in families}
    return listed(
        said("{name} for {model}", name=name, model=labels.get(family, family)) for name, family in trained
    )
