"""Whether a model bears what a request asks of it; the bounds are its record's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from ...core.errors import InvalidError
from ...core.families.bounds import Bounded
from ...core.said import said
from .model_files import FamilyFiles

_WORDS: dict[Bounded, str] = {
    "steps": "Steps are {value}; {model} takes {least} to {most}.",
    "guidance": "Guidance is {value}; {model} takes {least} to {most}.",
    "strength": "Strength is {value}; {model} takes {least} to {most}.",
}


class Asked(Protocol):
    """The numbers of a request; None for the usual ones."""

    @property
    def steps(self) -> int | None: ...

    @property
    def guidance(self) -> float | None: ...


class Drawn(Protocol):
    """Somebody in the picture."""

    @property
    def strength(self) -> float: ...


def require_borne(
    family: FamilyFiles, files: Mapping[str, str], asked: Asked, people: Sequence[Drawn]
) -> None:
    """InvalidError `option_out_of_range`. Where another model of the same tensors is chosen that wants other numbers, what it
    bears is not known: then the likeness alone is looked at."""
    strengths: list[tuple[Bounded, float | None]] = [("strength", person.strength) for person in people]
    own: list[tuple[Bounded, float | None]] = [("steps", asked.steps), ("guidance", asked.guidance)]
    for name, value in [*strengths, *([] if family.wanted_by(files) else own)]:
        if value is not None and not family.bounds.bears(name, value):
            least, most = family.bounds.of(name)
            raise InvalidError(
                "option_out_of_range",
                said(
                    _WORDS[name],
                    value=f"{value:g}",
                    model=family.label,
                    least=f"{least:g}",
                    most=f"{most:g}",
                ),
                "Choose a number in between, or leave it empty for the default.",
            )
