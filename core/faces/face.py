"""What is known of a face and of the picture it is in: in memory only, never on a disk, never in an answer."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Face:
    """`side` in pixels of the file's picture, `share` of its height; `numbers`: 128, nearer for more alike faces.

    `box`: left, top, right, bottom as shares of the picture. The others as reading/face_measures.py says; `print` are 48 x 48 half
    floats, b"" where it was not made.
    """

    side: int
    share: float
    numbers: tuple[float, ...]
    box: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    yaw: float = 0.0
    mouth_open: float = 0.0
    mouth_wide: float = 0.0
    eye_light: float = 1.0
    sharpness: float = 1000.0
    light: float = 128.0
    side_light: float = 1.0
    print: bytes = b""


@dataclass(frozen=True)
class Scene:
    """Look of a whole picture: 12 x 12 RGB less its mean, 64 shares of colours, the share of bright yellow."""

    layout: tuple[float, ...]
    colours: tuple[float, ...]
    yellow: float


@dataclass(frozen=True)
class Seen:
    """All of a picture, its faces largest first; without a scene where it could not be read."""

    faces: tuple[Face, ...] = ()
    scene: Scene | None = None


_NAMES = {field.name for field in fields(Face)}


def seen_of(answer: Mapping[str, Any]) -> Seen:
    """Read the child's answer."""
    scene = answer.get("scene")
    return Seen(
        tuple(_face(entry) for entry in answer.get("faces", ())),
        Scene(tuple(scene["layout"]), tuple(scene["colours"]), scene["yellow"]) if scene else None,
    )


def _face(entry: Mapping[str, Any]) -> Face:
    known = {name: entry[name] for name in _NAMES & set(entry)}
    known |= {name: tuple(entry[name]) for name in ("numbers", "box") if name in entry}
    return Face(**{**known, "print": base64.b64decode(entry.get("print", ""))})
