"""A drawn person to play with: nobody's face, with photos that are good, and a few that are not."""

from __future__ import annotations

from ..records.character import Character, CharacterDraft
from ..records.photo import PhotoPatch
from .character_store import CharacterStore
from .photo_store import PhotoStore

COUNT = 12
NAME = "Sample Sam"
#: What the drawings are, in order; the rest keep the trigger word alone.
_PLACES = ("by a window", "in front of a wall of boxes", "outdoors at dusk", "in a studio")


def make_sample(characters: CharacterStore, photos: PhotoStore, *, practice: bool = False) -> Character:
    """Twelve drawn photos with captions; the last three show what findings look like."""
    draft = CharacterDraft(
        name=NAME, class_word="person", notes="Drawn by Isengard: nobody's face.", consent=True
    )
    with characters.filling(draft, practice=practice) as character:
        for number in range(COUNT):
            photo = photos.add_drawn(character.id, number)
            caption = f"{character.trigger_word}, a drawing {_PLACES[number % len(_PLACES)]}"
            photos.update(photo.id, PhotoPatch(caption=caption))
    return characters.get(character.id)
