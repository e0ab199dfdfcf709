"""Which faces of a drawn picture are drawn again, each for the person it shows. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..face import LEAST_SIDE, Face
from ..likeness import faces_of_people, judge_face
from ..yardstick import Yardstick

#: A drawn face of fewer pixels is small: from 60 to 160 pixels the likeness of one and the same photo still rises, from 0.587 to 0.613
#: (facts: likeness 2), and what draws it has at most sixteen cells of eight pixels for it. Others mend more: Impact Pack's detailer
#: enlarges every face below 512 pixels, ADetailer all of them. By itself we do what is sure to gain, the rest is for a press.
SMALL = 2 * LEAST_SIDE
#: Why a face is drawn again: few pixels, measured as somebody else, or because somebody asked for it.
Reason = Literal["small", "poor", "asked"]


@dataclass(frozen=True)
class FaceToMend:
    """A face, the `place` of its person among the picture's people, and why."""

    place: int
    face: Face
    why: Reason


def faces_to_mend(
    faces: Sequence[Face], people: Sequence[Yardstick], *, drawing: bool = False, asked: bool = False
) -> list[FaceToMend]:
    """Choose among a picture's faces, at most one for each of its people, in their order; `people` as they are measured. `drawing`: the
    picture is meant to be one; `asked`: somebody pressed for it, so the size does not decide."""
    found = faces_of_people(faces, [person.references for person in people])
    chosen = []
    for place, (face, person) in enumerate(zip(found, people, strict=True)):
        why = None if face is None else _reason(face, person, len(faces), drawing=drawing)
        if face is not None and (why or asked):
            chosen.append(FaceToMend(place, face, why or "asked"))
    return chosen


def _reason(face: Face, person: Yardstick, faces: int, *, drawing: bool) -> Reason | None:
    if face.side < SMALL:
        return "small"
    likeness = judge_face(face, person.references, faces=faces, own=person.reach, drawing=drawing)
    return "poor" if likeness.verdict == "poor" else None
