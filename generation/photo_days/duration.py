"""How long pictures take here, by those that were made. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from statistics import median

from ...core.clock import moment
from ...core.records.generation import Generation, GenerationRequest
from ...core.records.generation_states import GenerationState

#: From one picture alone nothing is said: the first one loads the model.
LEAST = 2
#: The newest are asked: settings, model and machine may have changed since.
NEWEST = 20


def seconds_per_picture(made: Iterable[Generation], pixels: float, steps: float) -> float | None:
    """Tell how long a picture of so many pixels and steps takes: the median over the newest 20 orders, each scaled by its own pixels
    and steps. None where fewer than two were made, and it is not known.

    ComfyUI draws one after the other, so an order took from when it was sent, or from when the one before it had ended where that is
    later, until its own end. `steps` also stand for those of an order that names none.
    """
    ended = sorted((one for one in made if one.finished_at), key=lambda one: str(one.finished_at))
    rates: list[float] = []
    before: datetime | None = None
    for one in ended:
        begun, finished = moment(one.created_at), moment(str(one.finished_at))
        start = begun if before is None else max(begun, before)
        before = finished
        work = _work(one.request, steps) * len(one.images)
        if one.state is GenerationState.COMPLETED and work:
            rates.append((finished - start).total_seconds() / work)
    if len(rates) < LEAST:
        return None
    return round(median(rates[-NEWEST:]) * pixels * steps, 3)


def _work(request: GenerationRequest, steps: float) -> float:
    return request.width * request.height * (steps if request.steps is None else request.steps)
