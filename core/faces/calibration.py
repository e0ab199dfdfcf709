"""Where a face model's numbers part people: each model has its own, so that numbers of two are never mixed. Pure.

dlib: 243 pairs of one person and 6,778 of two, 29 people (facts: likeness section 2): at 0.40 both are equally likely, 0.4 %
of pairs of one person lie below it and 0.16 % of two people above; 99 % of strangers lie below 0.33. Its authors' own cut is a
distance of 0.6 (99.38 % right on Labelled Faces in the Wild).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Calibration:
    """`same`: from here on taken for one person; `good`: for a good likeness where a person's own photos are too few to say;
    `strangers`: 99 % of them lie below; `strange`: below it somebody else is suspected among a person's photos; `twin`: the
    distance up to which two photos show one moment; `enough`: the share of the way from strangers to a
    person's own photos that makes a good likeness."""

    model: str
    same: float
    good: float
    strangers: float
    strange: float
    twin: float
    enough: float


DLIB = Calibration(
    model="dlib_resnet_v1", same=0.40, good=0.50, strangers=0.33, strange=0.35, twin=0.25, enough=0.60
)
