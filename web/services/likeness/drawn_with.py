"""Which LoRA files pictures were drawn with, and whether there is anything to measure on them."""

from __future__ import annotations

from ....core.errors import NotFoundError
from ....core.faces.calibration import DLIB
from ....core.families.families import BASE_ROLES
from ....core.generations.generation_store import GenerationStore
from ....core.records.generation import GeneratedImage, Generation
from ....generation.image.graph import Graph, lora_files
from ....generation.image.model_files import loaded


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
    return generation.versions or lora_files(graph_of(store, generation, 0))


def graph_of(store: GenerationStore, generation: Generation, number: int) -> Graph:
    """The graph that was sent for a picture; an empty one where it was not kept."""
    try:
        prompts = store.prompts(generation.id)
    except (NotFoundError, OSError, ValueError):
        return {}
    graph = prompts[number] if isinstance(prompts, list) and number < len(prompts) else {}
    return graph if isinstance(graph, dict) else {}


def base_of(graph: Graph) -> str:
    """The file of the base that draws in a graph, '' for none."""
    return next((file for role, file in loaded(graph) if role in BASE_ROLES), "")
