"""A picture of the gallery among somebody's photos: to be looked at as a reference, as their cover, or to train on."""

from __future__ import annotations

from ....core.characters.character_store import CharacterStore
from ....core.characters.photo_store import PhotoStore
from ....core.errors import ConflictError
from ....core.generations.generation_store import GenerationStore
from ....core.records.character import CharacterPatch
from ....core.records.generation import everybody_in
from ....core.records.photo import Photo, PhotoPatch
from ....core.said import said
from ...http.request_bodies import PictureUse


def keep_as_photo(
    store: GenerationStore,
    characters: CharacterStore,
    photos: PhotoStore,
    place: tuple[str, int],
    use: PictureUse,
) -> Photo:
    """Take the picture in like any photo, marked as generated; trained on only where somebody asked for that. One that is among
    their photos already has one more use.

    ConflictError `not_in_picture`, and what taking a photo in raises (`photo_duplicate`, `photos_full`).
    """
    generation_id, number = place
    generation = store.get(generation_id)
    character = characters.get(use.character_id)
    people = everybody_in(generation)
    if use.character_id not in people:
        raise ConflictError(
            "not_in_picture",
            said("{name} is not in this picture.", name=character.name),
            "Choose somebody who is in the picture.",
        )
    marks = {"generated": True, "included": use.use == "training", "reference": use.use == "reference"}
    picture, name = store.image_path(generation_id, number), f"{generation_id}-{number}.png"
    known = next((one for one in photos.list(use.character_id) if one.generated and one.name == name), None)
    if known is None:
        photo = photos.add(use.character_id, picture, name, {**marks, "people": people})
    else:
        photos.store(known.model_copy(update={"reference": known.reference or marks["reference"]}))
        photo = photos.update(known.id, PhotoPatch(included=known.included or marks["included"]))
    if use.use == "cover":
        characters.update(use.character_id, CharacterPatch(cover_photo_id=photo.id))
    return photo
