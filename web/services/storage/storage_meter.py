"""Measuring what Isengard keeps, in a thread of its own: whose it is, and what could be freed."""

from __future__ import annotations

import logging
import shutil
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from ....core.characters.character_store import CharacterStore, everybody
from ....core.clock import Clock, iso
from ....core.errors import IsengardError, reason_of
from ....core.jobs.ledger import JobFilter, every_job
from ....core.records.job import Job
from ....core.records.job_states import ENDED
from ....core.storage.library import Library
from ....training.job_folder.working_files import working_folders
from .folder_sizes import FolderSizes
from .model_use import ModelShelf
from .use_records import PersonUse, StorageState, StorageUse, ThingName, ThingUse

THUMBNAILS = "thumbs"
#: The trainer's folder below backends/, what its removal is ordered by, and the same of the face tools.
TRAINER, FACES = ("ai-toolkit", "ai_toolkit"), ("faces", "faces")
_log = logging.getLogger("isengard.storage")


@dataclass(frozen=True)
class _Owners:
    """Whose folders are, by the folders' names."""

    people: dict[str, PersonUse]
    slugs: dict[str, str]
    jobs: dict[str, Job]
    pictures: dict[str, str]


@dataclass
class _Count:
    """Bytes as they are added up; those of somebody in the trash count as trash."""

    people: dict[str, PersonUse]
    things: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, owner: str, kind: str, size: int) -> None:
        person = self.people.get(owner)
        if person is None:
            self.things["trash" if owner else "rest"] += size
        else:
            setattr(person, kind, getattr(person, kind) + size)


class StorageMeter:
    """Meter of one data folder. It measures one time after the other; what was found last is kept until the next has ended."""

    def __init__(
        self,
        library: Library,
        characters: CharacterStore,
        shelf: ModelShelf,
        clock: Clock,
    ) -> None:
        self._paths = shelf.paths
        self._library = library
        self._characters = characters
        self._ledger = shelf.ledger
        self._shelf = shelf
        self._clock = clock
        self._sizes = FolderSizes()
        self._lock = threading.Lock()
        self._state = StorageState(measuring=False, done=0, of=0, use=None)

    def state(self) -> StorageState:
        return self._state

    def start(self) -> StorageState:
        """Begin, unless it is being measured already."""
        with self._lock:
            begun = self._state
            if not begun.measuring:
                begun = self._state = begun.model_copy(update={"measuring": True, "done": 0, "of": 0})
                threading.Thread(target=self._run, name="isengard-storage", daemon=True).start()
        return (
            begun  # of a small folder it may have ended by now, and who has asked would not look for the end
        )

    def _run(self) -> None:
        use = self._state.use
        try:
            use = self.measure()
        except (IsengardError, OSError) as fault:
            _log.warning("Disk space could not be measured", extra={"context": {"reason": reason_of(fault)}})
        finally:
            self._state = self._state.model_copy(update={"measuring": False, "use": use})

    def measure(self) -> StorageUse:
        """Everything, now. OSError where the data folder itself cannot be read."""
        owners = self._owners()
        count = _Count(owners.people)
        work = [*self._of_people(owners, count), *self._of_things(count)]
        self._state = self._state.model_copy(update={"of": len(work)})
        for done, step in enumerate(work, 1):
            step()
            self._state = self._state.model_copy(update={"done": done})
        self._sizes.forget_gone()
        return self._told(count)

    def _owners(self) -> _Owners:
        everyone = list(everybody(self._characters))
        kept = [person for person in everyone if person.deleted_at is None]
        rows = self._library.rows("SELECT generation_id, character_id FROM generation_character")
        pictures: dict[str, str] = {}
        for row in rows:  # one of several people's pictures counts once
            pictures.setdefault(row["generation_id"], row["character_id"])
        return _Owners(
            {person.id: PersonUse(id=person.id, name=person.name) for person in kept},
            {person.slug: person.id for person in everyone},
            {job.id: job for job in every_job(self._ledger, JobFilter())},
            pictures,
        )

    def _of_people(self, owners: _Owners, count: _Count) -> list[Callable[[], None]]:
        """A step for each folder that is somebody's."""
        steps: list[Callable[[], None]] = []
        sizes = self._sizes

        def photos(folder: Path) -> Callable[[], None]:
            return lambda: count.add(folder.name, "photos", sizes.of(folder))

        def loras(folder: Path) -> Callable[[], None]:
            return lambda: count.add(owners.slugs.get(folder.name, ""), "loras", sizes.of(folder))

        def pictures(folder: Path) -> Callable[[], None]:
            def look() -> None:
                owner = owners.pictures.get(folder.name, "")
                count.add(owner, "pictures", sizes.of(folder, without=frozenset({THUMBNAILS})))
                count.things["thumbnails"] += sizes.of(folder / THUMBNAILS)

            return look

        def job(folder: Path) -> Callable[[], None]:
            return lambda: self._add_job(folder, owners.jobs.get(folder.name), count)

        for place, step in (
            (self._paths.uploads, photos),
            (self._paths.models, loras),
            (self._paths.outputs, pictures),
            (self._paths.jobs, job),
        ):
            steps += [step(folder) for folder in _folders(place)]
        return steps

    def _add_job(self, folder: Path, job: Job | None, count: _Count) -> None:
        """Of one that has ended, what its trainer prepared is nobody's: it can be made again."""
        ended = job is not None and job.state in ENDED
        owner = (job.character_id or "") if job is not None else ""
        size = self._sizes.of(folder, anew=not ended)
        prepared = sum(self._sizes.of(one) for one in working_folders(folder)) if ended else 0
        count.add(owner, "trainings", size - prepared)
        count.things["caches"] += prepared

    def _of_things(self, count: _Count) -> list[Callable[[], None]]:
        paths, sizes = self._paths, self._sizes

        def add(name: str, folder: Path, *, anew: bool = False) -> Callable[[], None]:
            def look() -> None:
                count.things[name] += sizes.of(folder, anew=anew)

            return look

        known = {TRAINER[0]: "trainer", FACES[0]: "faces"}
        steps = [add(known.get(folder.name, "rest"), folder) for folder in _folders(paths.backends)]
        steps += [add("trash", paths.trash), add("logs", paths.logs, anew=True)]
        steps += [add("rest", place, anew=True) for place in (paths.run, paths.tmp)]
        steps += [add("rest", place) for place in (paths.recipes, paths.albums, paths.prompts)]
        steps += [add("hub", folder) for folder in self._shelf.hub_folders()]

        def files() -> None:
            count.things["rest"] += sum(
                file.lstat().st_size for file in paths.root.iterdir() if file.is_file()
            )

        return [*steps, files]

    def _told(self, count: _Count) -> StorageUse:
        models = self._shelf.models()
        things = [_thing(name, count.things.get(name, 0)) for name in get_args(ThingName)]
        people = sorted(count.people.values(), key=lambda person: -person.bytes)
        own = sum(thing.bytes for thing in things if thing.name != "hub")
        disk = shutil.disk_usage(self._paths.root)
        return StorageUse(
            measured_at=iso(self._clock.now()),
            used_bytes=own + sum(person.bytes for person in people) + sum(one.freed_bytes for one in models),
            free_bytes=disk.free,
            total_bytes=disk.total,
            people=people,
            models=models,
            things=[thing for thing in things if thing.bytes],
        )


def _thing(name: str, size: int) -> ThingUse:
    tool = {"trainer": TRAINER[1], "faces": FACES[1]}.get(name, "")
    can_free = name in ("trash", "thumbnails", "caches") or bool(tool)
    return ThingUse.model_validate({"name": name, "bytes": size, "can_free": can_free, "tool": tool})


def _folders(place: Path) -> list[Path]:
    return [entry for entry in place.iterdir() if entry.is_dir() and not entry.is_symlink()]
