"""What a generation begins with instead of nothing, and which picture of the gallery that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from ....core.errors import InvalidError
from ....core.generations.generation_store import GenerationStore
from ....core.records.generation import GenerationRequest, How, MadeFrom, everybody_in
from ....core.said import said
from ..interface import Person, Prompt

#: Both sides are multiples of this (nodes/pictures/sources.py).
GRID = 16
LEAST_SIDE, MOST_SIDE = 64, 4096


@dataclass(frozen=True)
class Start:
    """`picture` and `mask` are files of ours, of one size; the mask is white where something is drawn, None for everywhere.
    `change`: how much is drawn anew, above 0 to 1. `people`: ids of whoever is in the picture."""

    picture: Path
    made_from: MadeFrom
    change: float = 1.0
    mask: Path | None = None
    people: Sequence[str] = ()

    @property
    def files(self) -> tuple[Path, Path | None]:
        return self.picture, self.mask

    def as_kept(self) -> dict[str, Any]:
        """Tell what a generation's record says of it."""
        return {"people": [*self.people], "made_from": self.made_from}


@runtime_checkable
class StartsFromPictures(Protocol):
    """An ImagePipeline that can, too."""

    def build_from(
        self, request: GenerationRequest, people: list[Person], ticket: str, start: Start
    ) -> list[Prompt]:
        """Build prompts as `build` does. InvalidError `recipe_without_start`, `upscaler_unknown`."""


def gallery_start(
    store: GenerationStore, place: tuple[str, int], how: How, *, change: float = 1.0, mask: Path | None = None
) -> Start:
    """Start from a picture of the gallery, by its generation's id and its number. NotFoundError where it is gone."""
    generation_id, number = place
    generation = store.get(generation_id)
    picture = store.image_path(generation_id, number)
    made_from = MadeFrom(generation_id=generation_id, n=number, how=how)
    return Start(picture, made_from, change, mask, everybody_in(generation))


def size_drawn(size: tuple[int, int], *, scale: float = 1.0, pixels: float = 0.0) -> tuple[int, int]:
    """The size that a picture of `size` is drawn at: `scale` times as large, or no more than `pixels` where that is not 0.

    InvalidError `picture_too_large` for what no request can ask for.
    """
    width, height = size
    share = min(1.0, (pixels / (width * height)) ** 0.5) if pixels else scale
    drawn = [max(LEAST_SIDE, round(side * share / GRID) * GRID) for side in size]
    if max(drawn) > MOST_SIDE:
        raise InvalidError(
            "picture_too_large",
            said(
                "The picture would have {width} x {height} pixels; the limit is {most} on a side.",
                width=drawn[0],
                height=drawn[1],
                most=MOST_SIDE,
            ),
            "Choose a smaller size.",
        )
    return drawn[0], drawn[1]
