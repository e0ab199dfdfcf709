"""What becomes of a generation's record when its pictures are marked, moved, put away or brought back: the store keeps it, and moves the
files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from ..errors import ConflictError, IsengardError, NotFoundError
from ..paths import DataPaths, contained
from ..records.generation import GeneratedImage, Generation
from ..records.generation_states import ENDED
from .generation_files import image_places, trashed_generation

#: What becomes of a generation's record at that time; IsengardError where it stays as it is.
Edit = Callable[[Generation, str], Generation]


def image_of(generation: Generation, number: int) -> GeneratedImage:
    """Find the picture of that number. NotFoundError `image_not_found`, also for one in the trash."""
    for image in generation.images:
        if image.n == number and image.deleted_at is None:
            return image
    raise no_such_image()


def with_image(generation: Generation, image: GeneratedImage) -> Generation:
    """Put this picture in the place of the one of its number."""
    images = [image if other.n == image.n else other for other in generation.images]
    return generation.model_copy(update={"images": images})


def marked(generation: Generation, number: int, favourite: bool) -> Generation:
    """Mark or unmark one picture. NotFoundError `image_not_found`."""
    image_of(generation, number)
    all_were = generation.favourite and not any(image.favourite for image in generation.images)
    images = [
        image.model_copy(
            update={"favourite": favourite if image.n == number else image.favourite or all_were}
        )
        for image in generation.images
    ]
    liked = any(image.favourite for image in images)
    return generation.model_copy(update={"favourite": liked, "images": images})


def put_away(generation: Generation, number: int, at: str) -> Generation:
    """Put one picture in the trash; the record remembers it. NotFoundError `image_not_found`."""
    return with_image(generation, image_of(generation, number).model_copy(update={"deleted_at": at}))


def all_put_away(generation: Generation, at: str) -> Generation:
    """Put the whole generation in the trash. ConflictError `generation_running` before it has ended."""
    if generation.state not in ENDED:
        raise ConflictError(
            "generation_running",
            "These pictures are still being made.",
            "Cancel them first, then delete them.",
        )
    return generation.model_copy(update={"deleted_at": at})


def brought_back(generation: Generation, number: int, paths: DataPaths) -> Generation:
    """Bring one picture back from the trash; one that is not there stays as it is. NotFoundError `image_not_found`."""
    gone = next((image for image in generation.images if image.n == number), None)
    if gone is None:
        raise no_such_image()
    if not any(place.exists() for place in image_places(paths, generation.id, gone)):
        raise NotFoundError(
            "image_not_found",
            "This picture is no longer in the trash.",
            "Make the picture again: the same seed gives the same picture.",
        )
    return with_image(generation, gone.model_copy(update={"deleted_at": None}))


def trashed_path(paths: DataPaths, generation: Generation, number: int) -> Path:
    """Find the file of a picture that lies in the trash, by itself or with its order. NotFoundError `image_not_found`."""
    for image in generation.images:
        if image.n != number:
            continue
        path = contained(trashed_generation(paths, generation.id), image.file)
        if image.deleted_at is not None:
            path = image_places(paths, generation.id, image)[1]
        if path.is_file():
            return path
    raise no_such_image()


def no_such_image() -> NotFoundError:
    return NotFoundError("image_not_found", "There is no such picture.", "Reload this page.")


def picture_gone() -> NotFoundError:
    """`image_not_found`, of a picture whose record is there."""
    return NotFoundError(
        "image_not_found",
        "This picture's file is gone.",
        "Make the picture again: the same seed gives the same picture.",
    )


def here(generation: Generation) -> Generation:
    """Require that it does not lie in the trash. NotFoundError `generation_not_found`."""
    if generation.deleted_at is not None:
        raise no_such_generation()
    return generation


def no_such_generation() -> NotFoundError:
    return NotFoundError(
        "generation_not_found", "There are no such pictures.", "They may have been deleted: reload."
    )


def raise_others(refused: Mapping[str, IsengardError], *expected: type[IsengardError]) -> None:
    """Raise the first reason of `GenerationStore.change_all` that is of none of these kinds."""
    for reason in refused.values():
        if not isinstance(reason, expected):
            raise reason
