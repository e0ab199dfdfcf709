"""Sentences for people: full English that still knows its template and values, so that a panel can say it in another language.

`said("{free} are free.", free=Bytes(count))` is a text like any other. A gap is filled where the values have its name, all in one
pass: what stands in braces in a value, or in a sentence for its own sake, stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

_GAP = re.compile(r"\{(\w+)\}")
#: Sentences one after the other: none of their words is ours, and Chinese and Japanese have no space between them.
_ONLY_GAPS = re.compile(r"\{\w+\}(?: \{\w+\})+")
_SPACE_AFTER_WIDE = re.compile("(?<=[\u3002\uff01\uff1f\uff1a\u300d\u300f\uff09]) ")
_MINUTE_S, _HOUR_S = 60, 3600
#: Below so many a tenth tells something.
_EXACT_MB = 10


def _amount(count: float, thousand: int) -> str:
    if count >= thousand**3 / 10:
        return f"{count / thousand**3:.1f} GB"
    some = count / thousand**2
    return f"{some:.0f} MB" if some >= _EXACT_MB else f"{some:.1f} MB".replace(".0 ", " ")


@dataclass(frozen=True)
class Bytes:
    """The size of a file, a download or a disk, counted in thousands."""

    count: float

    def __str__(self) -> str:
        return _amount(self.count, 1000)


@dataclass(frozen=True)
class Memory:
    """Memory of a GPU or a computer, counted as it is sold: a card of 24 GB has 24 times 1024 to the third."""

    count: float

    def __str__(self) -> str:
        return _amount(self.count, 1024)


@dataclass(frozen=True)
class Seconds:
    """How long something takes."""

    count: float

    def __str__(self) -> str:
        if self.count < _MINUTE_S:
            return f"{round(self.count)} s"
        if self.count < _HOUR_S:
            return f"{round(self.count / _MINUTE_S)} min"
        return f"{self.count / _HOUR_S:.1f} h"


@dataclass(frozen=True)
class Fixed:
    """A number with so many decimals, whatever they are: 0.50. Kept as it is in English."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Moment:
    """A time of a day, written as records have it."""

    at: str

    def __str__(self) -> str:
        return self.at[:16].replace("T", " ")


@dataclass(frozen=True)
class State:
    """The state of something, by the name that records give it: `running`. The panel has a word for it in every language."""

    name: str

    def __str__(self) -> str:
        return self.name


class Said(str):
    """A sentence in English, with its `template` and the `values` of the gaps."""

    template: str
    values: Mapping[str, Value]

    def __new__(cls, template: str, values: Mapping[str, Value]) -> Said:
        self = super().__new__(
            cls, filled(template, {name: _english(value) for name, value in values.items()})
        )
        self.template = template
        self.values = values
        return self

    def __getnewargs__(self) -> tuple[str, Mapping[str, Value]]:  # type: ignore[override]
        return self.template, self.values


@dataclass(frozen=True)
class Listed:
    """Several values one after the other."""

    items: tuple[Value, ...]

    def __str__(self) -> str:
        return ", ".join(_english(item) for item in self.items)


Value: TypeAlias = str | int | float | Said | Bytes | Memory | Seconds | Fixed | Moment | State | Listed


def said(template: str, **values: Value) -> Said:
    """The sentence with its gaps filled; gaps are named for what stands in them. One that is said already stays as it is."""
    return template if isinstance(template, Said) and not values else Said(template, values)


class FieldFault(ValueError):
    """A value that is not one of those a field may have. Who refuses it does not know the field: the sentence has a gap `field`."""

    def __init__(self, template: str, **values: Value) -> None:
        super().__init__(
            filled(template, {"field": "It", **{name: _english(one) for name, one in values.items()}})
        )
        self.template, self.values = template, values

    def about(self, field: Value) -> Said:
        """The whole sentence about this field."""
        return said(self.template, field=field, **self.values)


def listed(items: Iterable[Value]) -> Listed:
    return Listed(tuple(items))


def either(items: Sequence[Value]) -> Value:
    """Join values of which one is meant: "a, b or c"."""
    return (
        items[0] if len(items) == 1 else said("{some} or {other}", some=listed(items[:-1]), other=items[-1])
    )


def joined(*sentences: str) -> str:
    """Sentences one after the other; a single one is left as it is, and empty ones are left out."""
    some = [sentence for sentence in sentences if sentence]
    if len(some) < 2:
        return some[0] if some else ""
    gaps = {f"sentence{number}": sentence for number, sentence in enumerate(some, 1)}
    return Said(" ".join(f"{{{name}}}" for name in gaps), gaps)


def filled(template: str, texts: Mapping[str, str]) -> str:
    """The template with these texts in its gaps."""
    return _GAP.sub(lambda gap: texts.get(gap[1], gap[0]), template)


def _english(value: Value) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.3f}".rstrip("0").rstrip(".")
    return str(value)


@dataclass(frozen=True)
class Writing:
    """How a language writes what stands in gaps: its words for units, states and lists by the panel's keys, and 12345.6 as an
    `example` that shows its signs ("12.345,6"; "1.234,5" where four figures are parted, too). What it does not say stays English,
    without a thousands separator."""

    words: Mapping[str, str] = field(default_factory=dict)
    example: str = ""

    def value(self, value: Value) -> str:
        """Anything but sentences and lists of them."""
        if isinstance(value, State):
            return self.words.get(f"state_{value.name}", value.name)
        if isinstance(value, (Bytes, Memory, Seconds)):
            number, _, unit = str(value).partition(" ")
            template = self.words.get(_UNITS[unit], f"{{n}} {unit}")
            return filled(template, {"n": self._figures(number)})
        if isinstance(value, Fixed):
            return self._figures(value.text)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return self._figures(_english(value).replace(",", "")) if self.example else _plain(value)
        return _english(value)

    def row(self, items: Iterable[str]) -> str:
        return self.words.get("comma", ", ").join(items)

    def _figures(self, english: str) -> str:
        signs = [sign for sign in self.example if not sign.isdecimal()]
        if len(signs) != 2:
            return english
        whole, _, part = english.partition(".")
        least = self.example.index(signs[0]) + 3
        grouped = f"{int(whole):,}".replace(",", signs[0]) if len(whole.lstrip("-")) >= least else whole
        return f"{grouped}{signs[1]}{part}" if part else grouped


_UNITS = {"GB": "size_GB", "MB": "size_MB", "s": "spanSeconds", "min": "spanMinutes", "h": "spanHours"}


def in_language(sentence: str, words: Mapping[str, str], writing: Writing | None = None) -> str:
    """The sentence in the words of a language (its English -> the same in that language), where no panel says it: on nodes, and
    in ComfyUI's own messages. What has no words there stays English."""
    if not isinstance(sentence, Said):
        return words.get(sentence, sentence)
    written = writing or Writing()
    texts = {name: _in_language(value, words, written) for name, value in sentence.values.items()}
    if _ONLY_GAPS.fullmatch(sentence.template):
        return _SPACE_AFTER_WIDE.sub("", filled(sentence.template, texts))
    return filled(words.get(sentence.template, sentence.template), texts)


def _in_language(value: Value, words: Mapping[str, str], writing: Writing) -> str:
    if isinstance(value, Listed):
        return writing.row(_in_language(item, words, writing) for item in value.items)
    if isinstance(value, Said):
        return in_language(value, words, writing)
    return writing.value(value)


def _plain(value: float) -> str:
    return str(value) if isinstance(value, int) else _english(value)


def as_json(sentence: Said) -> dict[str, Any]:
    """The sentence as records and answers carry it: {text, values}."""
    return {"text": sentence.template, "values": {name: _wire(one) for name, one in sentence.values.items()}}


def _wire(value: Value) -> Any:
    if isinstance(value, Said):
        return as_json(value)
    if isinstance(value, Listed):
        return {"list": [_wire(item) for item in value.items]}
    for kind, name in _KINDS.items():
        if isinstance(value, kind):
            return {name: next(iter(vars(value).values()))}
    return value


_KINDS: dict[type, str] = {
    Bytes: "bytes",
    Memory: "memory",
    Seconds: "seconds",
    Fixed: "fixed",
    Moment: "moment",
    State: "state",
}


def from_json(sentence: Mapping[str, Any]) -> Said:
    """The sentence again, out of what a record carries."""
    return Said(sentence["text"], {name: _value(one) for name, one in sentence.get("values", {}).items()})


def _value(wire: Any) -> Value:
    if not isinstance(wire, Mapping):
        return wire if isinstance(wire, (str, int, float)) else str(wire)
    if "text" in wire:
        return from_json(wire)
    if isinstance(wire.get("list"), list):
        return listed(map(_value, wire["list"]))
    return next((kind(wire[name]) for kind, name in _KINDS.items() if name in wire), "")


def with_texts(sentence: Said, change: Callable[[str], str]) -> Said:
    """The sentence with `change` done to every text among its values, however deep; what is our own stays."""
    return Said(sentence.template, {name: _changed(one, change) for name, one in sentence.values.items()})


def _changed(value: Value, change: Callable[[str], str]) -> Value:
    if isinstance(value, Said):
        return with_texts(value, change)
    if isinstance(value, Listed):
        return listed(_changed(item, change) for item in value.items)
    return change(value) if isinstance(value, str) else value
