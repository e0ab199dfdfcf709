"""What pictures of a person are measured against: photos that no training on the wall has seen, where there are enough. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .copying import is_copy
from .face import Face
from .likeness import MOST_REFERENCES, own_likeness, reachable, without_twins
from .models.records import calibration_of

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


def yardstick_of(photos: Sequence[Face], trainings: Sequence[TrainedOn]) -> Yardstick:
    """Make one yardstick for the pictures of all these trainings: `photos` are all clear ones of the person, the best first.

    Numbers of two trainings are compared by photos that neither has seen, nor a twin of: each by its own would not be fair.
    """
    trained = [face for training in trainings for face in training.trained]
    held_out = {face.numbers: face for training in trainings for face in training.held_out}
    unseen = without_twins(held_out.values(), trained)
    is_unseen = len(unseen) >= LEAST_HELD_OUT
    references = unseen if is_unseen else [*photos] or unseen
    return Yardstick(
        references=references[:MOST_REFERENCES],
        own=own_likeness(photos),
        reach=reachable(photos),
        is_trained=not is_unseen and bool(trained),
    )


def copies_photo(face: Face, training: TrainedOn) -> bool | None:
    """Tell whether a face copies a photo that was trained on; None where that cannot be told: what is a twin of what is measured for
    each model."""
    calibration = calibration_of(face.model)
    if calibration is None:
        return None
    return is_copy(face, training.trained, training.held_out, calibration)
