"""What was measured of a training's saves, read back from the records of versions and pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ....core.faces.choosing import Cell, WallRow
from ....core.faces.scenes import scene_of_seed
from ....core.faces.stopping import MeasuredSave
from ....core.loras.wall_scores import COPIED, FLEXIBLE, MEASURED, STRANGER, STRANGER_WITHOUT, TOLD
from ....core.records.checkpoint import Version
from ....core.records.generation import Generation


def measured_saves(versions: Iterable[Version], pictures: Sequence[Generation]) -> list[MeasuredSave]:
    """List those of these versions that were measured, by step; `pictures` of the walls that they are on."""
    found = [version for version in versions if TOLD in version.scores]
    return [
        MeasuredSave(version.step, _row(version, pictures)) for version in sorted(found, key=lambda v: v.step)
    ]


def is_settled(version: Version, pictures: int) -> bool:
    """Tell whether so many of its pictures are in its scores."""
    return TOLD in version.scores and version.scores.get(MEASURED, 0) >= pictures


def _row(version: Version, pictures: Sequence[Generation]) -> WallRow:
    scores = version.scores
    return WallRow(
        version.file,
        _cells(version.file, pictures),
        copied=round(scores.get(COPIED, 0)),
        told=round(scores[TOLD]),
        flexible=scores.get(FLEXIBLE),
        stranger=scores.get(STRANGER),
        stranger_without=scores.get(STRANGER_WITHOUT),
    )


def _cells(file: str, pictures: Sequence[Generation]) -> dict[Cell, float | None]:
    """The newest picture of each scene and strength; a stranger's and those without the LoRA show nothing of the likeness."""
    cells: dict[Cell, float | None] = {}
    for made in sorted(pictures, key=lambda made: made.created_at):
        strength = made.request.characters[0].strength
        if made.versions[:1] != [file] or not strength or "{trigger" not in made.request.prompt:
            continue
        for image in made.images:
            if image.deleted_at is None and image.likeness is not None:
                cells[scene_of_seed(image.seed) or str(image.seed), strength] = image.likeness.score
    return cells
