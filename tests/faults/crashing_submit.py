"""Run by test_crash_points: a server that submits a training and dies at the n-th point of it, as in a power cut.

Forks one child for each (point, time) so that the imports are paid once. Prints a line of JSON for each: the point's name
and the id that was acknowledged, '' for none. Points are every folder made, every fsync, every rename, and before and after
the ledger's and the doorbell's part.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from pathlib import Path

ENDED_WELL = 7


def load(boot_file: str) -> None:
    spec = importlib.util.spec_from_file_location("isengard_boot", boot_file)
    boot = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(boot)
    boot.load()


class Points:
    """Counts what happens and ends the process, without any clean-up, at the n-th; its name goes down the pipe."""

    def __init__(self, die_at: int, pipe: int) -> None:
        self._die_at, self._pipe, self._seen = die_at, pipe, 0

    def at(self, name: str) -> None:
        self._seen += 1
        if self._seen == self._die_at:
            os.write(self._pipe, f"died {name}\n".encode())
            os._exit(0)

    def around(self, owner, method: str, name: str) -> None:
        call = getattr(owner, method)

        def run(*arguments, **named):
            self.at(f"before {name}")
            answer = call(*arguments, **named)
            self.at(f"after {name}")
            return answer

        setattr(owner, method, run)


class NoBases:
    def resolve(self, name, family):
        from isengard.training.planning.facts import BaseModel

        return BaseModel("", "")


def server(root: Path):
    """(gatherer, freezer, doorbell) as a starting server makes them."""
    from isengard.core.characters.character_store import CharacterStore
    from isengard.core.characters.photo_store import PhotoStore
    from isengard.core.clock import SystemClock
    from isengard.core.families.families import Families
    from isengard.core.paths import DataPaths
    from isengard.core.settings import Settings
    from isengard.core.storage.library import Library
    from isengard.training.ledgers import open_ledger
    from isengard.training.planning.freezing import Freezer
    from isengard.training.planning.gathering import FactGatherer
    from isengard.training.worker.doorbell import Doorbell
    from isengard.training.worker.main import make_registry

    paths, clock = DataPaths(root=root, logs=root / "logs"), SystemClock()
    settings = Settings(mode="fast-test", redis_url=os.environ.get("REDIS_URL", ""))
    library, ledger = Library(paths), open_ledger(settings, paths, clock)
    characters, photos = CharacterStore(library, paths, clock), PhotoStore(library, paths, clock, None)
    gatherer = FactGatherer(
        paths,
        ledger,
        characters,
        photos,
        make_registry(settings, paths),
        Families(),
        NoBases(),
        default_backend="fast_test",
    )
    return gatherer, Freezer(paths, ledger, characters, photos, clock), Doorbell(settings, paths)


def submit(root: Path, character_id: str, points: Points) -> str:
    from isengard.core.records.training import TrainingRequest
    from isengard.training.planning.decision import decide

    gatherer, freezer, doorbell = server(root)
    points.around(os, "mkdir", "folder")
    points.around(os, "fsync", "fsync")
    points.around(os, "replace", "rename")
    points.around(freezer.ledger, "submit", "ledger")
    points.around(doorbell, "ring", "doorbell")
    plan = decide(gatherer.gather(TrainingRequest(character_id=character_id)))
    job = freezer.freeze(plan, "crash")
    doorbell.ring(job.id, job.attempt)
    return job.id


def one(root: Path, character_id: str, die_at: int) -> tuple[str, str]:
    """(where it died or 'ended', the acknowledged id)."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        acknowledged = submit(root, character_id, Points(die_at, write))
        os.write(write, f"ended {acknowledged}\n".encode())
        os._exit(ENDED_WELL)
    os.close(write)
    with os.fdopen(read) as stream:
        said = stream.read().split()
    os.waitpid(pid, 0)
    return (" ".join(said[1:]), "") if said[:1] == ["died"] else ("ended", said[1])


def main() -> None:
    boot_file, root, character_id, times = sys.argv[1:]
    load(boot_file)
    import isengard.training.worker.main  # noqa: F401 - paid once, before the forks

    die_at = 1
    while True:
        ended = False
        for _ in range(int(times)):
            name, acknowledged = one(Path(root), character_id, die_at)
            ended = ended or name == "ended"
            print(json.dumps({"at": die_at, "point": name, "acknowledged": acknowledged}), flush=True)
        if ended:
            return
        die_at += 1


main()
