"""What a picture may ask of a family's generating base: numbers beyond these come out as noise, burnt or as somebody else."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator

from ..records.base import Record

#: What a family bounds; `strength` is that of a LoRA.
Bounded = Literal["steps", "guidance", "strength"]


def _ordered(limits: tuple[float, float]) -> tuple[float, float]:
    if limits[0] > limits[1]:
        raise ValueError("the least stands before the most")
    return limits


Limits = Annotated[tuple[float, float], AfterValidator(_ordered)]


class Bounds(Record):
    """The least and the most of each number, both included; a record that says nothing takes as many steps and as much guidance as
    a request may ask for. They are the generating base's own: another model of the same tensors that wants other steps and
    guidance is held to neither."""

    steps: Limits = (1.0, 200.0)
    guidance: Limits = (0.0, 30.0)
    strength: Limits = (0.0, 1.5)

    def of(self, name: Bounded) -> tuple[float, float]:
        return {"steps": self.steps, "guidance": self.guidance, "strength": self.strength}[name]

    def bears(self, name: Bounded, value: float) -> bool:
        least, most = self.of(name)
        return least <= value <= most
