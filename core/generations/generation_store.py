"""Generations: rows in isengard.db, files below outputs/<generation id>/. Changing states goes through one table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from .. import atomic
from ..clock import Clock, iso
from ..errors import IsengardError, StorageError
from ..ids import require_id
from ..paths import DataPaths, contained
from ..records.base import Page
from ..records.generation import GeneratedImage, Generation, GenerationProgress, everybody_in
from ..records.generation_states import ENDED, TRANSITIONS, GenerationState
from ..records.job import JobError
from ..records.likeness import Likeness
from ..records.state_machine import require_transition
from ..storage.file_moves import noted, put_back, removed, rows_first
from ..storage.forget_mark import require_kept
from ..storage.library import Library
from . import listing
from .generation_files import (
    RECORD_FILE,
    follow,
    generation_places,
    prompts_in,
    settle_generations,
)
from .generation_sidecars import (
    UNKEPT_MARK,
    insert,
    rebuild_generations,
    remove_left_proofs,
    remove_unkept,
)
from .listing import ALBUM, Sort, Wanted, query_of
from .picture_changes import (
    Edit,
    all_put_away,
    brought_back,
    image_of,
    marked,
    no_such_generation,
    picture_gone,
    put_away,
    with_image,
)
from .picture_sources import keep_source
from .save_tickets import SaveTickets
from .sorted_places import followed_places

PROMPTS_FILE = "prompts.json"
#: So many are changed in one transaction: others who write wait no longer than for these.
TOGETHER = 100
#: Threads that write their files.
AT_THE_DISK = 8


class GenerationStore:
    """Store of generations; every change is in the database when the call returns, and in generation.json where there is room for it."""

    def __init__(self, library: Library, paths: DataPaths, clock: Clock) -> None:
        self._library = library
        self._paths = paths
        self._clock = clock
        self.tickets = SaveTickets(paths)
        self._places = followed_places(library)

    def create(
        self,
        generation: Generation,
        prompts: Sequence[dict[str, Any]],
        source: tuple[Path, Path | None] | None = None,
    ) -> Generation:
        """Keep a new generation and the prompts that will be sent, before anything is sent. `source`: the picture that it is made
        from, and the mask."""
        folder = self._paths.generation(generation.id)
        folder.mkdir(mode=0o700)
        with self._or_nothing(generation.id):
            (folder / UNKEPT_MARK).touch()
            if source is not None:
                keep_source(folder, *source)
            atomic.write_json(folder / PROMPTS_FILE, [*prompts])
            return self.adopt(generation, ())

    def adopt(self, generation: Generation, people: Sequence[str]) -> Generation:
        """Keep a record of pictures whose folder is there: who is in them (`people` beyond the request), for forgetting.

        NotFoundError `character_not_found` where one of them is being forgotten, or was. The folder and the order's ticket go with
        a record that cannot be kept. Whoever forgets somebody hides them in a transaction after the word of it is written, so that all they find
        afterwards is all there will be.
        """
        generation = generation.model_copy(update={"people": sorted({*generation.people, *people})})
        with self._or_nothing(generation.id), self._library.transaction():
            for character_id in everybody_in(generation):
                require_kept(self._library, self._paths, character_id)
            insert(self._library, generation)
        noted(lambda: self._write_file(generation))
        removed(self._paths.generation(generation.id) / UNKEPT_MARK)
        return generation

    @contextmanager
    def _or_nothing(self, generation_id: str) -> Iterator[None]:
        """What fails in here leaves neither folder nor ticket: no row would say whose they are."""
        try:
            yield
        except BaseException:
            self.tickets.void(generation_id)
            removed(self._paths.generation(generation_id))
            raise

    def settle(self) -> int:
        """Settle at a start: unfinished proofs go, and what was never kept; rows come back where a damaged database was moved aside,
        and files go where their rows say. How many rows came back."""
        remove_left_proofs(self._paths)
        rebuilt = rebuild_generations(self._library, self._paths, self._clock)
        remove_unkept(self._library, self._paths)
        settle_generations(self._library, self._paths)
        self.tickets.void_all_but({generation.id for generation in self.unfinished()})
        return rebuilt

    def get(self, generation_id: str, *, deleted: bool = False) -> Generation:
        """Get a generation. NotFoundError `generation_not_found`."""
        row = self._library.row("SELECT * FROM generation WHERE id=?", (require_id("gen", generation_id),))
        if row is None or (row["deleted_at"] is not None and not deleted):
            raise no_such_generation()
        return self._library.record(Generation, row)

    def pages(self, limit: int, *, purpose: str) -> Iterator[Page[Generation]]:
        """All generations of one purpose, newest first, so many at a time."""
        cursor: str | None = None
        while True:
            page = self.list(limit, cursor, purpose=purpose)
            yield page
            cursor = page.next_cursor
            if cursor is None:
                return

    def list(
        self,
        limit: int = 50,
        cursor: str | None = None,
        *,
        character_id: str | None = None,
        recipe: str | None = None,
        deleted: bool = False,
        favourite: bool = False,
        album_id: str | None = None,
        purpose: str = "user",
        version: str = "",
        search: str = "",
        sort: Sort = "date",
    ) -> Page[Generation]:
        """Generations of one purpose, newest first unless `sort` says otherwise; proofs and pictures of ComfyUI's canvas are not
        the person's own."""
        wanted = Wanted(character_id, recipe, deleted, favourite, purpose, version, search, sort, album_id)
        read = self._library.rows
        if sort != "date":
            self._places.ready()
            read = self._library.own_rows  # where the places are
        rows = read(*query_of(wanted, cursor, limit))
        generations = self._library.records(Generation, rows[:limit])
        return Page[Generation](
            items=generations, next_cursor=rows[limit - 1]["id"] if len(rows) > limit else None
        )

    def unfinished(self) -> Sequence[Generation]:
        """Generations that a restart interrupted, oldest first."""
        names = [state.value for state in GenerationState if state not in ENDED]
        marks = ",".join("?" * len(names))
        sql = f"SELECT id, record FROM generation WHERE state IN ({marks}) ORDER BY id"  # noqa: S608 - marks only
        rows = self._library.rows(sql, names)
        return self._library.records(Generation, rows)

    def of_practice(self, recipe: str) -> Sequence[Generation]:
        """Pictures drawn by placeholders, newest first; `recipe` drew those from before they were marked."""
        return self._library.records(Generation, self._library.rows(listing.OF_PRACTICE, (recipe,)))

    def count_of_practice(self, recipe: str) -> int:
        """How many pictures that is."""
        return sum(row[0] for row in self._library.rows(listing.PICTURES_OF_PRACTICE, (recipe,)))

    def to_mend(self) -> Sequence[Generation]:
        """Pictures that are done and whose small faces are still to be redrawn, oldest first."""
        return self._library.records(Generation, self._library.rows(listing.TO_MEND))

    def mends_of(self, generation_id: str) -> Sequence[Generation]:
        """Pictures that were made of it by redrawing faces, oldest first, also what lies in the trash."""
        rows = self._library.rows(listing.MADE_OF, (generation_id, generation_id))
        found = self._library.records(Generation, rows)
        return [one for one in found if one.made_from is not None and one.made_from.how == "mend"]

    def note_mended(self, generation_id: str) -> Generation:
        """Keep that its faces need nothing more. NotFoundError."""
        with self._library.transaction():
            generation = self.get(generation_id, deleted=True)
            return self._store(generation.model_copy(update={"mending": ""}))

    def note_mending_error(self, generation_id: str, number: int, error: JobError | None) -> Generation:
        """Keep why a picture's faces could not be redrawn, or that nothing keeps them from it. NotFoundError."""
        with self._library.transaction():
            generation = self.get(generation_id)
            image = image_of(generation, number).model_copy(update={"mending_error": error})
            return self._store(with_image(generation, image))

    def advance(
        self, generation_id: str, state: GenerationState, error: JobError | None = None
    ) -> Generation:
        """Change the state. IllegalTransitionError where the table has no such step."""
        with self._library.transaction():
            generation = self.get(generation_id, deleted=True)
            require_transition(TRANSITIONS, generation.state, state)
            finished = iso(self._clock.now()) if state in ENDED else None
            changed = self._store(
                generation.model_copy(update={"state": state, "error": error, "finished_at": finished})
            )
        if state in ENDED:
            self.tickets.void(generation_id)
        return changed

    def note_progress(self, generation_id: str, progress: GenerationProgress) -> Generation:
        with self._library.transaction():
            generation = self.get(generation_id, deleted=True)
            return self._store(generation.model_copy(update={"progress": progress}))

    def add_image(self, generation_id: str, image: GeneratedImage) -> Generation:
        """Add a picture, or replace the one of its number: doing it twice is doing it once."""
        with self._library.transaction():
            generation = self.get(generation_id, deleted=True)
            others = [other for other in generation.images if other.n != image.n]
            images = sorted([*others, image], key=lambda other: other.n)
            return self._store(generation.model_copy(update={"images": images}))

    def note_likeness(
        self, generation_id: str, number: int, likeness: Likeness, everybodys: Mapping[str, Likeness]
    ) -> Generation:
        """Keep what was measured of a picture: the first person's likeness, and everybody's of one of several people. NotFoundError
        where it is gone meanwhile."""
        with self._library.transaction():
            generation = self.get(generation_id)
            found = {"likeness": likeness, "likenesses": dict(everybodys)}
            measured = image_of(generation, number).model_copy(update=found)
            return self._store(with_image(generation, measured))

    def set_favourite(self, generation_id: str, favourite: bool) -> Generation:
        """Mark or unmark all pictures of a generation."""
        with self._library.transaction():
            generation = self.get(generation_id)
            images = [image.model_copy(update={"favourite": favourite}) for image in generation.images]
            return self._store(generation.model_copy(update={"favourite": favourite, "images": images}))

    def set_favourite_image(self, generation_id: str, number: int, favourite: bool) -> Generation:
        """Mark or unmark a picture. NotFoundError `image_not_found`."""
        with self._library.transaction():
            return self._store(marked(self.get(generation_id), number, favourite))

    def set_album(self, generation_id: str, album_id: str) -> Generation:
        """Move a generation into an album, '' for out of the one that it is in."""
        with self._library.transaction():
            return self._store(self.get(generation_id).model_copy(update={"album_id": album_id}))

    def in_albums(self) -> Sequence[Generation]:
        """Every generation that is in an album, newest first."""
        sql = f"SELECT id, record FROM generation WHERE deleted_at IS NULL AND {ALBUM}<>'' ORDER BY id DESC"  # noqa: S608 - ours
        return self._library.records(Generation, self._library.rows(sql))

    def delete(self, generation_id: str) -> Generation:
        """Move a generation into the trash. ConflictError `generation_running` before it has ended."""
        with self._library.alone():
            before = self.get(generation_id)
            return self._follow(before, all_put_away(before, iso(self._clock.now())))

    def restore(self, generation_id: str) -> Generation:
        with self._library.alone():
            before = self.get(generation_id, deleted=True)
            if before.deleted_at is None:
                return before
            return self._follow(before, before.model_copy(update={"deleted_at": None}))

    def delete_image(self, generation_id: str, number: int) -> Generation:
        """Move a picture into the trash; the row remembers it as deleted."""
        with self._library.alone():
            before = self.get(generation_id)
            return self._follow(before, put_away(before, number, iso(self._clock.now())))

    def restore_image(self, generation_id: str, number: int) -> Generation:
        """Bring a picture back from the trash; one that is not there stays as it is."""
        with self._library.alone():
            before = self.get(generation_id)
            return self._follow(before, brought_back(before, number, self._paths))

    def change_all(self, edits: Mapping[str, Edit]) -> tuple[Sequence[Generation], dict[str, IsengardError]]:
        """Change many, some hundred in one transaction and then their files: those that were changed, as they are now, and by id why
        others were not. What refuses one keeps none of the others."""
        changed: list[Generation] = []
        refused: dict[str, IsengardError] = {}
        for begin in range(0, len(edits), TOGETHER):
            some = dict(islice(edits.items(), begin, begin + TOGETHER))
            try:
                with self._library.alone():
                    changed += self._change_some(some, refused)
            except StorageError as reason:  # nothing of these was kept
                refused |= dict.fromkeys(some, reason)
        return changed, refused

    def _change_some(
        self, edits: Mapping[str, Edit], refused: dict[str, IsengardError]
    ) -> Sequence[Generation]:
        at = iso(self._clock.now())
        kept: list[tuple[Generation, Generation]] = []
        with self._library.transaction():
            for generation_id, edit in edits.items():
                try:
                    before = self.get(generation_id, deleted=True)
                    kept.append((before, edit(before, at)))
                except IsengardError as reason:
                    refused[generation_id] = reason
            for _, after in kept:
                self._row(after)
        return self._followed(kept, refused)

    def _followed(
        self, kept: Sequence[tuple[Generation, Generation]], refused: dict[str, IsengardError]
    ) -> Sequence[Generation]:
        """Those whose files went along, several at once: a busy disk keeps many in the time of one. The others are as before."""

        def refusal(pair: tuple[Generation, Generation]) -> IsengardError | None:
            try:
                follow(self._paths, *pair)
            except IsengardError as reason:
                return reason
            noted(lambda: self._write_file(pair[1]))
            return None

        with ThreadPoolExecutor(AT_THE_DISK) as threads:
            reasons = [*threads.map(refusal, kept)]
        for (before, _), reason in zip(kept, reasons, strict=True):
            if reason is not None:
                put_back(self._library, partial(self._row, before))
                refused[before.id] = reason
        return [after for (_, after), reason in zip(kept, reasons, strict=True) if reason is None]

    def image_path(self, generation_id: str, number: int) -> Path:
        """Path of a picture's file. NotFoundError `image_not_found`."""
        image = image_of(self.get(generation_id), number)
        path = contained(self._paths.generation(generation_id), image.file)
        if not path.is_file():
            raise picture_gone()
        return path

    def prompts(self, generation_id: str) -> Sequence[dict[str, Any]]:
        """The API prompts as they were sent. NotFoundError `workflow_not_found`."""
        self.get(generation_id)
        return prompts_in(contained(self._paths.generation(generation_id), PROMPTS_FILE))

    def _follow(self, before: Generation, after: Generation) -> Generation:
        """Keep the record, then move what has gone or come back; where that is refused everything stays as it was."""
        rows_first(
            self._library,
            keep=lambda: self._row(after),
            move=lambda: follow(self._paths, before, after),
            back=lambda: self._row(before),
        )
        noted(lambda: self._write_file(after))
        return after

    def _store(self, generation: Generation) -> Generation:
        with self._library.transaction():
            self._row(generation)
            self._write_file(generation)
        return generation

    def _row(self, generation: Generation) -> None:
        with self._library.transaction() as database:
            database.execute(
                "UPDATE generation SET state=?, deleted_at=?, record=? WHERE id=?",
                (generation.state.value, generation.deleted_at, generation.model_dump_json(), generation.id),
            )

    def _write_file(self, generation: Generation) -> None:
        """Into its folder, wherever that lies: from the trash, too, rows come back with the time they were deleted."""
        for folder in generation_places(self._paths, generation.id):
            if folder.is_dir():
                atomic.write_json(folder / RECORD_FILE, generation.model_dump(mode="json"))
