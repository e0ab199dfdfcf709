"""What practice mode leaves: people made in it, placeholder LoRAs of other people, and pictures drawn by placeholders. They are taken
away together and brought back together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ....core.characters.character_store import CharacterStore
from ....core.errors import ConflictError, NotFoundError
from ....core.generations.generation_store import GenerationStore
from ....core.generations.picture_changes import all_put_away, here, raise_others
from ....core.jobs.ledger import Ledger
from ....core.loras.trashed_loras import TrashedLoras
from ....core.records.character import Character
from ....core.records.checkpoint import Version
from ....core.records.generation import Generation
from ..notifications import tell_character, tell_generations

#: The recipe of pictures from before they were marked.
_RECIPE = "fast-test"


@dataclass(frozen=True)
class Practice:
    """Everything goes through the trash: what was taken away by mistake is there for 30 days."""

    characters: CharacterStore
    generations: GenerationStore
    ledger: Ledger
    trash: TrashedLoras

    def people(self) -> list[Character]:
        """The people made in practice mode for whom nothing real was trained since."""
        return [character for character in self.characters.all() if character.is_practice]

    def pictures(self) -> int:
        """How many pictures placeholders drew, those of comparisons among them."""
        return self.generations.count_of_practice(_RECIPE)

    def loras(self) -> list[tuple[Character, Version]]:
        """The placeholder LoRAs of people who stay, each with its person."""
        return [
            (character, version)
            for character in self.characters.all()
            if not character.is_practice
            for version in character.versions
            if version.placeholder and not version.outside
        ]

    def remove(self) -> tuple[list[str], list[str], list[str]]:
        """Put them in the trash: the ids of the people and of the generations that went, and the files of LoRAs. What is still being
        made stays."""
        loras = self._remove_loras()
        people = [self.characters.delete(character.id) for character in self.people()]
        for character in people:
            tell_character(self.ledger, character.id, "deleted", character)
        edits = {one.id: _away for one in self.generations.of_practice(_RECIPE)}
        gone, refused = self.generations.change_all(edits)
        tell_generations(self.ledger, gone)
        raise_others(refused, ConflictError, NotFoundError)
        return [character.id for character in people], [one.id for one in gone], loras

    def _remove_loras(self) -> list[str]:
        removed = self.loras()
        for _, version in removed:
            self.trash.put_away(version)
        self._tell({character.slug for character, _ in removed})
        return [version.file for _, version in removed]

    def _tell(self, slugs: set[str]) -> None:
        """Tell every page of the people whose LoRAs have changed."""
        for character in self.characters.all():
            if character.slug in slugs:
                tell_character(self.ledger, character.id, "updated", character)

    def restore(
        self, characters: Sequence[str], generations: Sequence[str], loras: Sequence[str] = ()
    ) -> None:
        """Bring back what `remove` has taken away; what has gone for good meanwhile is passed over."""
        self._tell({file.partition("/")[0] for file in loras if self.trash.bring_back(file)})
        for character_id in characters:
            try:
                character = self.characters.restore(character_id)
            except NotFoundError:
                continue
            tell_character(self.ledger, character_id, "restored", character)
        back, refused = self.generations.change_all(dict.fromkeys(generations, _back))
        tell_generations(self.ledger, back)
        raise_others(refused, NotFoundError)


def _away(generation: Generation, at: str) -> Generation:
    return all_put_away(here(generation), at)


def _back(generation: Generation, _at: str) -> Generation:
    return generation.model_copy(update={"deleted_at": None})
