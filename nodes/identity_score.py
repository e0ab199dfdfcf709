"""IsengardIdentityScore: how alike pictures are to a person, by their face."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from comfy_api.latest import io

from ..core.errors import InvalidError
from ..core.said import Fixed, said
from . import identity, people
from .character import person_input
from .context import NodeContext, current
from .fields.telling import in_words, telling
from .newer_fields import PERSON, newer
from .pictures import reference_photos
from .pictures.pixels import eight_bit

if TYPE_CHECKING:
    from ..core.faces.face import Face
    from ..core.records.character import Character
    from ..core.records.likeness import Likeness
    from .ports import FaceReader

REASONS = {
    "too_small": "The face is too small to compare with the photos of {name}.",
    "turned": "The face is turned too far to compare with the photos of {name}.",
}


class IsengardIdentityScore(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="IsengardIdentityScore",
            display_name="Isengard Identity Score",
            category="Isengard",
            description="Scores how closely a face matches the person's photos. Set up measuring in the Isengard tab first.",
            **newer(io.Schema, search_aliases=[*PERSON, "match", "score", "similarity"]),
            inputs=[
                io.Image.Input(
                    "image", tooltip="One picture or several; the largest face of each is measured."
                ),
                person_input(),
            ],
            outputs=[
                io.Float.Output("score", display_name="score"),
                io.String.Output("text", display_name="text"),
            ],
        )

    @classmethod
    def fingerprint_inputs(cls, **_: Any) -> str:
        return people.library_print()

    @classmethod
    @telling
    def execute(cls, image: Any, character: Any) -> io.NodeOutput:
        context = current()
        person = identity.known(context, character)
        reference_photos.require_allowed(context)
        likenesses, references = _measured(context, context.server.likeness.faces, person, image)
        scores = [likeness.score for likeness in likenesses if likeness.score is not None]
        if not scores:
            return io.NodeOutput(0.0, in_words(_reason(person.name, likenesses[0].why)))
        score = round(median(scores), 3)
        return io.NodeOutput(score, in_words(_verdict(person.name, score, references)))


def _measured(
    context: NodeContext, reader: FaceReader, person: Character, images: Any
) -> tuple[list[Likeness], list[Face]]:
    from ..core.faces.likeness import MOST_REFERENCES, judge, portraits, reachable

    photos = reference_photos.files(context, person)[:MOST_REFERENCES]
    references = portraits([reader.faces(photo) for photo in photos])
    if not references:
        raise InvalidError(
            "no_face_in_photos",
            said("No photo of {name} shows one clear face.", name=person.name),
            "Add photos that show the face large and alone.",
        )
    reach = reachable(references)
    judged = [judge(_faces(context, reader, image), references, own=reach) for image in images]
    return judged, references


def _faces(context: NodeContext, reader: FaceReader, image: Any) -> Any:
    """Through a file that is gone afterwards, after a crash with the next start: faces are read in another process."""
    from PIL import Image

    from ..core.characters.folder_settling import MEASURED

    pixels = eight_bit(image[..., :3])
    handle, name = tempfile.mkstemp(suffix=MEASURED, dir=context.paths.tmp)
    os.close(handle)
    picture = Path(name)
    try:
        Image.fromarray(pixels).save(picture, "PNG", compress_level=1)
        return reader.faces(picture)
    finally:
        picture.unlink()


def _reason(name: str, why: str) -> str:
    if why in REASONS:
        return said(REASONS[why], name=name)
    return said("No face was found to compare with the photos of {name}.", name=name)


def _verdict(name: str, score: float, references: list[Face]) -> str:
    from ..core.faces.likeness import own_likeness, reachable, verdict_of
    from ..core.faces.models.records import calibration_of

    calibration, number = calibration_of(references[0].model), Fixed(f"{score:.2f}")
    if calibration is None:
        return said(
            "Scored {score} by a model that hasn't been calibrated, so it says nothing certain about {name}.",
            score=number,
            name=name,
        )
    verdict = {
        "good": said("Looks like {name}", name=name),
        "fair": said("Looks somewhat like {name}", name=name),
        "poor": said("Doesn't look like {name}", name=name),
    }[verdict_of(score, reachable(references), calibration)]
    own = own_likeness(references)
    if own is None:
        return said("{verdict}: {score}.", verdict=verdict, score=number)
    return said(
        "{verdict}: {score}; the photos score {own} against each other.",
        verdict=verdict,
        score=number,
        own=Fixed(f"{own:.2f}"),
    )
