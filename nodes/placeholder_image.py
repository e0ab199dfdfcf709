"""IsengardPlaceholderImage: a picture that says it is none. Fast-test mode only."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ..core.errors import InvalidError
from .context import current
from .fields.telling import telling
from .newer_fields import newer
from .pictures.pixels import as_batch
from .pictures.practice_figure import figure

MAX_TEXT = 400


class IsengardPlaceholderImage(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="IsengardPlaceholderImage",
            display_name="Isengard Placeholder Image",
            category="Isengard",
            description="A drawn placeholder, for trying things out without a model (practice mode).",
            **newer(io.Schema, is_dev_only=True),
            inputs=[
                io.String.Input("text", multiline=True, default="", tooltip="What the picture would show."),
                io.Int.Input("width", default=512, min=64, max=4096, step=8, tooltip="Pixels."),
                io.Int.Input("height", default=512, min=64, max=4096, step=8, tooltip="Pixels."),
                io.Int.Input(
                    "seed", default=0, min=0, max=0xFFFFFFFFFFFFFFFF, tooltip="Chooses the colours."
                ),
            ],
            outputs=[io.Image.Output("image", display_name="image")],
        )

    @classmethod
    @telling
    def execute(cls, text: str, width: int, height: int, seed: int) -> io.NodeOutput:
        if not current().settings.fast_test:
            raise InvalidError(
                "placeholder_in_production",
                "Placeholders exist only in practice mode.",
                "Use another workflow.",
            )
        return io.NodeOutput(_drawn(text[:MAX_TEXT], width, height, seed))


def _drawn(text: str, width: int, height: int, seed: int) -> Any:
    return as_batch(figure(text, width, height, seed))
