"""IsengardIdentityScore: how alike pictures are to a person, by their face."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from comfy_api.latest import io

from ..core.errors import InvalidError
from . import identity, people
from .character import person_input
from .context import NodeContext, current
from .newer_fields import PERSON, newer
from .pictures import reference_photos
from .pictures.pixels import eight_bit

if TYPE_CHECKING:
    from ..core.faces.face import Face
    from ..core.records.character import Character
    from ..core.records.likeness import Likeness
    from .ports import FaceReader

_NO_FACE = "No face was found to compare with the photos of {name}."
_WHY = {
    "": _NO_FACE,
    "no_face": _NO_FACE,
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
    def execute(cls, image: Any, character: Any) -> io.NodeOutput:
        context = current()
        person = identity.known(context, character)
        reference_photos.require_allowed(context)
        likenesses, references = _measured(context, context.server.likeness.faces, person, image)
        scores = [likeness.score for likeness in likenesses if likeness.score is not None]
        if not scores:
            return io.NodeOutput(0.0, _WHY[likenesses[0].why].format(name=person.name))
        score = round(median(scores), 3)
        return io.NodeOutput(score, _in_words(person.name, score, references))


def _measured(
    context: NodeContext, reader: FaceReader, person: Character, images: Any
) -> tuple[list[Likeness], list[Face]]:
    from ..core.faces.likeness import MOST_REFERENCES, judge, portraits, reachable

    photos = reference_photos.files(context, person)[:MOST_REFERENCES]
    references = portraits([reader.faces(photo) for photo in photos])
    if not references:
        raise InvalidError(
            "no_face_in_photos",
            f"No photo of {person.name} shows one clear face.",
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


def _in_words(name: str, score: float, references: list[Face]) -> str:
    from ..core.faces.likeness import own_likeness, reachable, verdict_of
    from ..core.faces.models.records import calibration_of

    calibration = calibration_of(references[0].model)
    if calibration is None:
        return f"Scored {score:.2f} by a model that hasn't been calibrated, so it says nothing certain about {name}."
    words = {
        "good": f"Looks like {name}",
        "fair": f"Looks somewhat like {name}",
        "poor": f"Doesn't look like {name}",
    }[verdict_of(score, reachable(references), calibration)]
    own = own_likeness(references)
    beside = f"; the photos score {own:.2f} against each other" if own is not None else ""
    return f"{words}: {score:.2f}{beside}."
