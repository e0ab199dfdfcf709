"""What is written down of the faces of a person's photos: how high the largest is, coarse words, findings. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..records.photo import FaceWords, PhotoFinding
from .face import Face
from .face_findings import CODES, face_findings, tells_sharpness
from .face_words import words_of


@dataclass(frozen=True)
class FaceNote:
    """Note of what one photo's faces tell: `replaces` are the codes of findings that go, whoever found them."""

    share: float
    words: FaceWords
    findings: Sequence[PhotoFinding]
    replaces: frozenset[str]


def face_notes(faces: Mapping[str, Sequence[Face]]) -> dict[str, FaceNote]:
    """Say of each photo what its faces tell; where a face's own sharpness is known, it replaces that of the whole picture."""
    findings = face_findings(faces)
    return {
        photo_id: FaceNote(
            share=round(seen[0].share, 3) if seen else 0.0,
            words=words_of(seen),
            findings=findings.get(photo_id, ()),
            replaces=CODES | {"blurred"} if tells_sharpness(seen) else CODES,
        )
        for photo_id, seen in faces.items()
    }
