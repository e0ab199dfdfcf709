"""What faces tell about a person's photos, in a sentence each: advice only, nothing is refused for it. Pure.

Thresholds and how they were measured: facts, likeness 2 and 5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean, median

from ..records.photo import PhotoFinding
from ..said import said
from .face import LEAST_SIDE, TURNED, Face
from .likeness import alike, is_clear
from .models.records import calibration_of
from .people import people_in

#: Codes that say of a photo that it may teach the wrong face.
OF_STRANGERS = frozenset({"several_faces", "other_person", "two_people"})
#: Codes that say why a photo's face tells little of who it is.
UNCLEAR = frozenset({"no_face", "face_small", "face_turned", "dark_glasses"})
#: Findings that come from here, and go when they no longer hold.
CODES = OF_STRANGERS | UNCLEAR | {"face_blurred"}
#: With fewer photos, or faces in fewer than half of them (animals, drawings), faces say nothing.
LEAST_PHOTOS = 3
#: Somebody else is suspected only where so many other photos can be compared with; so many of one person are a second one.
LEAST_OTHERS = 3
#: From so many pixels on a face's sharpness means something: measured on 96 of them, a smaller one is always soft.
JUDGED_FACE = 96
BLURRED_FACE = 150.0
#: Brightness of the eyes by the cheeks, a ratio that is the same for every skin. Of 135 public photographs of bare eyes, not turned
#: away, none lies below (0.4 would call 5 of them hidden: deep-set eyes, hard light); 99 % with drawn dark glasses do, and 75 %
#: of those with glasses that let a third through.
DARK_GLASSES = 0.3


def face_findings(faces: Mapping[str, Sequence[Face]]) -> dict[str, list[PhotoFinding]]:
    """Find what the faces tell, by photo id; photos about which nothing is to be said are left out."""
    shown = sum(1 for seen in faces.values() if seen)
    if len(faces) < LEAST_PHOTOS or 2 * shown < len(faces):
        return {}
    strangers = _strangers({photo_id: seen[0] for photo_id, seen in faces.items() if is_clear(seen)})
    findings = {
        photo_id: [strangers[photo_id]] if photo_id in strangers else _of(seen)
        for photo_id, seen in faces.items()
    }
    return {photo_id: found for photo_id, found in findings.items() if found}


def tells_sharpness(faces: Sequence[Face]) -> bool:
    """Tell whether the face's own sharpness says more than the whole picture's."""
    return is_clear(faces) and faces[0].side >= JUDGED_FACE


def _of(faces: Sequence[Face]) -> list[PhotoFinding]:
    """Of one photo by itself, the most serious first."""
    if not faces:
        return [
            _finding(
                "no_face",
                "No face found: fine for a few full-body photos, but it teaches no likeness. Full profiles and very small faces aren't recognised: crop a large photo closer to the person.",
            )
        ]
    if not is_clear(faces):
        return [_finding("several_faces", "Shows several people: crop it to the person you mean.")]
    face, found = faces[0], []
    if face.side < LEAST_SIDE:
        found.append(
            _finding(
                "face_small",
                "The face is very small: fine for a few full-body photos, but it teaches little likeness.",
            )
        )
    if tells_sharpness(faces) and face.sharpness < BLURRED_FACE:
        found.append(_finding("face_blurred", "The face is out of focus: a sharper photo teaches more."))
    if abs(face.yaw) > TURNED:
        found.append(
            _finding(
                "face_turned",
                "The face is turned far away: fine for a few photos, most should show it from the front.",
            )
        )
    elif face.side >= LEAST_SIDE and face.eye_light < DARK_GLASSES:
        found.append(
            _finding(
                "dark_glasses",
                "The eyes seem to be hidden, perhaps by dark glasses: add photos that show them.",
            )
        )
    return found


def _strangers(alone: Mapping[str, Face]) -> dict[str, PhotoFinding]:
    """Photos that show somebody else: some one other person, or this one and that."""
    scale = next((calibration_of(face.model) for face in alone.values()), None)
    if scale is None:  # of a model that was never calibrated nobody knows where people part
        return {}
    groups = people_in(alone, scale.same)
    main, others = groups[0], [group for group in groups[1:] if len(group) >= LEAST_OTHERS]
    apart = [group for group in others if _between(alone, main, group) < scale.strange]
    found = {photo_id: _two(len(main), len(group)) for group in apart for photo_id in group}
    if apart and len(apart[0]) == len(main):  # nobody can say which of them is meant
        found |= {photo_id: _two(len(main), len(main)) for photo_id in main}
    for photo_id, face in alone.items():
        held_against = [one for one in (main if len(main) >= LEAST_OTHERS else alone) if one != photo_id]
        likeness = [alike(face, alone[one]) for one in held_against]
        if photo_id not in found and len(likeness) >= LEAST_OTHERS and median(likeness) < scale.strange:
            found[photo_id] = _finding(
                "other_person", "The face differs from those of most other photos: is this somebody else?"
            )
    return found


def _between(faces: Mapping[str, Face], one: Sequence[str], other: Sequence[str]) -> float:
    return fmean(alike(faces[a], faces[b]) for a in one for b in other)


def _two(most: int, fewer: int) -> PhotoFinding:
    message = said(
        "{most} photos show one person and {fewer} another: keep those of the one you mean.",
        most=most,
        fewer=fewer,
    )
    return PhotoFinding(code="two_people", message=message, counts=[most, fewer])


def _finding(code: str, message: str) -> PhotoFinding:
    return PhotoFinding(code=code, message=message)
