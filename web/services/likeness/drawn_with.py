"""Which LoRA files pictures were drawn with, and whether there is anything to measure on them."""

from __future__ import annotations

from ....core.errors import NotFoundError
from ....core.faces.calibration import DLIB
from ....core.generations.generation_store import GenerationStore
from ....core.records.generation import GeneratedImage, Generation
from ....generation.image.graph import lora_files


def people_of(generation: Generation) -> list[str]:
    """The ids of the people it was made of, each once, in their order."""
    return list(dict.fromkeys(use.id for use in generation.request.characters))


def is_due(generation: Generation, model: str = "") -> bool:
    """Tell whether a picture of it was not measured yet, not for copies, or by another than this model ('' for whichever)."""
    several = len(people_of(generation)) > 1
    return any(is_image_due(image, several, model) for image in generation.images)


def is_image_due(image: GeneratedImage, several: bool, model: str = "") -> bool:
    likeness = image.likeness
    measured = likeness is not None and likeness.has_looked_for_copies
    if likeness is not None and model and model != (likeness.model or DLIB.model):
        measured = False
    return image.deleted_at is None and not (measured and (image.likenesses or not several))


def shows_them(generation: Generation) -> bool:
    """Not the stranger of the wall, who has no trigger."""
    return "{trigger" in generation.request.prompt


def files_of(store: GenerationStore, generation: Generation) -> list[str]:
    """The file that each of its people was drawn with, '' for none. Of records of before `versions` what was sent says it."""
    if generation.versions:
        return generation.versions
    try:
        prompts = store.prompts(generation.id)
    except (NotFoundError, ValueError):
        return []
    return lora_files(prompts[0]) if prompts else []
