"""Query parameters: what each route takes, held to it before the route is called and told in openapi.json."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, get_args

from ...core.errors import InvalidError
from ...core.families.families import Families
from ...core.ids import id_pattern
from ...core.logs import SERVICES
from ...core.records.generation import OrderPurpose
from ...core.records.job import JobKind
from ...core.records.job_states import JobState
from ..http.responses import MAX_PAGE


class Kind(Protocol):
    """What a parameter may be; `words` end the sentence "limit must be ..."."""

    @property
    def words(self) -> str: ...

    def takes(self, text: str) -> bool: ...

    def schema(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    values: tuple[str, ...]

    @property
    def words(self) -> str:
        return " or ".join(self.values)

    def takes(self, text: str) -> bool:
        return text in self.values

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.values)}


@dataclass(frozen=True)
class Choices:
    """Several of a few words, with commas between them; an empty text is no restriction."""

    values: tuple[str, ...]

    @property
    def words(self) -> str:
        return f"of {', '.join(self.values)}, with commas between them"

    def takes(self, text: str) -> bool:
        return set(filter(None, text.split(","))) <= set(self.values)

    def schema(self) -> dict[str, Any]:
        one = f"(?:{'|'.join(self.values)})"
        return {"type": "string", "pattern": f"^(?:{one}(?:,{one})*)?$"}


@dataclass(frozen=True)
class Whole:
    """A whole number in a range."""

    low: int
    high: int

    @property
    def words(self) -> str:
        return f"between {self.low} and {self.high}"

    def takes(self, text: str) -> bool:
        return bool(re.fullmatch(r"[0-9]{1,9}", text)) and self.low <= int(text) <= self.high

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True)
class Text:
    """A text that fits a pattern."""

    pattern: str
    words: str

    def takes(self, text: str) -> bool:
        return re.fullmatch(self.pattern, text) is not None

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^(?:{self.pattern})$"}


@dataclass(frozen=True)
class FamilyKey:
    """The name of a model family that is offered; the records are read at the first question."""

    @property
    def words(self) -> str:
        return " or ".join(_families())

    def takes(self, text: str) -> bool:
        return text in _families()

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(_families())}


@functools.cache
def _families() -> tuple[str, ...]:
    return tuple(family.key for family in Families().offered())


def id_of(prefix: str) -> Text:
    """An identifier of ours."""
    return Text(id_pattern(prefix).strip("^$"), f"a {prefix}_ identifier")


FLAG = Choice(("0", "1"))
#: What the list before gave as `next_cursor`; an empty one means the first page.
CURSOR = Text(r"[0-9A-Za-z_:.-]{0,80}", "what the page before gave as next_cursor")
NAME = Text(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}", "a name")
FAMILY = FamilyKey()
PAGE: Mapping[str, Kind] = {"limit": Whole(1, MAX_PAGE), "cursor": CURSOR}
SIZE = Choice(("thumb", "full"))
PURPOSE = Choice(get_args(OrderPurpose))

#: parameters of paths by name; an `id` is that of what stands before it
PATHS: Mapping[str, Kind] = {
    "pid": id_of("pho"),
    "n": Text(r"[0-9]{1,4}", "a picture's number"),
    "step": Text(r"[0-9]{1,9}", "a step"),
    "code": Text(r"[a-z_]{1,60}", "a code"),
    "file": NAME,
    "key": FAMILY,
    "name": NAME,
}
#: handler -> its parameters by name; what is not listed here is not looked at
QUERIES: Mapping[str, Mapping[str, Kind]] = {
    "characters.list_all": {**PAGE, "deleted": FLAG},
    "photos.image": {"size": SIZE},
    "training.presets": {
        "family": FAMILY,
        "backend": NAME,
        "character_id": id_of("chr"),
        "photos": Whole(0, 500),
    },
    "jobs.list_all": {
        **PAGE,
        "cursor": Text(r"[0-9]{0,15}", "what the page before gave as next_cursor"),
        "state": Choices(tuple(state.value for state in JobState)),
        "kind": Choices(get_args(JobKind)),
        "character_id": id_of("chr"),
    },
    "jobs.log": {"tail": Whole(0, 5000)},
    "generations.list_all": {
        **PAGE,
        "character_id": id_of("chr"),
        "recipe": Text(r"[^\x00-\x1f]{0,80}", "a recipe's name"),
        "deleted": FLAG,
        "favourite": FLAG,
        "purpose": PURPOSE,
    },
    "generations.image": {"size": SIZE},
    "logs.find": {
        "correlation_id": Text(r"[A-Za-z0-9._-]{0,64}", "a correlation id"),
        "service": Choice(("", *SERVICES)),
        "limit": Whole(0, 1000),
    },
}
#: Refused by their routes, each with a code of its own.
_REFUSED_THERE = {"limit", "photos", "tail", "state", "service", "purpose", "family"}


def check(handler: str, query: Mapping[str, str]) -> None:
    """Raises InvalidError `bad_query` for the first value that is not what it may be."""
    for name, kind in QUERIES.get(handler, {}).items():
        if name in query and name not in _REFUSED_THERE and not kind.takes(query[name]):
            raise InvalidError("bad_query", f"{name} must be {kind.words}.", "Correct the address.")
