"""IsengardApplyReference: a person's own photos as the likeness, for models that look at reference pictures."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ..core.errors import InvalidError
from ..core.said import said
from . import identity, people
from .character import person_input
from .context import current
from .fields.telling import telling
from .newer_fields import PERSON, newer
from .pictures import reference_photos


class IsengardApplyReference(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="IsengardApplyReference",
            display_name="Isengard Apply Reference",
            category="Isengard",
            description="Shows a person's photos to the model, without any training. For FLUX.2 and similar models.",
            **newer(io.Schema, search_aliases=[*PERSON, "reference photo", "photos"]),
            inputs=[
                io.Conditioning.Input("conditioning", tooltip="The encoded prompt."),
                io.Vae.Input("vae", tooltip="The VAE of the same model."),
                person_input(),
                io.Float.Input(
                    "strength",
                    default=1.0,
                    min=0.0,
                    max=1.0,
                    step=0.05,
                    tooltip="How long the photos guide the picture, 0 to 1. 0 switches them off.",
                ),
                io.Int.Input(
                    "photos",
                    default=reference_photos.MOST,
                    min=1,
                    max=reference_photos.MOST,
                    tooltip="How many photos to use at most. Each takes memory and time.",
                    **newer(io.Int.Input, advanced=True),
                ),
            ],
            outputs=[io.Conditioning.Output("conditioning_out", display_name="conditioning")],
        )

    @classmethod
    def fingerprint_inputs(cls, **_: Any) -> str:
        return people.library_print()

    @classmethod
    @telling
    def execute(
        cls, conditioning: Any, vae: Any, character: Any, strength: float = 1.0, photos: int = 4
    ) -> io.NodeOutput:
        context = current()
        share, most = float(strength), int(photos)
        if not 0.0 <= share <= 1.0 or not 1 <= most <= reference_photos.MOST:
            raise InvalidError(
                "strength_out_of_range",
                "The strength must be between 0 and 1, the photos 1 to 4.",
                "Use 1 and 4.",
            )
        person = identity.known(context, character)
        reference_photos.require_allowed(context)
        files = reference_photos.files(context, person)[:most]
        if not files:
            raise InvalidError(
                "no_photos",
                said("{name} has no photos.", name=person.name),
                "Add photos; three or four work best.",
            )
        if share == 0.0:
            return io.NodeOutput(conditioning)
        pictures = reference_photos.pictures(files)
        return io.NodeOutput(context.host.with_references(conditioning, vae, pictures, share))
