"""What was measured of a picture's likeness: numbers and words, nothing of the face itself."""

from __future__ import annotations

from typing import Literal

from .base import Stored

Verdict = Literal["good", "fair", "poor", "not_measurable"]
#: Why nothing could be measured; "" where it was, or where no photo of the person shows one clear face.
Unmeasurable = Literal["", "no_face", "too_small", "turned", "drawing", "uncalibrated"]


class Likeness(Stored):
    """`score` 0 to 1, None where nothing could be measured (`why`); `faces` found in the picture; `model`: what described them, '' for
    dlib, which older versions of us used. Of a model that was never calibrated there is a score and no verdict (`uncalibrated`).

    `copied`: the face is that of a training photo, pose and light included; None where that cannot be told. An older version
    of us did not look for it (`has_looked_for_copies`). `rivals`: further faces nearly as large as the largest, so that it is not clear
    who is meant.
    """

    verdict: Verdict
    score: float | None = None
    faces: int = 0
    why: Unmeasurable = ""
    copied: bool | None = None
    model: str = ""
    rivals: int = 0

    @property
    def has_looked_for_copies(self) -> bool:
        """Tell whether what measured it knew of copies."""
        return "copied" in self.model_fields_set
