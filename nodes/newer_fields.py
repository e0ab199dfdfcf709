"""Fields of ComfyUI's node schema that came after the oldest one we run on: given only where the installed ComfyUI takes them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

#: Words by which people look for a node that has to do with somebody.
PERSON = ("person", "face", "portrait", "likeness", "character", "identity", "LoRA")


def newer(call: Callable[..., Any], **fields: object) -> dict[str, Any]:
    """Choose of `fields` those that `call` takes: `search_aliases` and `is_dev_only` of a schema, `advanced` of an input.

    `essentials_category` is left out: frontends 1.49 to 1.58 no longer list a node that has one among the extensions' nodes.
    """
    taken = inspect.signature(call).parameters
    return {name: value for name, value in fields.items() if name in taken}
