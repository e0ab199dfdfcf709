"""Reading stored documents: one that is damaged, or says what only a newer version understands, is left out and told once."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from ..records.base import Stored, one_letter_apart

R = TypeVar("R", bound=Stored)
_log = logging.getLogger("isengard.documents")


class Documents:
    """Reader of one database's documents, for all who read it; may be used by several threads."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def read(self, kind: type[R], document: object, name: str) -> R | None:
        """Read a document; None where it is not one. `name` says which in the log."""
        try:
            return kind.model_validate_json(document if isinstance(document, str) else "")
        except ValueError as damage:
            self.leave_out(kind, name, type(damage).__name__)
            return None

    def every(self, kind: type[R], named: Iterable[tuple[str, object]]) -> list[R]:
        """Read all that can be read, in their order."""
        records = [self.read(kind, document, name) for name, document in named]
        return [record for record in records if record is not None]

    def leave_out(self, kind: type[Stored], name: str, reason: str) -> None:
        """Log a record that is left out, at its first sight and not at every look."""
        which = f"{kind.__name__} {name}"
        if which not in self._told:
            self._told.add(which)
            context = {"record": which, "reason": reason}
            _log.error("A stored record cannot be read and is left out", extra={"context": context})


def is_damaged(kind: type[Stored], document: object) -> bool:
    """Tell whether a document that cannot be read was hit by a fault; else a newer version has written a word that we do not know."""
    try:
        kind.model_validate_json(document if isinstance(document, str) else "")
    except ValidationError as invalid:
        return not only_new_words(invalid)
    return True


def only_new_words(invalid: ValidationError) -> bool:
    """Tell whether nothing is wrong but words of a newer version that we do not know."""
    return all(_is_new_word(fault) for fault in invalid.errors(include_url=False))


def _is_new_word(fault: Any) -> bool:
    given, expected = fault["input"], re.findall(r"'([^']*)'", str(fault.get("ctx", {}).get("expected", "")))
    if fault["type"] not in ("literal_error", "enum") or not isinstance(given, str):
        return False
    return not any(one_letter_apart(given, word) for word in expected)


def known(kind: type[Any], content: Mapping[str, Any]) -> dict[str, Any]:
    """Keep of a stored document only what the dataclass `kind` has: a newer version may have written more. TypeError for what is
    not an object."""
    if not is_dataclass(kind) or not isinstance(content, Mapping):
        raise TypeError(f"not a {kind.__name__}")
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in content.items() if name in names}
