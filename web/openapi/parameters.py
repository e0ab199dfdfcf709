"""Query parameters: what each route takes, held to it before the route is called and told in openapi.json."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, get_args

from ...core.errors import InvalidError
from ...core.families.families import Families
from ...core.generations.listing import Sort
from ...core.ids import id_pattern, require_id
from ...core.logs import SERVICES
from ...core.marks.picture_file import Format
from ...core.records.generation import OrderPurpose
from ...core.records.job import JobKind
from ...core.records.job_states import JobState
from ...core.said import FieldFault, Said, listed
from ...core.settings import LANGUAGE_CODE
from ..http.responses import MAX_PAGE
from ..route import Route

#: From the whole sentence about the value.
Refusal = Callable[[Said], InvalidError]


def _bad_query(message: Said) -> InvalidError:
    return InvalidError("bad_query", message, "Correct the address.")


def _bad_number(message: Said) -> InvalidError:
    return InvalidError("bad_number", message, "Use a number in this range.")


def _bad_limit(message: Said) -> InvalidError:
    return InvalidError("bad_limit", message, "Ask for a smaller page.")


def _bad_purpose(message: Said) -> InvalidError:
    return InvalidError("bad_purpose", message, "Use one of these.")


def _bad_state(message: Said) -> InvalidError:
    return InvalidError("bad_state", message, "Use only these states.")


def _bad_service(message: Said) -> InvalidError:
    return InvalidError("bad_service", message, "Choose one of these.")


class Kind(Protocol):
    """The kind of a parameter; `fault` says what a value must be, `refused` is for what it is not."""

    @property
    def fault(self) -> FieldFault: ...

    @property
    def refused(self) -> Refusal: ...

    def takes(self, text: str) -> bool: ...

    def schema(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Choice:
    """A choice of a few words; an empty one may be among them."""

    values: tuple[str, ...]
    refused: Refusal = _bad_query

    @property
    def fault(self) -> FieldFault:
        return FieldFault("{field} must be one of {choices}.", choices=listed(filter(None, self.values)))

    def takes(self, text: str) -> bool:
        return text in self.values

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.values)}


@dataclass(frozen=True)
class Choices:
    """Several of a few words, with commas between them; an empty text is no restriction."""

    values: tuple[str, ...]
    refused: Refusal = _bad_query

    @property
    def fault(self) -> FieldFault:
        return FieldFault(
            "{field} must be one or more of {choices}, with commas between them.", choices=listed(self.values)
        )

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
    refused: Refusal = _bad_number

    @property
    def fault(self) -> FieldFault:
        return FieldFault(
            "{field} must be a number between {least} and {most}.", least=self.low, most=self.high
        )

    def takes(self, text: str) -> bool:
        return bool(re.fullmatch(r"[0-9]{1,9}", text)) and self.low <= int(text) <= self.high

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True)
class Text:
    """A text that fits a pattern."""

    pattern: str
    fault: FieldFault
    refused: Refusal = _bad_query

    def takes(self, text: str) -> bool:
        return re.fullmatch(self.pattern, text) is not None

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^(?:{self.pattern})$"}


@dataclass(frozen=True)
class FamilyKey:
    """The name of a model family that is offered; the records are read at the first question, and refuse in their own words."""

    refused: Refusal = _bad_query

    @property
    def fault(self) -> FieldFault:
        return FieldFault("{field} must be one of {choices}.", choices=listed(_families()))

    def takes(self, text: str) -> bool:
        return text in _families()

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(_families())}


@functools.cache
def _families() -> tuple[str, ...]:
    return tuple(family.key for family in Families().offered())


def id_of(prefix: str) -> Text:
    """An identifier of ours."""
    fault = FieldFault("{field} must be an identifier that begins with {prefix}.", prefix=f"{prefix}_")
    return Text(id_pattern(prefix).strip("^$"), fault)


def line_of(most: int, least: int = 0) -> Text:
    """A line of what people write or name things by."""
    fault = FieldFault("{field} must be one line of at most {most} characters.", most=most)
    return Text(rf"[^\x00-\x1f]{{{least},{most}}}", fault)


_WRITTEN = FieldFault("{field} is not written as it should be.")
_OF_PAGE = FieldFault("{field} must be what the page before gave as next_cursor.")
FLAG = Choice(("0", "1"))
#: What the list before gave as `next_cursor`; an empty one means the first page.
CURSOR = Text(r"[0-9A-Za-z_:.-]{0,80}", _OF_PAGE)
NAME = Text(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}", _WRITTEN)
FAMILY = FamilyKey()
PAGE: Mapping[str, Kind] = {"limit": Whole(1, MAX_PAGE, _bad_limit), "cursor": CURSOR}
SIZE = Choice(("thumb", "full"))
FRONTEND = {"frontend": Text(r"[ -~]{0,4000}", _WRITTEN)}
PURPOSE = Choice(get_args(OrderPurpose), _bad_purpose)

#: The prefix of an `id` in a path, by what stands before it; a `pid` is a photo's.
_ID_AFTER = {"characters": "chr", "jobs": "job", "generations": "gen", "albums": "alb", "photo-days": "day"}
#: Other parameters of paths by name.
_PATHS: Mapping[str, Kind] = {
    "n": Text(r"[0-9]{1,4}", _WRITTEN),
    "step": Text(r"[0-9]{1,9}", _WRITTEN),
    "code": Text(r"[a-z_]{1,60}", _WRITTEN),
    "file": NAME,
    "key": FAMILY,
    "language": Text(LANGUAGE_CODE, _WRITTEN),
    "name": NAME,
}
#: handler -> its parameters by name; what is not listed here is not looked at
QUERIES: Mapping[str, Mapping[str, Kind]] = {
    "characters.list_all": {**PAGE, "deleted": FLAG},
    "photos.list_all": {"deleted": FLAG},
    "photos.image": {"size": SIZE, "deleted": FLAG},
    "training.presets": {
        "family": FAMILY,
        "route": Text(r"[a-z0-9_]{0,40}", _WRITTEN),
        "backend": NAME,
        "method": Text(r"[a-z_]{1,40}", _WRITTEN),
        "character_id": id_of("chr"),
        "photos": Whole(0, 500),
    },
    "jobs.list_all": {
        **PAGE,
        "cursor": Text(r"[0-9]{0,15}", _OF_PAGE),
        "state": Choices(tuple(state.value for state in JobState), _bad_state),
        "kind": Choices(get_args(JobKind)),
        "character_id": id_of("chr"),
    },
    "jobs.log": {"tail": Whole(0, 5000)},
    "generations.list_all": {
        **PAGE,
        "character_id": id_of("chr"),
        "recipe": line_of(80),
        "deleted": FLAG,
        "favourite": FLAG,
        "album_id": id_of("alb"),
        "purpose": PURPOSE,
        "version": line_of(400),
        "search": line_of(200),
        "sort": Choice(get_args(Sort)),
    },
    "events.everything": {"many": FLAG, "once": FLAG, "greet": FLAG},
    "gallery.photo_days.list_all": {"character_id": id_of("chr")},
    "generations.image": {"size": SIZE, "deleted": FLAG},
    "generations.copy": {"format": Choice(get_args(Format))},
    "outside_loras.show": {"name": line_of(1000, least=1)},
    "outside_loras.preview": {"name": line_of(1000, least=1)},
    "prompting.history": {
        **PAGE,
        "search": line_of(200),
        "favourite": FLAG,
    },
    "prompting.style_pictures": {
        "recipe": line_of(80),
        "base_model": line_of(400),
    },
    "diagnosis.of_picture": {"character_id": id_of("chr")},
    "logs.diagnostics": FRONTEND,
    "logs.issue": FRONTEND,
    "help.storage.room": {"incoming": Whole(0, 2**50)},
    "help.storage.list_folders": {"of": Text(r"((job|chr)_[0-9a-z]{26})?", _WRITTEN)},
    "logs.find": {
        "correlation_id": Text(r"[A-Za-z0-9._-]{0,64}", _WRITTEN),
        "service": Choice(("", *SERVICES), _bad_service),
        "limit": Whole(0, 1000),
    },
}


def names_in(path: str) -> list[str]:
    """The parameters of a route's path, in their order."""
    return re.findall(r"\{(\w+)\}", path)


def of_path(path: str, name: str) -> Kind:
    """The kind of a parameter of a route's path."""
    prefix = _prefix(path, name)
    return id_of(prefix) if prefix else _PATHS[name]


def _prefix(path: str, name: str) -> str:
    if name == "pid":
        return "pho"
    parts = path.split("/")
    return _ID_AFTER[parts[parts.index("{id}") - 1]] if name == "id" else ""


def check(route: Route, in_path: Mapping[str, str], query: Mapping[str, str]) -> None:
    """Raises InvalidError for the first value that is not what it may be; a family or a file is looked up where it is used."""
    for name in names_in(route.path):
        if prefix := _prefix(route.path, name):
            require_id(prefix, in_path[name])
    for name, kind in QUERIES.get(route.handler, {}).items():
        if name in query and kind is not FAMILY and not kind.takes(query[name]):
            raise kind.refused(kind.fault.about(name))
