"""Which saves of a training are looked at. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ....core.records.checkpoint import Checkpoint


def spaced(checkpoints: Sequence[Checkpoint], save_every: int) -> list[int]:
    """The steps of sound saves, without those that came in between: a pause and a person's press save as well, and trainers
    count a step more or less."""
    steps: list[int] = []
    for checkpoint in checkpoints:
        if checkpoint.proof.holds and (not steps or checkpoint.step - steps[-1] > save_every / 2):
            steps.append(checkpoint.step)
    return steps


def due(
    checkpoints: Sequence[Checkpoint], save_every: int, steps: int, looked_at: Collection[int]
) -> list[int]:
    """List the steps still to be looked at. At the last step there is nothing left to end."""
    return [step for step in spaced(checkpoints, save_every) if step not in looked_at and step < steps]
