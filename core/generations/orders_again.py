"""An order that is made once more from its record: what only a newer version knows of it is kept, though an order may not hold it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..records.generation import GenerationRequest
from .generation_store import GenerationStore


def known_part(body: Mapping[str, Any], before: GenerationRequest) -> dict[str, Any]:
    """Take out of what a client sends the fields that the earlier request has beyond ours."""
    kept = {name: value for name, value in body.items() if name not in _later(before)}
    uses = kept.get("characters")
    if isinstance(uses, list):
        later = [_later(use) for use in before.characters]
        kept["characters"] = [
            {name: value for name, value in use.items() if name not in later[at]}
            if isinstance(use, dict) and at < len(later)
            else use
            for at, use in enumerate(uses)
        ]
    return kept


def with_later(request: GenerationRequest, before: GenerationRequest) -> GenerationRequest:
    """Add to a request what the earlier one has beyond our fields, and each of its people who are in both; and the seed that a page
    has rounded, since JavaScript's numbers are exact to 53 bits only."""
    later = {use.id: _later(use) for use in before.characters}
    people = [use.model_copy(update=later.get(use.id, {})) for use in request.characters]
    seed = before.seed if _rounded(request.seed) == _rounded(before.seed) else request.seed
    return request.model_copy(update={**_later(before), "characters": people, "seed": seed})


def request_of(store: GenerationStore, generation_id: object) -> GenerationRequest | None:
    """The request of the generation that is made once more; None where the order names none. NotFoundError `generation_not_found`."""
    return store.get(generation_id).request if isinstance(generation_id, str) and generation_id else None


def _rounded(seed: int | None) -> float | None:
    return None if seed is None else float(seed)


def _later(record: Any) -> dict[str, Any]:
    return dict(record.model_extra or {})
