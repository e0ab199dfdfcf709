"""Turns an order for pictures that start from another one into what the generation service needs."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ....core.errors import InvalidError
from ....core.generations.orders_again import with_later
from ....core.generations.picture_sources import source_of
from ....core.paths import DataPaths
from ....core.photo_decoding.decoder import PhotoDecoder
from ....core.records.generation import GenerationRequest, MadeFrom
from ....core.records.picture_order import PictureOrder
from ....generation.image.from_picture.rewiring import change_of
from ....generation.image.from_picture.start import Start, gallery_start, size_drawn
from ....generation.image.interface import RecipeInfo
from ....generation.service import GenerationService


@dataclass
class Sent:
    """Files that came beside an order, decoded and encoded anew like any photo; they go with `cleared`."""

    files: dict[str, Path] = field(default_factory=dict)
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class PictureOrders:
    """The orders of one data folder."""

    paths: DataPaths
    decoder: PhotoDecoder
    generations: GenerationService

    def take(self, sent: Sent, name: str, file: Path) -> None:
        """Decode one file. Raises with a `photo_...` code."""
        scratch = self.paths.tmp / secrets.token_hex(8)
        full, thumb = scratch.with_suffix(".full"), scratch.with_suffix(".thumb")
        sent.files[name] = full
        try:
            decoded = self.decoder.decode(file, full, thumb)
        finally:
            thumb.unlink(missing_ok=True)
        sent.sizes[name] = decoded.width, decoded.height

    @contextlib.contextmanager
    def cleared(self) -> Iterator[Sent]:
        """Forget what was sent when all is done: a generation has copies of its own."""
        sent = Sent()
        try:
            yield sent
        finally:
            for file in sent.files.values():
                file.unlink(missing_ok=True)

    def prepared(
        self, order: PictureOrder, recipe: RecipeInfo, sent: Sent
    ) -> tuple[GenerationRequest, Start]:
        """The request at the picture's size, and where it starts. InvalidError `mask_missing`, `picture_missing`,
        `picture_too_large`; NotFoundError where the picture is gone."""
        if order.start.again:
            return self._once_more(order)
        mask = sent.files.get("mask")
        if order.start.how == "into_picture" and mask is None:
            raise InvalidError(
                "mask_missing", "You haven't marked where in the picture.", "Mark the place, then try again."
            )
        if order.start.generation_id:
            start, size = self._of_gallery(order, mask)
        else:
            start, size = _brought_along(order, sent, mask), sent.sizes.get("picture", (0, 0))
        pixels = 0.0 if order.start.generation_id else _pixels_of(recipe)
        width, height = size_drawn(size, scale=order.start.scale, pixels=pixels)
        return order.request().model_copy(update={"width": width, "height": height}), start

    def _once_more(self, order: PictureOrder) -> tuple[GenerationRequest, Start]:
        """What an earlier generation was made from, which lies in its folder: it may have failed, and its picture be gone."""
        before = self.generations.store.get(order.start.generation_id)
        if before.made_from is None:
            raise _missing()
        picture, mask = source_of(self.paths, before.id)
        change = change_of(self.generations.store.prompts(before.id)[0])
        start = Start(picture, before.made_from, change, mask, before.people)
        size = {"width": before.request.width, "height": before.request.height}
        return with_later(order.request(), before.request).model_copy(update=size), start

    def _of_gallery(self, order: PictureOrder, mask: Path | None) -> tuple[Start, tuple[int, int]]:
        place = (order.start.generation_id, order.start.n)
        start = gallery_start(
            self.generations.store, place, order.start.how, change=order.start.change, mask=mask
        )
        images = self.generations.store.get(place[0]).images
        return start, next((image.width, image.height) for image in images if image.n == place[1])


def _brought_along(order: PictureOrder, sent: Sent, mask: Path | None) -> Start:
    if "picture" not in sent.files:
        raise _missing()
    return Start(sent.files["picture"], MadeFrom(how=order.start.how), order.start.change, mask)


def _missing() -> InvalidError:
    return InvalidError(
        "picture_missing",
        "There is no picture to start from.",
        "Name one from the gallery, or send a photo called picture.",
    )


def _pixels_of(recipe: RecipeInfo) -> float:
    """As many as the recipe's model draws by itself; the most of several."""
    usual = [recipe.family_defaults.get(key, {}) for key in recipe.ready] or [recipe.defaults]
    areas = [numbers.get("width", 0.0) * numbers.get("height", 0.0) for numbers in (*usual, recipe.defaults)]
    return max(areas[:-1]) or areas[-1]
