"""What is wrong with a record that was refused, in words a person can act on; the value itself is not repeated."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

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
    "value_error": "{error}",
}


def in_words(invalid: ValidationError) -> str:
    """The first thing wrong: which field, and what it must be (all it may be, where it may be several things)."""
    faults = invalid.errors(include_url=False, include_input=False)
    where = _field(faults[0]["loc"])
    words = [_said(fault) for fault in faults if _field(fault["loc"]) == where]
    return f"{where} {' or '.join(dict.fromkeys(words))}"


def _field(place: tuple[int | str, ...]) -> str:
    """`overrides.steps`; pydantic also names the ways a field could have been read, which are no part of it."""
    parts = [str(part) for part in place]
    return ".".join(part for part in parts if "[" not in part and part != "constrained-int") or "The body"


def _said(fault: Any) -> str:
    context = fault.get("ctx", {})
    if fault["type"] == "too_long":
        kind = "characters" if context.get("field_type") == "Value" else "items"
        return f"must have at most {context['max_length']} {kind}"
    words = _WORDS.get(fault["type"])
    return fault["msg"] if words is None else words.format_map(context)
