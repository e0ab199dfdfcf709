"""What was measured of a training's saves, read back from the records of versions and pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ....core.faces.choosing import Cell
from ....core.faces.scenes import scene_of_seed
from ....core.faces.stopping import MeasuredSave
from ....core.loras.wall_scores import MEASURED, is_measured, row_of
from ....core.records.checkpoint import Version
from ....core.records.generation import Generation
from ..likeness.drawn_with import shows_them


def measured_saves(versions: Iterable[Version], pictures: Sequence[Generation]) -> list[MeasuredSave]:
    """List those of these versions that were measured, by step; `pictures` of the walls that they are on."""
    found = sorted(filter(is_measured, versions), key=lambda version: version.step)
    return [
        MeasuredSave(version.step, row_of(version.scores, version.file, _cells(version.file, pictures)))
        for version in found
    ]


def is_settled(version: Version, pictures: int) -> bool:
    """Tell whether so many of its pictures are in its scores."""
    return is_measured(version) and version.scores.get(MEASURED, 0) >= pictures


def _cells(file: str, pictures: Sequence[Generation]) -> dict[Cell, float | None]:
    """The newest picture of each scene and strength; a stranger's and those without the LoRA show nothing of the likeness."""
    cells: dict[Cell, float | None] = {}
    for made in sorted(pictures, key=lambda made: made.created_at):
        strength = made.request.characters[0].strength
        if made.versions[:1] != [file] or not strength or not shows_them(made):
            continue
        for image in made.images:
            if image.deleted_at is None and image.likeness is not None:
                cells[scene_of_seed(image.seed) or str(image.seed), strength] = image.likeness.score
    return cells
