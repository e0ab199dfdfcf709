"""Which of a person's photos stand for them, and how they are handed to a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.errors import ForbiddenError
from .pixels import as_batch

if TYPE_CHECKING:
    from ...core.records.character import Character
    from ..context import NodeContext

MOST = 4
#: Pixels of all photos together, and what one of several keeps at least: each pixel costs attention.
BUDGET, LEAST = 1024 * 1024, 640 * 640
#: Latents of the models that take references are this many pixels wide.
GRID = 16


def allowed(context: NodeContext) -> bool:
    """Beyond loopback anybody may send prompts, so photos stay inside unless the owner allows them out."""
    return bool(context.host.listen_is_loopback or context.settings.allow_remote_photos)


def require_allowed(context: NodeContext) -> None:
    """ForbiddenError `remote_photos`."""
    if not allowed(context):
        raise ForbiddenError(
            "remote_photos",
            "Other computers can reach this ComfyUI, so nodes can't use photos.",
            "Start ComfyUI without --listen, or ask whoever set it up to allow it: Isengard's documentation (Settings) says how.",
        )


def files(context: NodeContext, character: Character) -> list[Path]:
    """The best first: the cover, then photos without findings; what was left out of training is left out here, unless it was put
    among the photos as a reference."""
    records = {photo.id: photo for photo in context.photos.list(character.id)}
    folder = context.paths.character(character.id)
    ranked = []
    for file in sorted(folder.glob("pho_*")):
        record = records.get(file.stem)
        if file.suffix not in (".jpg", ".png") or (
            record is not None and not (record.included or record.reference)
        ):
            continue
        findings = len(record.findings) if record is not None else 0
        ranked.append((file.stem != character.cover_photo_id, findings, file.name, file))
    return [file for *_, file in sorted(ranked)]


def pictures(photos: list[Path]) -> list[Any]:
    """Read each photo as (1, height, width, 3) in its own shape, scaled so that several together stay affordable."""
    pixels = max(BUDGET // len(photos), LEAST)
    return [_scaled(photo, pixels) for photo in photos]


def square(photo: Path, side: int) -> Any:
    """(1, side, side, 3), padded with black."""
    from PIL import Image, ImageOps

    with Image.open(photo, formats=("JPEG", "PNG")) as image:
        return as_batch(ImageOps.pad(image.convert("RGB"), (side, side)))


def _scaled(photo: Path, pixels: int) -> Any:
    from PIL import Image

    with Image.open(photo, formats=("JPEG", "PNG")) as image:
        factor = min(1.0, (pixels / (image.width * image.height)) ** 0.5)
        size = [max(GRID, round(side * factor / GRID) * GRID) for side in image.size]
        return as_batch(image.convert("RGB").resize((size[0], size[1]), Image.Resampling.LANCZOS))
