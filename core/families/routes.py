"""Ways to train one family: each is the family's record with a few fields of its own.

A route decides what is trained on and how, never what draws: LoRAs of all routes are of one family and go onto the same base.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ..records.base import Record
from .hub_parts import HubPart

#: Tables of a family's record in which a route replaces single values.
_TABLES = ("training_base", "defaults", "needs", "trainer")
#: Fields that it replaces whole.
_FIELDS = ("gated", "trainer_hubs")


class Route(Record):
    """`[[routes]]` of a family's file; the first is the record itself and is taken where nobody chooses.

    `like`: another route that it differs from, '' for the record. `label` and `about` are shown. `expert`: for those who know why.
    `retired`: no longer offered; trainings that were begun by it go on by it, also those from before routes had names.
    """

    key: str = Field(pattern="^[a-z][a-z0-9_]{0,30}$")
    like: str = ""
    label: str
    about: str
    expert: bool = False
    retired: bool = False
    gated: bool | None = None
    trainer_hubs: list[HubPart] | None = None
    training_base: dict[str, Any] = Field(default_factory=dict)
    defaults: dict[str, Any] = Field(default_factory=dict)
    needs: dict[str, Any] = Field(default_factory=dict)
    trainer: dict[str, Any] = Field(default_factory=dict)

    @property
    def changes(self) -> bool:
        """Whether it differs from the record at all."""
        return bool(self.model_dump(include={"like", *_TABLES, *_FIELDS}, exclude_defaults=True))

    def laid_over(self, record: dict[str, Any]) -> dict[str, Any]:
        """The record's content by this route; what comes of it has no routes of its own."""
        whole = {name: getattr(self, name) for name in _FIELDS if getattr(self, name) is not None}
        parts = {name: {**record[name], **getattr(self, name)} for name in _TABLES}
        return {**record, **whole, **parts, "route": self.key, "routes": []}
