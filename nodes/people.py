"""Whom a text means: people by their short name, their name or their trigger word, and what is said where it means nobody."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import InvalidError, IsengardError
from ..core.ids import is_id
from ..core.said import Listed, Value, said
from .context import NodeContext, current

if TYPE_CHECKING:
    from ..core.records.character import Character

#: Longer texts are no names.
MAX_NAME = 80
#: How long a list of names may be, and how many people it may name.
MAX_TEXT, MOST = 8000, 100
#: So many are listed in a message.
SHOWN = 8
_COMMA = re.compile(r"[,;\uff0c\u3001]")
#: What a message repeats: a prompt may come from anybody who reaches ComfyUI.
_PLAIN = re.compile(r"[\w '\-]+")


def called(context: NodeContext, name: object, among: Sequence[Character] | None = None) -> Character:
    """The one person whom a text means: their short name before a name, a name before a trigger word.

    InvalidError `character_unknown`, `character_ambiguous`.
    """
    from ..core.privacy.whole_words import fold

    people = list(context.characters.all()) if among is None else among
    text = name.strip() if isinstance(name, str) and len(name) <= MAX_NAME else ""
    by_short_name = [person for person in people if person.slug == text]
    by_name = [person for person in people if fold(person.name) == fold(text)]
    by_trigger = [person for person in people if person.trigger_word.lower() == text.lower()]
    meant = by_short_name or by_name or by_trigger
    if len(meant) == 1:
        return meant[0]
    raise _ambiguous(context, text, meant) if meant else _unknown(context, text, people)


def named_in(context: NodeContext, text: object) -> list[Character]:
    """The people whom a text lists, one a line or with commas between, each once and in this order. A comma may be in a name.

    InvalidError as `called` raises it, and `too_many_people`.
    """
    lines = text.splitlines() if isinstance(text, str) and len(text) <= MAX_TEXT else []
    there = list(context.characters.all())
    named = [person for line in filter(str.strip, lines) for person in _in_line(context, line, there)]
    found = {person.id: person for person in named}
    if not found:
        raise _unknown(context, "", there)
    if len(found) > MOST:
        raise InvalidError(
            "too_many_people",
            said("{people} people at once.", people=len(found)),
            said("Name at most {most}.", most=MOST),
        )
    return list(found.values())


def listed(text: str) -> set[str]:
    """Every text in a list of names that may be one."""
    lines = text.splitlines()
    return {part.strip() for line in lines for part in (line, *_COMMA.split(line)) if part.strip()}


def _in_line(context: NodeContext, line: str, there: Sequence[Character]) -> list[Character]:
    try:
        return [called(context, line, there)]
    except InvalidError:
        parts = [part.strip() for part in _COMMA.split(line) if part.strip()]
        return [
            context.characters.get(part) if is_id("chr", part) else called(context, part, there)
            for part in parts
        ]


def _unknown(context: NodeContext, text: str, people: Sequence[Character]) -> InvalidError:
    there = _listed(context, [person.name for person in people])
    return InvalidError(
        "character_unknown",
        said("There is nobody called {name}.", name=text)
        if _PLAIN.fullmatch(text)
        else "Nobody has that name.",
        said("Name one of these: {names}.", names=there) if there else "Choose one from the list.",
    )


def _ambiguous(context: NodeContext, text: str, meant: Sequence[Character]) -> InvalidError:
    there = _listed(context, [person.slug for person in meant])
    return InvalidError(
        "character_ambiguous",
        said("{people} people are called {name}.", people=len(meant), name=text),
        said("Use one of these short names: {names}.", names=there) if there else "Use the short name.",
    )


def _listed(context: NodeContext, names: Sequence[str]) -> Value:
    """Names only for who sits at this computer: from others, ComfyUI's lists of people are kept as well."""
    if not names or not context.host.listen_is_loopback:
        return ""
    shown, more = Listed(tuple(sorted(names)[:SHOWN])), len(names) - SHOWN
    return said("{names} and {more} more", names=shown, more=more) if more > 0 else shown


def library_print() -> str:
    """A text that changes with anybody's name, photos, versions or pick: what each writes renames a file in a folder of theirs.

    For nodes that take a person by a link: ComfyUI asks for fingerprints before it knows what a link brings, and a text
    from another pack does not change when the person does.
    """
    try:
        paths = current().paths
    except IsengardError as error:
        return error.code
    changed = sorted(_changes_in(paths.uploads) + _changes_in(paths.models))
    return hashlib.sha256(json.dumps(changed).encode("utf-8")).hexdigest()


def _changes_in(folder: Path) -> list[tuple[str, int]]:
    """When each folder in it was changed; nothing where one of them goes in this very moment."""
    try:
        with os.scandir(folder) as entries:
            return [(entry.name, entry.stat().st_mtime_ns) for entry in entries]
    except FileNotFoundError:
        return []
