"""IsengardPicture: a picture to go on from, out of Isengard's own folder, so that none lies in ComfyUI's input folder."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ..core.errors import InvalidError
from .context import current
from .fields.telling import telling
from .newer_fields import newer
from .pictures import sources
from .pictures.pixels import as_batch

MAX_SIDE = 4096


class IsengardPicture(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="IsengardPicture",
            display_name="Isengard Picture",
            category="Isengard",
            description="A picture from Isengard's gallery to start from: for variations, or to put a person into it.",
            **newer(io.Schema, search_aliases=["gallery", "image to image", "inpaint", "variation"]),
            inputs=_inputs(),
            outputs=[
                io.Image.Output("image_out", display_name="image"),
                io.Mask.Output("mask_out", display_name="mask"),
                io.Float.Output("change_out", display_name="change"),
            ],
        )

    @classmethod
    @telling
    def execute(
        cls,
        picture: str,
        width: int,
        height: int,
        change: float,
        image: Any = None,
        mask: Any = None,
    ) -> io.NodeOutput:
        share, size = float(change), (int(width), int(height))
        if not 0.0 < share <= 1.0 or not all(0 <= side <= MAX_SIDE for side in size):
            raise InvalidError(
                "change_out_of_range",
                "Change must be above 0 and at most 1, the sides 0 to 4096 pixels.",
                "Use 0.5, and 0 for the picture's own size.",
            )
        if not picture.strip() and image is None:
            raise InvalidError(
                "picture_not_chosen",
                "There is no picture to start from.",
                "Write gen_… and a number into picture, or connect an image.",
            )
        if image is not None:
            found, painted = sources.given(image, mask)
        else:
            file, mask_file = sources.files_of(current(), picture)
            found = sources.opened(file)
            painted = sources.opened_mask(mask_file, found.size)
        found, painted = sources.fitted(found, painted, size)
        return io.NodeOutput(as_batch(found), as_batch(sources.softened(painted)), share)


def _inputs() -> list[Any]:
    return [
        io.String.Input(
            "picture",
            default="",
            tooltip="A picture from the gallery, by its file name, such as gen_…/0. The Isengard tab fills it in.",
        ),
        io.Int.Input(
            "width", default=0, min=0, max=MAX_SIDE, step=8, tooltip="Pixels; 0 keeps the picture's own."
        ),
        io.Int.Input(
            "height", default=0, min=0, max=MAX_SIDE, step=8, tooltip="Pixels; 0 keeps the picture's own."
        ),
        io.Float.Input(
            "change",
            default=0.5,
            min=0.01,
            max=1.0,
            step=0.01,
            tooltip="How much to redraw: 0.2 keeps nearly everything, 1 keeps nothing.",
        ),
        io.Image.Input("image", optional=True, tooltip="Any other picture, instead of one from the gallery."),
        io.Mask.Input(
            "mask", optional=True, tooltip="Where to draw in the connected picture: the white part."
        ),
    ]
