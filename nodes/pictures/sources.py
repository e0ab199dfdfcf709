"""The picture that others are made from: which one a text means, its size, and where of it something is drawn."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.errors import InvalidError, NotFoundError
from . import reference_photos
from .pixels import eight_bit

if TYPE_CHECKING:
    from PIL.Image import Image

    from ..context import NodeContext

#: A generation, and of which of its pictures; without a number what it was made from itself.
PLACE = re.compile(r"(gen_[0-9a-z]{26})(?:/(\d{1,4}))?")
#: Both sides are multiples of this, whatever the model's latents are wide.
GRID = 16
#: How soft a mask's edge is, as a share of the shorter side.
SOFT = 1 / 128


def files_of(context: NodeContext, text: str) -> tuple[Path, Path | None]:
    """The picture's file and its mask's. InvalidError `picture_unknown`, `order_over`; ForbiddenError `remote_photos`."""
    try:
        return _found(context, text)
    except NotFoundError as gone:  # its words are for the panel, which can be loaded again
        raise _unknown() from gone


def _found(context: NodeContext, text: str) -> tuple[Path, Path | None]:
    from ...core.generations.picture_sources import source_of

    place = PLACE.fullmatch(text.strip())
    if place is None:
        return source_of(context.paths, _ordered(context, text.strip()))
    reference_photos.require_allowed(context)
    generation_id, number = place.groups()
    if number is None:
        return source_of(context.paths, generation_id)
    return context.generations.image_path(generation_id, int(number)), None


def _ordered(context: NodeContext, ticket: str) -> str:
    """Whoever holds a generation's ticket is making its pictures, and may look at what they are made from."""
    generation_id = context.generations.tickets.holder(ticket)
    if generation_id is None:
        raise _unknown()
    return generation_id


def _unknown() -> InvalidError:
    return InvalidError(
        "picture_unknown",
        "There is no such picture, or its order has ended.",
        "Write gen_… and a number (gen_…/0), or connect an image.",
    )


def opened(file: Path) -> Image:
    """Read a picture of ours, as colours."""
    from PIL import Image

    with Image.open(file, formats=("JPEG", "PNG")) as image:
        colours: Image.Image = image.convert("RGB")
    return colours


def opened_mask(file: Path | None, size: tuple[int, int]) -> Image:
    """Read a mask, white where something is drawn; all of it without a file."""
    from PIL import Image

    if file is None:
        return Image.new("L", size, 255)
    with Image.open(file, formats=("JPEG", "PNG")) as image:
        grey: Image.Image = image.convert("L")
    return grey


def given(image: Any, mask: Any) -> tuple[Image, Image]:
    """The first picture of a batch that is connected, with its mask."""
    from PIL import Image

    picture = Image.fromarray(eight_bit(image[0])).convert("RGB")
    if mask is None:
        return picture, Image.new("L", picture.size, 255)
    return picture, Image.fromarray(eight_bit(mask.reshape(-1, *mask.shape[-2:])[0][..., None])).convert("L")


def fitted(picture: Image, mask: Image, size: tuple[int, int]) -> tuple[Image, Image]:
    """Both at a size of GRID's multiples, as they are for two sides of 0. What does not fit the shape is cut off around the middle."""
    from PIL import Image, ImageOps

    same = mask if mask.size == picture.size else mask.resize(picture.size, Image.Resampling.NEAREST)
    if size == (0, 0):
        return picture, same
    sides = [
        max(GRID, (wanted or own) // GRID * GRID) for wanted, own in zip(size, picture.size, strict=True)
    ]
    target = (sides[0], sides[1])
    if picture.size == target:
        return picture, same
    return (
        ImageOps.fit(picture, target, Image.Resampling.LANCZOS),
        ImageOps.fit(same, target, Image.Resampling.NEAREST),
    )


def softened(mask: Image) -> Image:
    """A soft edge inside of what was painted: what was not stays nought, so that nothing changes there."""
    from PIL import ImageChops, ImageFilter

    hard = mask.point(lambda value: 255 if value >= 128 else 0)
    blurred = hard.filter(ImageFilter.GaussianBlur(max(1.0, min(mask.size) * SOFT)))
    soft = ImageChops.multiply(blurred.point(lambda value: max(0, 2 * value - 255)), hard)
    return soft if soft.getbbox() is not None else hard
