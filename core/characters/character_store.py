"""Characters: created, edited, put in the trash, brought back. Rows are JSON records; files follow the rows."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from ..clock import Clock, iso
from ..errors import ConflictError, NotFoundError, StorageError
from ..ids import new_id, require_id
from ..loras.versions import VersionStore
from ..paths import DataPaths
from ..records.base import Page
from ..records.character import Character, CharacterDraft, CharacterPatch
from ..records.photo import Photo
from ..storage.file_moves import noted, rows_first
from ..storage.forget_mark import to_forget, written_for
from ..storage.library import Library
from .caption_undo import rename_before
from .character_sidecars import write_sidecar
from .slugs import invented_trigger, slug_of
from .trash import move_character
from .trigger_words import renamed
from .unfinished_imports import begin_filling, discard, end_filling

#: The longest page a list gives.
MAX_PAGE = 200
#: Of somebody whose kind was left empty: captions need a word there.
DEFAULT_CLASS = "person"
_log = logging.getLogger("isengard.characters")


class CharacterStore:
    """Every change is in the database when the call returns, and in the character's sidecar where there is room for it."""

    def __init__(
        self, library: Library, paths: DataPaths, clock: Clock, versions: VersionStore | None = None
    ) -> None:
        self._library = library
        self._paths = paths
        self._clock = clock
        self._versions = versions or VersionStore(paths, clock)

    def create(self, draft: CharacterDraft, *, practice: bool = False) -> Character:
        """A new character with a slug of its own and, unless given, an invented trigger word. `practice`: made in that mode."""
        return self._create(new_id("chr"), draft, practice=practice)

    @contextmanager
    def filling(self, draft: CharacterDraft, *, practice: bool = False) -> Iterator[Character]:
        """A new character whom the caller fills inside: what fails there, or ends the server, leaves nothing of them."""
        character_id = new_id("chr")
        begin_filling(self._paths, character_id)
        try:
            character = self._create(character_id, draft, practice=practice)
            begin_filling(self._paths, character_id, character.slug)
            yield character
            end_filling(self._paths, character_id)
        except BaseException:
            discard(self._library, self._paths, character_id)
            raise

    def _create(self, character_id: str, draft: CharacterDraft, *, practice: bool) -> Character:
        with self._library.transaction() as database:
            taken = {row[0] for row in self._library.rows("SELECT slug FROM character")}
            taken |= {folder.name for folder in self._paths.models.glob("*")}  # LoRAs of somebody else
            character = Character(
                id=character_id,
                name=draft.name,
                slug=slug_of(draft.name, taken),
                trigger_word=draft.trigger_word or invented_trigger(draft.name),
                class_word=draft.class_word or DEFAULT_CLASS,
                notes=draft.notes,
                consent=draft.consent,
                practice=practice,
                created_at=iso(self._clock.now()),
            )
            database.execute(
                "INSERT INTO character VALUES (?,?,?,?)",
                (character.id, character.slug, None, character.document()),
            )
        try:
            write_sidecar(self._library, self._paths, character.id)
        except (StorageError, OSError):
            discard(self._library, self._paths, character_id)
            raise
        _log.info("Character created", extra={"context": {"character_id": character.id}})
        return character

    def get(self, character_id: str, *, deleted: bool = False) -> Character:
        """NotFoundError `character_not_found`; those in the trash only with `deleted`."""
        row = self._library.row("SELECT * FROM character WHERE id=?", (require_id("chr", character_id),))
        if row is None or (row["deleted_at"] is not None and not deleted):
            raise _not_found()
        return self._complete(self._library.record(Character, row))

    def get_anyway(self, character_id: str) -> Character:
        """Get somebody, in the trash too, as far as their row can be read: for forgetting, which nothing may make impossible.
        NotFoundError `character_not_found`."""
        try:
            return self.get(character_id, deleted=True)
        except StorageError as damage:
            if damage.code != "record_damaged":
                raise
        row = self._row(character_id)
        versions = self._versions.ranked(row["slug"])
        return said_by(row["record"], character_id, row["slug"]).model_copy(
            update={"deleted_at": row["deleted_at"], "versions": versions}
        )

    def _is_readable(self, character_id: str) -> bool:
        return bool(self._library.records(Character, [self._row(character_id)]))

    def _row(self, character_id: str) -> sqlite3.Row:
        row = self._library.row("SELECT * FROM character WHERE id=?", (character_id,))
        if row is None:
            raise _not_found()
        return row

    def list(self, limit: int = 50, cursor: str | None = None, *, deleted: bool = False) -> Page[Character]:
        """Newest first; `deleted` lists the trash instead."""
        limit = max(1, min(limit, MAX_PAGE))
        rows = self._library.rows(
            "SELECT id, record FROM character WHERE (deleted_at IS NOT NULL)=? AND id < ? ORDER BY id DESC LIMIT ?",
            (deleted, cursor or "~", limit + 1),
        )
        characters = [self._complete(one) for one in self._library.records(Character, rows[:limit])]
        return Page[Character](
            items=characters, next_cursor=rows[limit - 1]["id"] if len(rows) > limit else None
        )

    def all(self, *, deleted: bool = False) -> Iterator[Character]:
        """Every one, however many, newest first; `deleted` gives the trash instead."""
        cursor: str | None = None
        while True:
            page = self.list(MAX_PAGE, cursor, deleted=deleted)
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def called(self, trigger_word: str, *, but: str = "") -> tuple[str, ...]:
        """The names of those who have this trigger word, in the trash too; `but` is the id of one who may."""
        trigger, rows = (
            trigger_word.lower(),
            self._library.rows("SELECT id, record FROM character ORDER BY id"),
        )
        people = self._library.records(Character, rows)
        return tuple(p.name for p in people if p.trigger_word.lower() == trigger and p.id != but)

    def update(self, character_id: str, patch: CharacterPatch) -> Character:
        """Change what the patch holds. Raises NotFoundError `cover_photo_unknown`."""
        with self._library.transaction():
            character = self.get(character_id)
            changes = patch.model_dump(exclude_unset=True)
            if changes.get("cover_photo_id") and not self._has_photo(character_id, changes["cover_photo_id"]):
                raise NotFoundError(
                    "cover_photo_unknown",
                    "This photo is not one of the character's.",
                    "Choose one of the photos.",
                )
            if changes.get("class_word") == "":
                changes["class_word"] = DEFAULT_CLASS
            for name in ("name", "trigger_word", "class_word", "notes", "consent"):
                if changes.get(name, ...) is None:
                    changes.pop(name, None)
            self._store(character.model_copy(update={**changes, "former_words": _former(character, changes)}))
            if changes.get("trigger_word", character.trigger_word) != character.trigger_word:
                self._rename_trigger(character, changes["trigger_word"])
        noted(lambda: write_sidecar(self._library, self._paths, character_id))
        word = changes.get("trigger_word", character.trigger_word)
        noted(lambda: rename_before(self._paths, character_id, character.trigger_word, word))
        return self.get(character_id)

    def delete(self, character_id: str) -> Character:
        """Into the trash, with its photos; `restore` brings everything back for 30 days."""
        with self._library.alone():
            before = self.get(character_id)
            character = before.model_copy(update={"deleted_at": iso(self._clock.now())})
            self._move(before, character)
        _log.info("Character deleted", extra={"context": {"character_id": character_id}})
        return character

    def restore(self, character_id: str) -> Character:
        """Out of the trash. Raises ConflictError `not_deleted`, or `being_forgotten` where half of it is gone already."""
        with self._library.alone():
            if to_forget(self._paths, character_id).exists():
                raise ConflictError(
                    "being_forgotten",
                    "This person is being forgotten; some of their files are gone already.",
                    "Press Forget again: it continues where it stopped.",
                )
            before = self.get(character_id, deleted=True)
            if before.deleted_at is None:
                raise _not_deleted()
            self._move(before, before.model_copy(update={"deleted_at": None}))
        return self.get(character_id)

    def hide(
        self, character_id: str, in_trash_before: str = "", word: Callable[[], object] = lambda: None
    ) -> None:
        """As deleted, with the files where they are: nothing new may be made of somebody who is being forgotten. `word` says that
        they are. Raises ConflictError `not_deleted` where they had to be in the trash since then and are not."""
        with self._library.transaction() as database:
            character = self.get_anyway(character_id)
            if in_trash_before and not (character.deleted_at or in_trash_before) < in_trash_before:
                raise _not_deleted()
            word()
            deleted_at = character.deleted_at or iso(self._clock.now())
            if self._is_readable(character_id):
                self._store(character.model_copy(update={"deleted_at": deleted_at}))
            else:  # what cannot be read stays as it is
                database.execute("UPDATE character SET deleted_at=? WHERE id=?", (deleted_at, character_id))

    def publishing(self, character: Character) -> AbstractContextManager[None]:
        """Take back what is written inside into their folder of LoRAs where they are forgotten meanwhile: NotFoundError."""
        folder = self._paths.character_models(character.slug)
        return written_for(self._library, self._paths, character.id, folder)

    def _move(self, before: Character, after: Character) -> None:
        rows_first(
            self._library,
            keep=lambda: self._store(after),
            move=lambda: move_character(self._paths, after.id, into_trash=after.deleted_at is not None),
            back=lambda: self._store(before),
        )
        noted(lambda: write_sidecar(self._library, self._paths, after.id))

    def _has_photo(self, character_id: str, photo_id: str) -> bool:
        sql = "SELECT 1 FROM photo WHERE id=? AND character_id=? AND deleted_at IS NULL"
        return self._library.row(sql, (photo_id, character_id)) is not None

    def _rename_trigger(self, character: Character, trigger: str) -> None:
        """Captions follow: with the old word in them, training would bind the person to both."""
        sql = "SELECT id, record FROM photo WHERE character_id=?"
        with self._library.transaction() as database:
            for photo in self._library.records(Photo, self._library.rows(sql, (character.id,))):
                caption = renamed(photo.caption, character.trigger_word, trigger)
                named = photo.model_copy(update={"caption": caption})
                database.execute("UPDATE photo SET record=? WHERE id=?", (named.document(), photo.id))

    def _store(self, character: Character) -> None:
        with self._library.transaction() as database:
            database.execute(
                "UPDATE character SET deleted_at=?, record=? WHERE id=?",
                (character.deleted_at, character.document(), character.id),
            )

    def _complete(self, stored: Character) -> Character:
        """The stored record with what is counted afresh: photos, cover, versions."""
        (row,) = self._library.rows(
            "SELECT count(*) AS n, min(id) AS first FROM photo WHERE character_id=? AND deleted_at IS NULL",
            (stored.id,),
        )
        cover = stored.cover_photo_id
        if not cover or not self._has_photo(stored.id, cover):
            cover = row["first"]
        versions = self._versions.ranked(stored.slug)
        counted = {"photo_count": row["n"], "cover_photo_id": cover, "versions": versions}
        return stored.model_copy(update=counted)


def everybody(characters: CharacterStore) -> Iterator[Character]:
    """Everybody, those in the trash too."""
    yield from characters.all()
    yield from characters.all(deleted=True)


def said_by(document: object, character_id: str, slug: str) -> Character:
    """Read what a damaged or newer record still says of somebody's names."""
    try:
        told = json.loads(str(document))
    except ValueError:
        told = {}
    texts = (
        {name: text for name, text in told.items() if isinstance(text, str)} if isinstance(told, dict) else {}
    )
    former = told.get("former_words") if texts else None
    return Character(
        id=character_id,
        slug=slug,
        name=texts.get("name", ""),
        trigger_word=texts.get("trigger_word", ""),
        class_word=texts.get("class_word", ""),
        former_words=[word for word in former if isinstance(word, str)] if isinstance(former, list) else [],
        created_at=texts.get("created_at", ""),
    )


def _not_found() -> NotFoundError:
    return NotFoundError(
        "character_not_found", "There is no such character.", "It may have been deleted: reload."
    )


def _not_deleted() -> ConflictError:
    return ConflictError("not_deleted", "This character is not in the trash.", "Nothing needs to be done.")


def _former(character: Character, changes: Mapping[str, Any]) -> list[str]:
    """Every name and trigger word that is none any more: forgetting and the diagnostics look for them, too."""
    words = dict.fromkeys([*character.former_words, character.name, character.trigger_word])
    now = {changes.get(name, getattr(character, name)) for name in ("name", "trigger_word")}
    return [word for word in words if word not in now]
