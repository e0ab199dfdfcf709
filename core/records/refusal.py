"""What is wrong with a record that was refused, in words a person can act on; the value itself is not repeated."""

from __future__ import annotations

import functools
from typing import Any

from pydantic import ValidationError

from ..said import Said, said

#: pydantic's kinds of faults in our words; what stands in braces comes from its context.
_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "string_type": "must be text",
    "string_unicode": "must be valid Unicode text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "literal_error": "must be {expected}",
    "greater_than_equal": "must be {ge} or more",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be {le} or less",
    "multiple_of": "must be a multiple of {multiple_of}",
    "too_short": "must hold at least {min_length}",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "is not written as it should be",
}


def in_words(invalid: ValidationError) -> Said:
    """The first thing wrong: which field, and what it must be (all it may be, where it may be several things)."""
    faults = invalid.errors(include_url=False, include_input=False)
    where = _field(faults[0]["loc"])
    words = dict.fromkeys(_must(fault) for fault in faults if _field(fault["loc"]) == where)
    must = functools.reduce(lambda some, other: said("{some} or {other}", some=some, other=other), words)
    return said("{field} {must}.", field=where or said("The body"), must=must)


def _field(place: tuple[int | str, ...]) -> str:
    """`overrides.steps`; pydantic also names the ways a field could have been read, which are no part of it."""
    parts = [str(part) for part in place]
    return ".".join(part for part in parts if "[" not in part and part != "constrained-int")


def _must(fault: Any) -> Said:
    """The end of a sentence about a field."""
    context = fault.get("ctx", {})
    if fault["type"] == "too_long":
        if context.get("field_type") == "Value":
            return said("must have at most {most} characters", most=context["max_length"])
        return said("must have at most {most} items", most=context["max_length"])
    if fault["type"] == "value_error":
        return said(str(context["error"]))
    words = _WORDS.get(fault["type"])
    if words is None:
        return said(fault["msg"])
    return said(words, **{name: _bound(value) for name, value in context.items()})


def _bound(value: Any) -> int | str:
    """A number as its field was declared with it."""
    return value if isinstance(value, int) else f"{value:g}" if isinstance(value, float) else str(value)
