"""IsengardRequest: what the panel asks for, as typed outputs. In recipes its links are folded into values."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ..core.said import listed, said
from .context import running_in
from .fields.telling import tell, telling
from .newer_fields import newer

MAX_SIDE = 4096
MAX_SEED = 0xFFFFFFFFFFFFFFFF


class IsengardRequest(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="IsengardRequest",
            display_name="Isengard Request",
            category="Isengard",
            description="Prompt, size and seed of a picture. The Isengard tab fills this node in.",
            **newer(io.Schema, search_aliases=["prompt", "size", "seed", "trigger word"]),
            inputs=_inputs(),
            outputs=[
                io.String.Output("prompt_out", display_name="prompt"),
                io.String.Output("negative_out", display_name="negative"),
                io.Int.Output("width_out", display_name="width"),
                io.Int.Output("height_out", display_name="height"),
                io.Int.Output("seed_out", display_name="seed"),
                io.Int.Output("steps_out", display_name="steps"),
                io.Float.Output("guidance_out", display_name="guidance"),
            ],
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    @telling
    def execute(
        cls,
        prompt: str,
        negative: str,
        width: int,
        height: int,
        seed: int,
        steps: int,
        guidance: float,
        trigger_1: str = "",
        trigger_2: str = "",
    ) -> io.NodeOutput:
        people = {"{trigger}": trigger_1, "{trigger1}": trigger_1, "{trigger2}": trigger_2}
        text = prompt
        for placeholder, trigger in people.items():
            text = text.replace(placeholder, trigger)
        lacking = [place for place, trigger in people.items() if place in prompt and not trigger.strip()]
        _tell_stranger(lacking, cls.hidden.unique_id if cls.hidden else None)
        return io.NodeOutput(text, negative, width, height, seed, steps, guidance)


def _tell_stranger(lacking: list[str], node_id: str | None) -> None:
    """A muted or bypassed Isengard Character sends nothing, and ComfyUI takes that for an input that nobody wanted."""
    if not lacking or (host := running_in()) is None:
        return
    words = said(
        "Nobody is connected for {placeholders}, so the picture shows a stranger. Connect the trigger of Isengard Character.",
        placeholders=listed(lacking),
    )
    tell(host, words, node_id)


def _inputs() -> list[Any]:
    return [
        io.String.Input(
            "prompt",
            multiline=True,
            default="portrait photo of {trigger}",
            tooltip="{trigger} becomes the person's trigger word; {trigger2} that of a second person.",
        ),
        io.String.Input("trigger_1", optional=True, force_input=True, tooltip="From Isengard Character."),
        io.String.Input(
            "trigger_2", optional=True, force_input=True, tooltip="From a second person's Isengard Character."
        ),
        io.String.Input("negative", multiline=True, default="", tooltip="What shouldn't be in the picture."),
        io.Int.Input("width", default=512, min=64, max=MAX_SIDE, step=8, tooltip="Pixels."),
        io.Int.Input("height", default=512, min=64, max=MAX_SIDE, step=8, tooltip="Pixels."),
        io.Int.Input("seed", default=0, min=0, max=MAX_SEED, tooltip="The same seed gives the same picture."),
        io.Int.Input("steps", default=20, min=1, max=200, tooltip="More steps, more detail, more time."),
        io.Float.Input(
            "guidance",
            default=7.0,
            min=0.0,
            max=30.0,
            step=0.1,
            tooltip="How closely it follows the prompt.",
        ),
    ]
