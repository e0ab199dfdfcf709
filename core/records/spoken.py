"""The words of a record in English, and beside them what another language needs to say them: template and values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, Field, model_validator

from ..said import Said, as_json, from_json
from .base import Stored

T = TypeVar("T", bound="Spoken")


class Sentence(Stored):
    """A sentence as a template and the values of its gaps (core/said.py says of what kinds)."""

    text: str
    values: dict[str, Any] = Field(default_factory=dict)


class Spoken(BaseModel):
    """A part of records that tell people something. `said` has the sentences with gaps by their field, `warnings.0` for the first of
    several; sentences without gaps are their own template. Records of before it have none, and are shown as they are."""

    said: dict[str, Sentence] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _keep_sentences(cls, given: Any) -> Any:
        if not isinstance(given, dict) or not (found := sentences(given)):
            return given
        return {**given, "said": {**given.get("said", {}), **found}}

    def saying(self: T, **changes: Any) -> T:
        """The same with these fields changed; what was said of them before goes."""
        kept = {place: one for place, one in self.said.items() if place.partition(".")[0] not in changes}
        found = {place: Sentence.model_validate(one) for place, one in sentences(changes).items()}
        return self.model_copy(update={**changes, "said": {**kept, **found}})

    def sentence(self, field: str) -> str:
        """A field's words as they were said, to be part of another sentence."""
        told = self.said.get(field)
        return getattr(self, field) if told is None else from_json(told.model_dump())


def sentences(fields: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Every sentence with gaps among these values and their lists, by its place."""
    found = {}
    for name, value in fields.items():
        places = (
            {f"{name}.{number}": one for number, one in enumerate(value)}
            if isinstance(value, (list, tuple))
            else {name: value}
        )
        found.update(
            {place: as_json(one) for place, one in places.items() if isinstance(one, Said) and one.values}
        )
    return found


def told(fields: Mapping[str, Any]) -> dict[str, Any]:
    """An answer with its sentences beside it."""
    return {**fields, "said": sentences(fields)}
