"""Keeps name and preview beside the LoRAs of those who want it: by a setting for all, by a press for one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ....core.characters.character_store import CharacterStore
from ....core.errors import InvalidError, IsengardError, NotFoundError, reason_of
from ....core.executor import in_thread
from ....core.families.families import Families
from ....core.generations.generation_store import GenerationStore
from ....core.loras import companion_files
from ....core.loras.companion_files import LoraCard
from ....core.loras.versions import VersionStore
from ....core.marks.marking import current_marking
from ....core.marks.source_types import edits
from ....core.paths import DataPaths
from ....core.records.character import Character
from ....core.records.checkpoint import Version
from ....core.records.event import Event
from ....core.records.generation import GeneratedImage, Generation, everybody_in
from ....core.records.generation_states import GenerationState
from ....core.settings import Settings, current_switches
from ....generation.shared_copies import small_copy
from ...http.event_stream import EventStream
from ..heard import heard, just_completed

#: The setting for those that nobody has pressed for.
SWITCH = "lora_companions"
#: How many of a person's newest pictures are looked through for a preview.
LOOKED_AT = 200
_OVER = ("deleted", "forgotten")
_log = logging.getLogger("isengard.companions")


@dataclass(frozen=True)
class CompanionKeeper:
    """A keeper of the files beside the LoRAs of one data folder."""

    paths: DataPaths
    settings: Settings
    characters: CharacterStore
    versions: VersionStore
    generations: GenerationStore
    families: Families
    #: One at a time: two would write what the other removes, or remove a file twice.
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    async def run(self, events: EventStream) -> None:
        """For ever: what changes of a person, a training of theirs that is done, a first picture."""
        with events.reading() as reader:
            while True:
                event = await reader.next_event()
                for character_id in _concerned(event):
                    await in_thread(self._look_after, character_id)

    def choose(self, character_id: str, file: str, shown: bool) -> Character:
        """Write or remove the files of one version, whatever the setting says from now on.

        NotFoundError `version_missing`; InvalidError `lora_not_ours` for a file of the user's own.
        """
        character = self.characters.get(character_id)
        version = next((one for one in character.versions if one.file == file), None)
        if version is None:
            raise NotFoundError(
                "version_missing", "There is no such version.", "It may have been deleted: reload."
            )
        if version.outside:
            raise InvalidError(
                "lora_not_ours",
                "This is your own file, so Isengard writes nothing beside it.",
                "Use a LoRA manager to give it a name and a preview.",
            )
        chosen = {"companions": "on" if shown else "off"}
        self.versions.update(version, lambda stored: stored.model_copy(update=chosen))
        self.settle(character)
        return self.characters.get(character_id)

    def settle_all(self) -> None:
        """For everybody, as the setting says now."""
        for character in self.characters.all():
            self._look_after(character.id)

    def settle(self, character: Character) -> None:
        """Write what is wanted and not there, remove what is there and not wanted. OSError."""
        with self._turn:
            self._settle(character)

    def _settle(self, character: Character) -> None:
        for_all = current_switches(self.settings, self.paths, (SWITCH,))[SWITCH]
        for version in self.versions.list(character.slug):
            if version.outside or version.placeholder:
                continue
            wanted = version.companions == "on" or (for_all and version.companions != "off")
            if wanted:
                self._write(character, version)
            elif version.shown:
                self._remove(version)

    def _write(self, character: Character, version: Version) -> None:
        lora, family = self.versions.path(version), self.families.get(version.family)
        card = LoraCard(character.name, family.civitai_name or family.label, version)
        missing = not companion_files.preview_place(lora).is_file()
        preview = self._preview(character, version) if missing else None
        before = self.versions.described(version)
        self.versions.describe(version, companion_files.write(lora, card, preview, before))

    def _remove(self, version: Version) -> None:
        before = self.versions.described(version)
        self.versions.describe(version, companion_files.remove(self.versions.path(version), before))

    def _preview(self, character: Character, version: Version) -> bytes | None:
        marking = current_marking(self.settings, self.paths)
        for file, generation in self._pictures(character, version):
            return small_copy(file, generation, marking, edited=edits(generation, self.generations.get))
        return None

    def _pictures(self, character: Character, version: Version) -> Iterator[tuple[Path, Generation]]:
        """What this version drew of this person alone, the best first."""
        page = self.generations.list(LOOKED_AT, character_id=character.id)
        found = [
            (generation, image)
            for generation in page.items
            if generation.versions == [version.file] and everybody_in(generation) == [character.id]
            for image in generation.images
            if image.deleted_at is None and not image.look
        ]
        for generation, image in sorted(found, key=_worth, reverse=True):
            try:
                yield self.generations.image_path(generation.id, image.n), generation
            except NotFoundError:  # somebody has taken it away
                continue

    def _look_after(self, character_id: str) -> None:
        try:
            self.settle(self.characters.get(character_id))
        except NotFoundError:
            return
        except (IsengardError, OSError) as fault:
            context = {"character_id": character_id, "reason": reason_of(fault)}
            _log.warning("Name and preview could not be put beside a LoRA", extra={"context": context})


def _worth(entry: tuple[Generation, GeneratedImage]) -> tuple[bool, float]:
    """Favourites first, then the likest; of others the newest, since the order is kept."""
    _, image = entry
    score = image.likeness.score if image.likeness is not None else None
    return image.favourite, score if score is not None else 0.0


def _concerned(event: Event) -> list[str]:
    """Ids of the people whose LoRAs may have something new to show."""
    if event.type == "character.changed":
        return [] if event.data.get("change") in _OVER else [event.subject.id]
    if (job := just_completed(event)) is not None:
        return [job.character_id] if job.character_id else []
    if event.type != "generation.state" or event.data.get("state") != GenerationState.COMPLETED.value:
        return []
    generation = heard(Generation, event)
    return [use.id for use in generation.request.characters] if generation is not None else []
