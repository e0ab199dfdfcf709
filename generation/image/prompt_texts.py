"""The texts of a picture, from what people wrote to what ComfyUI gets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...core.families.prompting import Prompting
from ..prompt_text.choices import chosen
from ..prompt_text.markup import read_by
from . import graph as graphs
from .interface import Person


@dataclass(frozen=True)
class Texts:
    """The texts of one picture as ComfyUI gets them; what is chosen in them is chosen by its seed. `prompting`: how its text
    encoder reads, None where that is not known."""

    people: Sequence[Person]
    prompting: Prompting | None
    seed: int

    def read(self, text: str, place: str = "") -> str:
        """Fill in the people's words before choices are made: a `{trigger}` with its braces escaped stays as it is."""
        filled = graphs.filled_prompt(text, [_trigger(person) for person in self.people])
        return self._meant(chosen(filled, self.seed, place))

    def uses(self) -> list[graphs.Use]:
        """Describe the people for the graph."""
        return [self._use(person, number) for number, person in enumerate(self.people)]

    def _use(self, person: Person, number: int) -> graphs.Use:
        version = person.version.file if person.version else "best"
        words = f"{_trigger(person)}, {person.character.class_word}"
        if person.words.strip():
            filled = graphs.filled_prompt(person.words.strip(), [_trigger(person)])
            words = f"{words}, {self._meant(chosen(filled, self.seed, f'person {number}'))}"
        return graphs.Use(person.character.slug, version, person.strength, person.reference, words)

    def _meant(self, text: str) -> str:
        return text if self.prompting is None else read_by(text, self.prompting)


def _trigger(person: Person) -> str:
    """The word this LoRA was trained with: the person's own may have been changed since."""
    trained = person.version.trigger_word if person.version is not None else ""
    return trained or person.character.trigger_word
