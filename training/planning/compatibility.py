"""Combinations that cannot work are refused before anything is queued."""

from __future__ import annotations

from ...core.errors import InvalidError
from ...core.records.training import Overrides
from ..interface import BackendCapabilities
from .presets import Numbers


def require_possible(
    numbers: Numbers, overrides: Overrides, photos: int, capabilities: BackendCapabilities
) -> None:
    """InvalidError `option_out_of_range`, `batch_too_large` or `save_every_too_large`."""
    for name, value in overrides.model_dump(exclude_none=True).items():
        option = capabilities.options.get(name)
        if option is None or not isinstance(value, (int, float)) or isinstance(value, bool):
            continue
        low, high = option.min, option.max
        if (low is not None and value < low) or (high is not None and value > high):
            raise InvalidError(
                "option_out_of_range",
                f"{name} is {value:g}; {capabilities.label} takes {_range(low, high)}.",
                "Change it under Advanced, or leave it empty.",
            )
    if numbers.batch_size > max(1, photos):
        raise InvalidError(
            "batch_too_large",
            f"A batch of {numbers.batch_size} needs as many photos; there are {photos}.",
            "Use a smaller batch, or add photos.",
        )
    if overrides.save_every is not None and numbers.save_every > numbers.steps:
        raise InvalidError(
            "save_every_too_large",
            f"It would save every {numbers.save_every} steps and ends after {numbers.steps}.",
            "Save more often, or leave it empty.",
        )


def _range(low: float | None, high: float | None) -> str:
    """Trainers may name one end only."""
    if low is None or high is None:
        return f"at least {low:g}" if low is not None else f"at most {high:g}"
    return f"{low:g} to {high:g}"
