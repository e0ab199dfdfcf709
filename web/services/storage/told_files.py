"""Files that a person is told of, in words: Isengard calls its own by ids, which say nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from ....core.characters.character_store import CharacterStore
from ....core.clock import SystemClock
from ....core.errors import IsengardError
from ....core.generations.albums import AlbumStore
from ....core.generations.generation_store import GenerationStore
from ....core.paths import DataPaths
from ....core.privacy.personal_data import FileInWords
from ....core.said import Moment, Said, listed, said
from ....core.storage.kept_in_trash import name_of
from ....core.storage.library import Library

_ALBUM = re.compile(r"albums/(alb_\w+)\.json")
_WORKFLOW = re.compile(r"(?:trash/)?recipes/([^/]+)")
_PICTURE = re.compile(r"(?:outputs|trash/generations|trash)/(gen_[0-9a-z]+)[/-].+")
_PHOTO = re.compile(r"(?:uploads|trash/characters)/(chr_\w+)/.+")
_TRASHED_PHOTO = re.compile(r"trash/photos/(pho_[0-9a-z]+)\..+")


@dataclass(frozen=True)
class ToldFiles:
    """The files of a data folder in words."""

    paths: DataPaths
    library: Library
    characters: CharacterStore
    pictures: GenerationStore

    def of(self, files: Iterable[str]) -> dict[str, FileInWords]:
        """Name them in words, by the file's name below the data folder; those that their own name tells, or of which nothing is known, are left out."""
        return {file: FileInWords(words=words) for file in files if (words := self._words(file)) is not None}

    def _words(self, file: str) -> Said | None:
        for pattern, words in (
            (_ALBUM, self._album),
            (_WORKFLOW, self._workflow),
            (_PICTURE, self._picture),
            (_PHOTO, self._photo),
            (_TRASHED_PHOTO, self._trashed_photo),
        ):
            if found := pattern.fullmatch(file):
                try:
                    return words(found[1], file.startswith("trash/"))
                except IsengardError:  # gone meanwhile, or its record is damaged
                    return None
        return None

    def _album(self, album_id: str, _: bool) -> Said:
        album = AlbumStore(self.paths, SystemClock()).get(album_id, deleted=True)
        if album.deleted_at is not None:
            return said("The album {name}, in the trash", name=album.name)
        return said("The album {name}", name=album.name)

    def _workflow(self, file: str, trashed: bool) -> Said:
        plain = PurePosixPath(file)
        if trashed:
            return said("The workflow {name}, in the trash", name=PurePosixPath(name_of(plain) or file).stem)
        return said("The workflow {name}", name=plain.stem)

    def _picture(self, generation_id: str, trashed: bool) -> Said:
        made = self.pictures.get(generation_id, deleted=True)
        names = listed(self._name(use.id) for use in made.request.characters)
        when = Moment(made.created_at)
        if trashed:
            return said("A picture of {names}, {when}, in the trash", names=names, when=when)
        return said("A picture of {names}, {when}", names=names, when=when)

    def _photo(self, character_id: str, trashed: bool) -> Said:
        if trashed:
            return said("A photo of {name}, in the trash", name=self._name(character_id))
        return said("A photo of {name}", name=self._name(character_id))

    def _trashed_photo(self, photo_id: str, _: bool) -> Said | None:
        row = self.library.row("SELECT character_id FROM photo WHERE id=?", (photo_id,))
        return None if row is None else self._photo(row["character_id"], True)

    def _name(self, character_id: str) -> str:
        return self.characters.get(character_id, deleted=True).name
