"""The face tools as Isengard itself sets them up, once for each lock and kept in the cache; and photographs to measure."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest
from hosts import fixtures
from hosts.environments import READY, cache_root, exclusive, say
from isengard.core.clock import SystemClock
from isengard.core.loras.versions import VersionStore
from isengard.core.paths import DataPaths
from isengard.core.settings import Settings
from isengard.training.face_tools import FaceToolsSetup
from isengard.training.face_tools.setup import LOCKS
from isengard.training.ledgers.sqlite.sqlite_ledger import SqliteLedger
from isengard.training.tasks.task_submission import TaskSubmission
from isengard.training.worker.runner import Pace, Tools
from isengard.training.worker.task_runner import TaskRunner


@pytest.fixture(scope="session")
def face_tools() -> Path:
    """The folder backends/faces of a finished set-up."""
    return ready_face_tools()


def ready_face_tools() -> Path:
    """Make them where they are not there yet; the folder backends/faces."""
    name = hashlib.sha256(b"".join(file.read_bytes() for file in sorted(LOCKS.iterdir()))).hexdigest()[:12]
    folder = cache_root() / f"faces-{name}"
    with exclusive(cache_root() / "faces.lock"):
        if not (folder / READY).exists():
            say(f"setting up the face tools in {folder}")
            shutil.rmtree(folder, ignore_errors=True)
            _set_up(DataPaths(folder, folder / "logs"))
            (folder / READY).write_text("{}")
    return folder / "backends" / "faces"


def _set_up(paths: DataPaths) -> None:
    paths.create()
    clock = SystemClock()
    ledger = SqliteLedger(paths.jobs_db, clock, lease_s=20)
    job = TaskSubmission(paths, ledger, clock).submit("backend_setup", {}, "corr-faces", backend="faces")
    claimed, lease = ledger.claim(worker_id="w", owner="w-1", needs={"cpu"})
    tools = Tools(paths, ledger, None, VersionStore(paths, clock), Pace(beat=0.5))
    TaskRunner(tools, claimed, lease, FaceToolsSetup(paths, Settings()).set_up).run()
    done = ledger.get(job.id)
    assert done.state.value == "completed", done.error
    ledger.close()


def put_face_tools(face_tools: Path, paths: DataPaths) -> None:
    paths.backends.mkdir(parents=True, exist_ok=True)
    (paths.backends / "faces").symlink_to(face_tools)


@pytest.fixture(scope="session")
def her_photos(tmp_path_factory) -> list[Path]:
    """Six pictures of one woman, cut from one photograph."""
    return fixtures.portraits(tmp_path_factory.mktemp("her"))
