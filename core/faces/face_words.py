"""A face in coarse words, for the chart of what a person's photos cover: all that is kept of it beside its height. Pure.

Angles: facts, likeness 5. Mouths of emotions in public photographs: open .47 surprised, .39 fearful, .19 happy, .16 neutral; wide
.78 happy, .56 neutral. No word for a feeling: a sad mouth is as wide as a smile (.73), so words name only what was measured.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..records.photo import FaceWords
from .face import TURNED, Face
from .likeness import is_clear

#: Yaw up to which a face looks ahead.
FRONTAL = 0.15
OPEN, WIDE = 0.3, 0.7
#: One half of the face so many times as bright as the other: a ratio, the same for every skin.
SIDE = 1.5
#: Colours: value below which all is black; saturation below which it has none, and the value from which that is white.
_BLACK, _PALE, _WHITE = 55, 0.18, 185
#: Hues in degrees up to which a colour has its name; beyond the last it is red again.
_HUES = ((14, "red"), (45, "brown"), (70, "yellow"), (170, "green"), (255, "blue"), (335, "purple"))


def words_of(faces: Sequence[Face]) -> FaceWords:
    """Say what a photo shows; nothing where no face or more than one could be meant."""
    if not is_clear(faces):
        return FaceWords()
    face = faces[0]
    return FaceWords(
        angle=angle_of(face),
        light="side" if face.side_light >= SIDE else "even",
        mouth=_mouth(face),
        clothes=colour_of(face.clothes),
    )


def angle_of(face: Face) -> str:
    yaw = abs(face.yaw)
    return "frontal" if yaw < FRONTAL else "three_quarter" if yaw <= TURNED else "turned"


def _mouth(face: Face) -> str:
    """Turned away, it is seen from the side and tells nothing."""
    if abs(face.yaw) > TURNED:
        return ""
    return "open" if face.mouth_open >= OPEN else "wide" if face.mouth_wide >= WIDE else "closed"


def colour_of(pixel: Sequence[int]) -> str:
    """Name a colour roughly; '' for none."""
    if len(pixel) != 3:
        return ""
    low, high = min(pixel), max(pixel)
    if high < _BLACK:
        return "black"
    if high - low < _PALE * high:
        return "white" if high > _WHITE else "grey"
    hue = _hue(pixel, low, high)
    return next((name for end, name in _HUES if hue < end), "red")


def _hue(pixel: Sequence[int], low: int, high: int) -> float:
    red, green, blue = pixel
    if high == red:
        return 60 * ((green - blue) / (high - low)) % 360
    return 60 * ((blue - red) / (high - low) + 2 if high == green else (red - green) / (high - low) + 4)
