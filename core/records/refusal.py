"""What is wrong with a record that was refused, in words a person can act on; the value itself is not repeated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ..said import FieldFault, Said, Value, either, said

#: pydantic's kinds of faults in our words; what else stands in braces comes from its context.
_WORDS = {
    "missing": "{field} is missing.",
    "extra_forbidden": "{field} is not known here.",
    "string_type": "{field} must be text.",
    "string_unicode": "{field} must be valid Unicode text.",
    "int_type": "{field} must be a whole number.",
    "int_parsing": "{field} must be a whole number.",
    "int_parsing_size": "{field} must be a smaller number.",
    "int_from_float": "{field} must be a whole number.",
    "float_type": "{field} must be a number.",
    "float_parsing": "{field} must be a number.",
    "finite_number": "{field} must be a finite number.",
    "bool_type": "{field} must be true or false.",
    "bool_parsing": "{field} must be true or false.",
    "list_type": "{field} must be a list.",
    "dict_type": "{field} must be an object.",
    "model_type": "{field} must be an object.",
    "literal_error": "{field} must be {expected}.",
    "greater_than_equal": "{field} must be {ge} or more.",
    "greater_than": "{field} must be more than {gt}.",
    "less_than_equal": "{field} must be {le} or less.",
    "multiple_of": "{field} must be a multiple of {multiple_of}.",
    "too_short": "{field} must hold at least {min_length}.",
    "string_too_short": "{field} must have at least {min_length} characters.",
    "string_too_long": "{field} must have at most {max_length} characters.",
    "string_pattern_mismatch": "{field} is not written as it should be.",
}
#: What is wrong where a field may be one of two things, in the order of the field's type.
_EITHER_WORDS: dict[tuple[str, ...], str] = {
    ("literal_error", "int_type"): "{field} must be {expected} or must be a whole number.",
    ("literal_error", "greater_than_equal"): "{field} must be {expected} or must be {ge} or more.",
}


def in_words(invalid: ValidationError) -> Said:
    """The first thing wrong: which field, and what it must be (all it may be, where it may be one of two things)."""
    faults = invalid.errors(include_url=False, include_input=False)
    where = _field(faults[0]["loc"])
    field = where or said("The body")
    here = [fault for fault in faults if _field(fault["loc"]) == where]
    either = _EITHER_WORDS.get(tuple(fault["type"] for fault in here))
    if either is not None:
        bounds = {name: value for fault in here for name, value in _bounds(fault).items()}
        return said(either, field=field, **bounds)
    return _about(field, here[0])


def _field(place: tuple[int | str, ...]) -> str:
    """`overrides.steps`; pydantic also names the ways a field could have been read, which are no part of it."""
    parts = [str(part) for part in place]
    return ".".join(part for part in parts if "[" not in part and part != "constrained-int")


def _about(field: str, fault: Any) -> Said:
    """The sentence about a field."""
    context = fault.get("ctx", {})
    if fault["type"] == "too_long":
        if context.get("field_type") == "Value":
            return said(
                "{field} must have at most {most} characters.", field=field, most=context["max_length"]
            )
        return said("{field} must have at most {most} items.", field=field, most=context["max_length"])
    refusal = context.get("error")
    if isinstance(refusal, FieldFault):
        return refusal.about(field)
    words = _WORDS.get(fault["type"], _WORDS["string_pattern_mismatch"])
    return said(words, field=field, **_bounds(fault))


def _bounds(fault: Any) -> Mapping[str, Value]:
    """What pydantic tells about a fault, as gaps can hold it."""
    return {name: _bound(name, value) for name, value in fault.get("ctx", {}).items()}


def _bound(name: str, value: Any) -> Value:
    """A number as its field was declared with it, and choices one after the other."""
    if name == "expected" and " or " in str(value):
        some, _, other = str(value).rpartition(" or ")
        return either([*some.split(", "), other])
    return value if isinstance(value, int) else f"{value:g}" if isinstance(value, float) else str(value)
