"""An answer to "Why does it not look like me?": causes, the likeliest first, each with what mends it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .base import Record

#: What mends a cause; the panel has a button for each. `photos`, `captions` and `trigger` lead to the person's page, `put_trigger`,
#: `strength`, `steps`, `prompt`, `closer` and `base` back to the form of the picture, `version` makes the version of `file` the best,
#: `faces` draws the faces of picture `n` of `generation_id` again.
Mending = Literal[
    "photos",
    "captions",
    "trigger",
    "put_trigger",
    "strength",
    "steps",
    "prompt",
    "closer",
    "faces",
    "base",
    "version",
    "compare",
    "set_up_measuring",
    "train",
    "train_on",
]


class Cause(Record):
    """A cause: `values` fill its sentence, and say what its button needs (`file`, `job_id`, `strength`, `steps`, `codes`);
    `weight` is how likely it is, 0 to 100 (core/diagnosis/found.py)."""

    code: str
    action: Mending
    weight: int
    values: dict[str, str | int | float] = Field(default_factory=dict)


class Diagnosis(Record):
    """The answer: at most three causes. Never empty: where nothing is known, it says what to measure first."""

    causes: list[Cause] = Field(max_length=3)
