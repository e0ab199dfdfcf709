"""What was measured of a picture's likeness: a number and a word, nothing of the face itself."""

from __future__ import annotations

from typing import Literal

from .base import Stored

Verdict = Literal["good", "fair", "poor", "not_measurable"]


class Likeness(Stored):
    """`score` 0 to 1, None where no face was found (a profile, a small or a hidden face); `faces` found in the picture."""

    verdict: Verdict
    score: float | None = None
    faces: int = 0
