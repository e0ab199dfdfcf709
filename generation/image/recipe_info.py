"""A recipe as the panel shows it: who can be in it, which controls it has, what is missing for it."""

from __future__ import annotations

from collections.abc import Sequence

from ...core.errors import InvalidError
from ...core.records.training import Finding
from ...core.said import joined, said
from ...core.version import numbers
from .from_picture.rewiring import picture_controls
from .interface import RecipeBase, RecipeFile, RecipeInfo
from .model_files import FOLDERS, FamilyFiles, loaded
from .recipes import Recipe
from .sampling import sampling_controls


def described(recipe: Recipe, pipeline: str, families: Sequence[FamilyFiles], comfyui: str) -> RecipeInfo:
    """Describe a recipe of ours; a user's is checked besides (recipe_checks)."""
    shape = recipe.shape
    return RecipeInfo(
        name=recipe.name,
        label=recipe.label,
        description=recipe.description,
        pipeline=pipeline,
        identity=shape.identity,
        families=[family.key for family in families],
        ready=ready_of(recipe, families),
        bases=bases_of(recipe, families) if recipe.source == "ours" else [],
        people=len(shape.characters),
        needs_picture=bool(shape.pictures),
        controls=controls_of(recipe),
        missing=missing_of(recipe, families) if recipe.source == "ours" else [],
        foreign=[],
        defaults=recipe.defaults,
        source=recipe.source,
        family_defaults={family.key: family.defaults for family in families},
        family_bounds={family.key: family.bounds for family in families} if recipe.source == "ours" else {},
        family_prompting={family.key: family.prompting for family in families}
        if recipe.source == "ours"
        else {},
        min_comfyui=min((family.min_comfyui for family in families), key=numbers, default=""),
        findings=too_old(families, comfyui) if recipe.source == "ours" else [],
        thumbnail=f"/recipes/{recipe.name}/thumbnail" if recipe.picture else None,
    )


def broken_recipe(name: str, pipeline: str, fault: InvalidError) -> RecipeInfo:
    """A file in the user's folder that is no recipe: shown with the reason, so that nobody looks for it in vain."""
    message = joined(fault.message, fault.hint)
    return RecipeInfo(
        name=name,
        label=name,
        description="",
        pipeline=pipeline,
        identity="lora",
        families=[],
        people=1,
        controls=[],
        missing=[],
        foreign=[],
        defaults={},
        source="user",
        findings=[Finding(severity="error", code=fault.code, message=message)],
    )


def controls_of(recipe: Recipe) -> list[str]:
    """The request's fields this graph takes; `strength` and `reference` are the two likeness controls, `picture`, `mask` and `change`
    what it can start from."""
    shape = recipe.shape
    return [
        *recipe.used,
        *(["strength"] if shape.applies else []),
        *(["reference"] if shape.references else []),
        *(["words"] if shape.regions else []),
        *sampling_controls(recipe.graph),
        *picture_controls(recipe.graph),
    ]


def missing_of(recipe: Recipe, families: Sequence[FamilyFiles]) -> list[RecipeFile]:
    """List what the family that lacks the least still needs; nothing where one family is complete."""
    roles = [role for role, _ in loaded(recipe.graph)]
    lacking = [(family, family.missing(roles)) for family in families]
    if not lacking or any(not parts for _, parts in lacking):
        return []
    family, parts = min(lacking, key=lambda pair: sum(part.size for part in pair[1]))
    return [
        RecipeFile(
            file=part.file,
            folder=FOLDERS[part.role],
            size=part.size,
            download=part.download,
            family=family.key,
            fault=part.fault,
        )
        for part in parts
    ]


def ready_of(recipe: Recipe, families: Sequence[FamilyFiles]) -> list[str]:
    """A user chose the files of their own recipe: there all are."""
    roles = [role for role, _ in loaded(recipe.graph)]
    own = recipe.source == "user"
    return [f.key for f in families if own or not (f.too_old or f.missing(roles))]


def bases_of(recipe: Recipe, families: Sequence[FamilyFiles]) -> list[RecipeBase]:
    """List the bases that ComfyUI has for the recipe; a user chose the files of their own recipe."""
    roles = [role for role, _ in loaded(recipe.graph)]
    return [
        RecipeBase(
            family=family.key,
            file=base.name,
            taken=base.taken,
            why=base.why,
            label=base.label,
            sha256=base.file.sha256,
            defaults=base.wanted,
        )
        for family in families
        for part in family.parts
        if part.role in roles
        for base in part.bases
    ]


def too_old(families: Sequence[FamilyFiles], comfyui: str) -> list[Finding]:
    """Say in words where this ComfyUI is too old for every family of the recipe."""
    if not families or not all(family.too_old for family in families):
        return []
    needed = min((family.min_comfyui for family in families), key=numbers)
    words = said(
        "{model} needs ComfyUI {needed} or newer; this one is {comfyui}.",
        model=families[0].label,
        needed=needed,
        comfyui=comfyui,
    )
    return [Finding(severity="error", code="comfyui_too_old", message=words)]
