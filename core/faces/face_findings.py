"""What faces tell about a person's photos, in a sentence each: advice only, nothing is refused for it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from ..records.photo import PhotoFinding
from .face import Face
from .likeness import alike, is_clear

#: Findings that come from here, and go when they no longer hold.
CODES = frozenset({"no_face", "several_faces", "other_person"})
#: With fewer photos, or faces in fewer than half of them (animals, drawings), faces say nothing.
LEAST_PHOTOS = 3
#: Somebody else is suspected only where so many other photos can be compared with.
LEAST_OTHERS = 3
#: Below this an old and a new photo of one person may lie too: 0.4 is where dlib's authors part people (core/faces/likeness.py).
STRANGE = 0.35


def face_findings(faces: Mapping[str, Sequence[Face]]) -> dict[str, list[PhotoFinding]]:
    """Find what the faces tell, by photo id; photos about which nothing is to be said are left out."""
    shown = sum(1 for seen in faces.values() if seen)
    if len(faces) < LEAST_PHOTOS or 2 * shown < len(faces):
        return {}
    alone = {photo_id: seen[0] for photo_id, seen in faces.items() if is_clear(seen)}
    findings = {photo_id: _of(photo_id, seen, alone) for photo_id, seen in faces.items()}
    return {photo_id: [finding] for photo_id, finding in findings.items() if finding is not None}


def _of(photo_id: str, seen: Sequence[Face], alone: Mapping[str, Face]) -> PhotoFinding | None:
    if not seen:
        message = "No face was found: fine for a few full-body photos, but it teaches no likeness."
        return PhotoFinding(code="no_face", message=message)
    if photo_id not in alone:
        message = "Shows several people: crop it, so that it is clear who is meant."
        return PhotoFinding(code="several_faces", message=message)
    others = [alike(seen[0], face) for other, face in alone.items() if other != photo_id]
    if len(others) >= LEAST_OTHERS and median(others) < STRANGE:
        message = "The face differs from those of most other photos: is this somebody else?"
        return PhotoFinding(code="other_person", message=message)
    return None
