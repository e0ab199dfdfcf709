"""What pictures that are given away have in common: copies as the settings want them, and names for people."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ....core.errors import NotFoundError
from ....core.marks.marking import current_marking
from ....core.records.generation import GeneratedImage, Generation
from ....generation.picture_names import name_of, named_apart
from ....generation.shared_copies import SharedCopies
from ...container import Services


def copies(services: Services) -> SharedCopies:
    """A maker of copies as the settings want them now."""
    return SharedCopies(services.generations.store, current_marking(services.settings, services.paths))


def file_name(services: Services, generation: Generation, image: GeneratedImage) -> str:
    """The name that a picture is saved under, as PNG."""
    return name_of(generation, image, _names(services, [generation]))


def named_files(
    services: Services, pictures: Iterable[tuple[Generation, GeneratedImage, Path]]
) -> list[tuple[str, Path]]:
    """Each picture's file under a name of its own, in their order."""
    shown = list(pictures)
    names = _names(services, [generation for generation, _, _ in shown])
    return named_apart((name_of(generation, image, names), file) for generation, image, file in shown)


def _names(services: Services, made: Iterable[Generation]) -> dict[str, str]:
    """Whoever is asked for in them, by id; those in the trash have none."""
    names: dict[str, str] = {}
    for character_id in {use.id for generation in made for use in generation.request.characters}:
        try:
            names[character_id] = services.characters.get(character_id).name
        except NotFoundError:
            continue
    return names
