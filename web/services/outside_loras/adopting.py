"""A LoRA from elsewhere becomes a version of a person: a record that names the file, which stays where and as it is."""

from __future__ import annotations

from dataclasses import dataclass

from ....core.characters.character_store import CharacterStore
from ....core.clock import Clock, iso
from ....core.errors import InvalidError
from ....core.families.families import Family
from ....core.ids import new_id
from ....core.loras.safetensors_file import method_of
from ....core.loras.versions import BASE_ENTRY, VersionStore
from ....core.records.character import Character, CharacterDraft
from ....core.records.checkpoint import Version
from ....core.said import said
from ....training.loras.lora_fit import prove
from ...http.request_bodies import LoraAdoption
from ..imported_loras import drawing_base
from .shelf import FoundLora, LoraShelf


@dataclass(frozen=True)
class LoraAdopter:
    """Takes in LoRAs of one ComfyUI for the people of one data folder."""

    shelf: LoraShelf
    characters: CharacterStore
    versions: VersionStore
    clock: Clock

    def adopt(self, wanted: LoraAdoption) -> Character:
        """The person with the LoRA; a new one where none is named.

        NotFoundError `lora_unknown`, `character_not_found`; InvalidError `family_unknown`, `lora_damaged`, `lora_wrong`;
        ConflictError `lora_known`. Then nothing is kept.
        """
        family = self.shelf.families.get_offered(wanted.family)
        found = self.shelf.look(wanted.lora)
        version = self._version(wanted, found, family)
        if wanted.character_id is not None:
            character = self.characters.get(wanted.character_id)
            with self.characters.publishing(character):
                self._take(character, version)
            return self.characters.get(character.id)
        draft = CharacterDraft(
            name=wanted.name or "", class_word=wanted.class_word or "person", consent=wanted.consent
        )
        with self.characters.filling(draft) as character:
            self._take(character, version)
        return self.characters.get(character.id)

    def _take(self, character: Character, version: Version) -> None:
        """One that needs no word of its own is called by what the person is: a made-up word would mean nothing to it."""
        called = {"trigger_word": version.trigger_word or character.class_word}
        self.versions.adopt(character.slug, character.id, version.model_copy(update=called))

    def _version(self, wanted: LoraAdoption, found: FoundLora, family: Family) -> Version:
        """What is known of it; `job_id` is of a training that is not here."""
        base = drawing_base(self.shelf.base_models, self.shelf.families, family.key)
        proof, sha256 = prove(found.file, str(base or ""))
        if not (proof.header and proof.finite and proof.nonzero):
            raise InvalidError(
                "lora_damaged",
                said("{file} holds no usable weights.", file=found.file.name),
                "Download it again, or choose another one.",
            )
        if proof.fit == "wrong":
            raise InvalidError(
                "lora_wrong",
                said("This LoRA does not fit {model}.", model=family.label),
                "Choose the model it was trained for.",
            )
        now = iso(self.clock.now())
        return Version(
            job_id=new_id("job"),
            step=found.said.steps,
            file="",
            size=found.file.stat().st_size,
            sha256=sha256,
            family=family.key,
            base_model=found.header.metadata.get(BASE_ENTRY, "")[:200],
            trigger_word=wanted.trigger_word,
            proof=proof.model_copy(update={"image": "skipped"}),
            trained_at=now,
            created_at=now,
            outside=wanted.lora,
            outside_preview=found.preview is not None,
            method=method_of(found.file),
        )
