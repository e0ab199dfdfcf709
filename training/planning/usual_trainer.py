"""Who trains where nobody chose: the trainer of the mode, and one that stands in for it where that can train neither the model nor on this
machine. A pure function of what trainers say of themselves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ...core.records.job import Needs
from ...core.records.worker import BackendState


@dataclass(frozen=True)
class Candidate:
    """A trainer. `can_be_set_up`: it is not ready, and Isengard may and can make it so."""

    name: str
    families: Collection[str]
    needs: Needs
    state: BackendState
    placeholder: bool = False
    can_be_set_up: bool = False

    def can(self, family: str, *, has_gpu: bool) -> bool:
        """Whether it could train this family ('' for any) once it is ready."""
        return (not family or family in self.families) and (self.needs == "cpu" or has_gpu)


def usual_trainer(
    preferred: Candidate,
    stand_ins: Sequence[Candidate],
    *,
    has_gpu: bool,
    elsewhere: bool = False,
    family: str = "",
) -> str:
    """The trainer's name. `has_gpu`: one was found here; `elsewhere`: workers of other machines may train it. One that is broken stays
    the usual one: that is told, and mended."""
    able = preferred.can(family, has_gpu=has_gpu or elsewhere)
    lost = preferred.state.state == "unsupported" or (
        preferred.state.state == "not_installed" and not preferred.can_be_set_up
    )
    if preferred.placeholder or (able and (elsewhere or not lost)):
        return preferred.name
    for one in stand_ins:
        if one.state.state == "ready" and not one.placeholder and one.can(family, has_gpu=has_gpu):
            return one.name
    return preferred.name
