"""What is known of a face and of the picture it is in: in memory only, never on a disk, never in an answer."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from .calibration import DLIB

#: A head turned further than this is no three-quarter view any more (facts: likeness 5): little of the face is learned from it. What
#: can still be measured of one is another question (likeness.TOO_TURNED).
TURNED = 0.45
#: A face of fewer pixels tells little of whose it is: of those of 60 to 80, four of seven were found (facts: likeness 2). In a photo it
#: teaches little at any resolution of training; in a picture it says nothing of the LoRA, since models draw such faces badly, whoever
#: they show (full-body pictures of 512 pixels).
LEAST_SIDE = 64
#: A box as shares of a picture: left, top, right, bottom.
Shares = tuple[float, float, float, float]


@dataclass(frozen=True)
class Face:
    """`side` in pixels of the file's picture, `share` of its height; `numbers`: nearer for more alike faces, and only to those of the
    same `model`.

    `box`: left, top, right, bottom as shares of the picture. The others as reading/face_measures.py says; `print` are 48 x 48 half
    floats, b"" where it was not made.
    """

    side: int
    share: float
    numbers: tuple[float, ...] = field(repr=False)  # whatever prints a face tells nothing of whose it is
    box: Shares = (0.0, 0.0, 0.0, 0.0)
    yaw: float = 0.0
    mouth_open: float = 0.0
    mouth_wide: float = 0.0
    eye_light: float = 1.0
    sharpness: float = 1000.0
    light: float = 128.0
    side_light: float = 1.0
    #: red, green, blue below the chin; empty where the picture ends there
    clothes: tuple[int, ...] = ()
    print: bytes = field(default=b"", repr=False)
    model: str = DLIB.model


@dataclass(frozen=True)
class Scene:
    """Look of a whole picture: 12 x 12 RGB less its mean, 64 shares of colours, the share of bright yellow; `copy` and `variety` are
    vectors of length 1 where a model for that was chosen."""

    layout: tuple[float, ...]
    colours: tuple[float, ...]
    yellow: float
    copy: tuple[float, ...] = ()
    variety: tuple[float, ...] = ()


@dataclass(frozen=True)
class Seen:
    """All of a picture, its faces largest first; without a scene where it could not be read."""

    faces: tuple[Face, ...] = ()
    scene: Scene | None = None


_NAMES = {one.name for one in fields(Face)}


def seen_of(answer: Mapping[str, Any], model: str = DLIB.model) -> Seen:
    """Read the child's answer; `model` is what described the faces."""
    scene = answer.get("scene")
    return Seen(
        tuple(_face(entry, model) for entry in answer.get("faces", ())), _scene(scene) if scene else None
    )


def _scene(entry: Mapping[str, Any]) -> Scene:
    vectors = (tuple(entry.get(name, ())) for name in ("layout", "colours", "copy", "variety"))
    layout, colours, copy, variety = vectors
    return Scene(layout, colours, entry["yellow"], copy, variety)


def _face(entry: Mapping[str, Any], model: str) -> Face:
    known = {name: entry[name] for name in _NAMES & set(entry)}
    known |= {name: tuple(entry[name]) for name in ("numbers", "box", "clothes") if name in entry}
    return Face(**{**known, "print": base64.b64decode(entry.get("print", "")), "model": model})
