"""IsengardCharacter: a person of the library as a value for other nodes."""

from __future__ import annotations

import json
from typing import Any

from comfy_api.latest import io

from ..core.errors import IsengardError
from . import identity
from .context import NodeContext, current, server_is_running

CharacterType = io.Custom("ISENGARD_CHARACTER")
MAX_REFERENCES = 4
SIDE = 1024


class IsengardCharacter(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="IsengardCharacter",
            display_name="Isengard Character",
            category="Isengard",
            description="A person you trained in the Isengard tab.",
            inputs=[
                io.Combo.Input("character", options=_options(), tooltip="The person, by their short name.")
            ],
            outputs=[
                CharacterType.Output("character_out", display_name="character"),
                io.String.Output("trigger", display_name="trigger"),
                io.String.Output("class_word", display_name="class"),
                io.Image.Output("reference_photos", display_name="reference photos"),
            ],
        )

    @classmethod
    def validate_inputs(cls, character: Any = None) -> bool | str:
        try:
            identity.find_character(current(), character)
        except IsengardError as error:
            return identity.in_words(error)
        return True

    @classmethod
    def fingerprint_inputs(cls, character: Any = None) -> str:
        """Changes with the versions and with which of them is the best, for all nodes behind this one.

        Those cannot tell by themselves: ComfyUI does not know a link's value when it asks for fingerprints.
        """
        try:
            found = identity.find_character(current(), character)
            best = current().versions.best(found.slug)
        except IsengardError as error:
            return error.code
        return json.dumps([identity.value_of(found), best.file if best else ""], sort_keys=True)

    @classmethod
    def execute(cls, character: str) -> io.NodeOutput:
        context = current()
        found = identity.find_character(context, character)
        return io.NodeOutput(
            identity.value_of(found), found.trigger_word, found.class_word, _references(context, found.id)
        )


def _options() -> list[str]:
    """Nothing is opened while ComfyUI is still importing packs; it asks again for each page that is loaded."""
    if not server_is_running():
        return [""]
    try:
        return identity.names(current()) or [""]
    except (IsengardError, RuntimeError, OSError):
        return [""]


def _references(context: NodeContext, character_id: str) -> Any:
    """Up to four photos as one batch (n, 1024, 1024, 3); a black pixel where photos may not leave the library.

    Beyond loopback anybody may send prompts, so photos stay inside unless the owner allows them out.
    """
    import torch

    if not context.host.listen_is_loopback and not context.settings.allow_remote_photos:
        return torch.zeros((1, 8, 8, 3))
    files = _photo_files(context, character_id)[:MAX_REFERENCES]
    if not files:
        return torch.zeros((1, 8, 8, 3))
    return torch.cat([_square(file) for file in files])


def _photo_files(context: NodeContext, character_id: str) -> list[Any]:
    folder = context.paths.character(character_id)
    return sorted(file for file in folder.glob("pho_*") if file.suffix in (".jpg", ".png"))


def _square(file: Any) -> Any:
    import numpy as np
    import torch
    from PIL import Image, ImageOps

    with Image.open(file, formats=("JPEG", "PNG")) as image:
        fitted = ImageOps.pad(image.convert("RGB"), (SIDE, SIDE))
    return torch.from_numpy(np.asarray(fitted, dtype=np.float32) / 255.0)[None]
