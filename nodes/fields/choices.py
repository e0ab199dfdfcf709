"""Lists to choose from on our nodes: values that never change, shown by names that people gave or know.

ComfyUI's form of an input has one text for both. The names travel beside the values, and `js/comfy.js` shows them; a page
that does not read them shows the values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from comfy_api.latest import io

from ...core.errors import IsengardError
from ..context import everybody, server_is_running

if TYPE_CHECKING:
    from ...core.records.character import Character

#: Where an input's description holds the names; the guard of an open ComfyUI takes them out of it.
LABELS = "labels"


def named_combo(name: str, labels: Mapping[str, str], *, tooltip: str, **options: Any) -> Any:
    """A drop-down list of the keys, shown by their labels; one empty entry where there is nothing to choose."""
    combo = io.Combo.Input(name, options=list(labels) or [""], tooltip=tooltip, **options)
    combo.extra_dict = {LABELS: dict(labels)}  # not a parameter of combos before ComfyUI 0.4
    return combo


def people_by_short_name() -> dict[str, str]:
    """Everybody's short name and what to show for it, the newest first: a new node starts with the first.

    Nothing is opened while ComfyUI is still importing packs; it asks again for each page that is loaded.
    """
    if not server_is_running():
        return {}
    try:
        newest_first = sorted(everybody(), key=lambda person: (person.created_at, person.id), reverse=True)
    except (IsengardError, RuntimeError, OSError):
        return {}
    return _told_apart(newest_first)


def _told_apart(found: Iterable[Character]) -> dict[str, str]:
    """By name alone, and by the short name too where another has the same."""
    listed = list(found)
    taken = Counter(person.name.casefold() for person in listed)
    return {
        person.slug: person.name if taken[person.name.casefold()] == 1 else f"{person.name} ({person.slug})"
        for person in listed
    }


def families_by_key() -> dict[str, str]:
    """The kinds of base model that a person can be trained for."""
    if not server_is_running():
        return {}
    from ...core.families.families import Families

    return {family.key: family.label for family in Families().offered()}
