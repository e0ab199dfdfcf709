"""What pictures of a person are measured against: photos that no training on the wall has seen, where there are enough. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .calibration import DLIB, Calibration
from .face import Face
from .likeness import MOST_REFERENCES, own_likeness, reachable, without_twins

#: Fewer photos held back than this say little; all photos are used then.
LEAST_HELD_OUT = 2


@dataclass(frozen=True)
class TrainedOn:
    """The faces of the photos that a version was trained on, and of those held back from it."""

    trained: Sequence[Face] = ()
    held_out: Sequence[Face] = ()


@dataclass(frozen=True)
class Yardstick:
    """`own`: how alike the person's photos are; `reach`: the same where they are enough to make bands of; `is_trained`: some of
    `references` may have been trained on."""

    references: Sequence[Face] = ()
    own: float | None = None
    reach: float | None = None
    is_trained: bool = False


def yardstick_of(
    photos: Sequence[Face], trainings: Sequence[TrainedOn], calibration: Calibration = DLIB
) -> Yardstick:
    """Make one yardstick for the pictures of all these trainings: `photos` are all clear ones of the person, the best first.

    Numbers of two trainings are compared by photos that neither has seen, nor a twin of: each by its own would not be fair.
    """
    trained = [face for training in trainings for face in training.trained]
    held_out = {face.numbers: face for training in trainings for face in training.held_out}
    unseen = without_twins(held_out.values(), trained, calibration)
    is_unseen = len(unseen) >= LEAST_HELD_OUT
    references = unseen if is_unseen else [*photos] or unseen
    return Yardstick(
        references=references[:MOST_REFERENCES],
        own=own_likeness(photos),
        reach=reachable(photos),
        is_trained=not is_unseen and bool(trained),
    )
