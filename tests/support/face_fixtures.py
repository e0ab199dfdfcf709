"""The face tools as Isengard itself sets them up, once for each lock and kept in the cache; and photographs to measure."""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hosts import fixtures
from hosts.environments import READY, cache_root, exclusive, say
from isengard.core.clock import SystemClock
from isengard.core.faces.models.choice import ONNXRUNTIME
from isengard.core.faces.reader import FaceReader
from isengard.core.faces.tools import LIBRARY
from isengard.core.loras.versions import VersionStore
from isengard.core.paths import DataPaths
from isengard.core.processes.json_child import JsonChild
from isengard.core.settings import Settings
from isengard.training.face_tools import FaceToolsSetup, packages
from isengard.training.face_tools.setup import LOCKS
from isengard.training.ledgers.sqlite.sqlite_ledger import SqliteLedger
from isengard.training.tasks.task_submission import TaskSubmission
from isengard.training.worker.runner import Pace, Tools
from isengard.training.worker.task_runner import TaskRunner, Work


@pytest.fixture(scope="session")
def face_tools() -> Path:
    """The folder backends/faces of a finished set-up."""
    return ready_face_tools()


def ready_face_tools() -> Path:
    """Make them where they are not there yet; the folder backends/faces."""
    name = hashlib.sha256((LOCKS / "faces.txt").read_bytes()).hexdigest()[:12]
    folder = cache_root() / f"faces-{name}"
    with exclusive(cache_root() / "faces.lock"):
        if not (folder / READY).exists() or not (folder / "backends" / "faces" / "library").is_dir():
            say(f"setting up the face tools in {folder}")
            shutil.rmtree(folder, ignore_errors=True)
            paths = DataPaths(folder, folder / "logs")
            _run(paths, FaceToolsSetup(paths, Settings()).set_up)
            (folder / READY).write_text("{}")
    return folder / "backends" / "faces"


def first_child(reader: FaceReader) -> JsonChild:
    """The child that a single asker has."""
    return reader._children._children[0]


@pytest.fixture(scope="session")
def onnx_library() -> Path:
    """The folder of onnxruntime, fetched as the set-up of a model fetches it."""
    lock = LOCKS / "onnxruntime.txt"
    folder = cache_root() / f"onnxruntime-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    library = folder / "backends" / "faces" / ONNXRUNTIME
    with exclusive(cache_root() / "onnxruntime.lock"):
        if not (folder / READY).exists():
            say(f"fetching onnxruntime into {folder}")
            shutil.rmtree(folder, ignore_errors=True)
            paths = DataPaths(folder, folder / "logs")
            _run(paths, lambda task: packages.install_library(task, lock, library, failed="It did not come."))
            (folder / READY).write_text("{}")
    return library


def _run(paths: DataPaths, work: Work) -> None:
    paths.create()
    clock = SystemClock()
    ledger = SqliteLedger(paths.jobs_db, clock, lease_s=20)
    job = TaskSubmission(paths, ledger, clock, None).submit(
        "backend_setup", {}, "corr-faces", backend="faces"
    )
    claimed, lease = ledger.claim(worker_id="w", owner="w-1", needs={"cpu"})
    tools = Tools(paths, ledger, None, VersionStore(paths, clock), Pace(beat=0.5))
    TaskRunner(tools, claimed, lease, work).run()
    done = ledger.get(job.id)
    assert done.state.value == "completed", done.error
    ledger.close()


def put_face_tools(face_tools: Path, paths: DataPaths) -> None:
    paths.backends.mkdir(parents=True, exist_ok=True)
    (paths.backends / "faces").symlink_to(face_tools)


@contextmanager
def importable(library: Path) -> Iterator[None]:
    """dlib in this very process, and gone from it afterwards: other tests ask what happens without it."""
    sys.path.append(str(library))
    try:
        yield
    finally:
        sys.path.remove(str(library))
        sys.modules.pop(LIBRARY, None)


def put_face_library(face_tools: Path, paths: DataPaths) -> None:
    """dlib alone, so that models can come beside it."""
    (paths.backends / "faces").mkdir(parents=True, exist_ok=True)
    (paths.backends / "faces" / "library").symlink_to(face_tools / "library")


@pytest.fixture(scope="session")
def her_photos(tmp_path_factory) -> list[Path]:
    """Six pictures of one woman, cut from one photograph."""
    return fixtures.portraits(tmp_path_factory.mktemp("her"))
