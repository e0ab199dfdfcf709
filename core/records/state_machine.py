"""State machines are an enum and one table; anything the table does not hold raises."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from ..errors import IllegalTransitionError
from ..said import State, said

S = TypeVar("S", bound=Enum)


def require_transition(table: Mapping[S, frozenset[S]], before: S, after: S) -> None:
    """IllegalTransitionError `illegal_transition` unless `table` allows before -> after."""
    if after not in table[before]:
        raise IllegalTransitionError(
            "illegal_transition",
            said(
                "This can't change from {before} to {after}.",
                before=State(before.value),
                after=State(after.value),
            ),
            "Reload: it may have changed in the meantime.",
        )
