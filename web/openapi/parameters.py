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
from ...core.said import said
from ...core.settings import LANGUAGE_CODE
from ..http.responses import MAX_PAGE
from ..route import Route

#: From a parameter's name and the words of its kind.
Refusal = Callable[[str, str], InvalidError]


def _bad_query(name: str, words: str) -> InvalidError:
    return InvalidError(
        "bad_query", said("{name} must be {words}.", name=name, words=said(words)), "Correct the address."
    )


def _bad_number(name: str, words: str) -> InvalidError:
    return InvalidError(
        "bad_number",
        said("{name} must be {words}.", name=name, words=said(words)),
        "Use a number in this range.",
    )


def _bad_limit(_: str, words: str) -> InvalidError:
    return InvalidError(
        "bad_limit", said("limit must be {words}.", words=said(words)), "Ask for a smaller page."
    )


def _bad_purpose(_: str, words: str) -> InvalidError:
    return InvalidError(
        "bad_purpose", said("purpose must be {words}.", words=said(words)), "Use one of these."
    )


def _bad_state(_: str, words: str) -> InvalidError:
    return InvalidError(
        "bad_state", said("state must be {words}.", words=said(words)), "Use only these states."
    )


def _bad_service(_: str, words: str) -> InvalidError:
    return InvalidError(
        "bad_service", said("service must be {words}.", words=said(words)), "Choose one of these."
    )


class Kind(Protocol):
    """The kind of a parameter; `words` end the sentence "limit must be ..."; `refused` is for what it is not."""

    @property
    def words(self) -> str: ...

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
    def words(self) -> str:
        return " or ".join(filter(None, self.values))

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
    def words(self) -> str:
        return said("of {choices}, with commas between them", choices=", ".join(self.values))

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
    def words(self) -> str:
        return said("between {least} and {most}", least=self.low, most=self.high)

    def takes(self, text: str) -> bool:
        return bool(re.fullmatch(r"[0-9]{1,9}", text)) and self.low <= int(text) <= self.high

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True)
class Text:
    """A text that fits a pattern."""

    pattern: str
    words: str
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
    return Text(id_pattern(prefix).strip("^$"), said("a {prefix}_ identifier", prefix=prefix))


FLAG = Choice(("0", "1"))
#: What the list before gave as `next_cursor`; an empty one means the first page.
CURSOR = Text(r"[0-9A-Za-z_:.-]{0,80}", "what the page before gave as next_cursor")
NAME = Text(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}", "a name")
FAMILY = FamilyKey()
PAGE: Mapping[str, Kind] = {"limit": Whole(1, MAX_PAGE, _bad_limit), "cursor": CURSOR}
SIZE = Choice(("thumb", "full"))
FRONTEND = {"frontend": Text(r"[ -~]{0,4000}", "what the panel says of ComfyUI's frontend")}
PURPOSE = Choice(get_args(OrderPurpose), _bad_purpose)

#: The prefix of an `id` in a path, by what stands before it; a `pid` is a photo's.
_ID_AFTER = {"characters": "chr", "jobs": "job", "generations": "gen", "albums": "alb", "photo-days": "day"}
#: Other parameters of paths by name.
_PATHS: Mapping[str, Kind] = {
    "n": Text(r"[0-9]{1,4}", "a picture's number"),
    "step": Text(r"[0-9]{1,9}", "a step"),
    "code": Text(r"[a-z_]{1,60}", "a code"),
    "file": NAME,
    "key": FAMILY,
    "language": Text(LANGUAGE_CODE, "a language's code"),
    "name": NAME,
}
#: handler -> its parameters by name; what is not listed here is not looked at
QUERIES: Mapping[str, Mapping[str, Kind]] = {
    "characters.list_all": {**PAGE, "deleted": FLAG},
    "photos.image": {"size": SIZE},
    "training.presets": {
        "family": FAMILY,
        "route": Text(r"[a-z0-9_]{0,40}", "a route of the family"),
        "backend": NAME,
        "method": Text(r"[a-z_]{1,40}", "a training method"),
        "character_id": id_of("chr"),
        "photos": Whole(0, 500),
    },
    "jobs.list_all": {
        **PAGE,
        "cursor": Text(r"[0-9]{0,15}", "what the page before gave as next_cursor"),
        "state": Choices(tuple(state.value for state in JobState), _bad_state),
        "kind": Choices(get_args(JobKind)),
        "character_id": id_of("chr"),
    },
    "jobs.log": {"tail": Whole(0, 5000)},
    "generations.list_all": {
        **PAGE,
        "character_id": id_of("chr"),
        "recipe": Text(r"[^\x00-\x1f]{0,80}", "a workflow's name"),
        "deleted": FLAG,
        "favourite": FLAG,
        "album_id": id_of("alb"),
        "purpose": PURPOSE,
        "version": Text(r"[^\x00-\x1f]{0,400}", "the file of a version"),
        "search": Text(r"[^\x00-\x1f]{0,200}", "words of a prompt, names and digits of a seed"),
        "sort": Choice(get_args(Sort)),
    },
    "gallery.photo_days.list_all": {"character_id": id_of("chr")},
    "generations.image": {"size": SIZE},
    "generations.copy": {"format": Choice(get_args(Format))},
    "outside_loras.show": {"name": Text(r"[^\x00-\x1f]{1,1000}", "a LoRA's name")},
    "outside_loras.preview": {"name": Text(r"[^\x00-\x1f]{1,1000}", "a LoRA's name")},
    "prompting.history": {
        **PAGE,
        "search": Text(r"[^\x00-\x1f]{0,200}", "words to look for"),
        "favourite": FLAG,
    },
    "prompting.style_pictures": {
        "recipe": Text(r"[^\x00-\x1f]{0,80}", "a workflow's name"),
        "base_model": Text(r"[^\x00-\x1f]{0,400}", "a model file's name"),
    },
    "diagnosis.of_picture": {"character_id": id_of("chr")},
    "logs.diagnostics": FRONTEND,
    "logs.issue": FRONTEND,
    "help.storage.room": {"incoming": Whole(0, 2**50)},
    "help.storage.list_folders": {
        "of": Text(r"((job|chr)_[0-9a-z]{26})?", "the identifier of a training or a person")
    },
    "logs.find": {
        "correlation_id": Text(r"[A-Za-z0-9._-]{0,64}", "a correlation id"),
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
            raise kind.refused(name, kind.words)
