"""Model files of a family: pinned by hub id, name, size and SHA-256 in the record, fetched into ComfyUI's own folders.

Where they go is decided by the server when the job is queued (it knows ComfyUI's folders) and frozen in the job's
folder; nothing of it comes from a request.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ...core import atomic
from ...core.errors import ConflictError, ForbiddenError
from ...core.families.base_choice import RankedBase
from ...core.families.families import BASE_ROLES, Family
from ...core.families.model_files import ModelFile
from ...core.paths import contained
from ...core.records.job import Job
from ...core.records.job_states import JobState
from ...core.records.spoken import told
from ...core.said import said
from ...core.settings import Settings, current_token
from ...core.storage.documents import known
from ...core.storage.file_lock import FileLock
from ..tasks.task import Task
from ..tasks.task_submission import TaskSubmission
from .alone import alone
from .http_fetch import PART, Wanted, fetch, is_wanted, need_room
from .hub_site import file_url

PLAN_FILE = "download.json"


@dataclass(frozen=True)
class Missing:
    """A file of a family that is not in `folder` yet; `folder` is one of ComfyUI's own."""

    hub: str
    revision: str
    file: str
    size: int
    sha256: str
    folder: str


@dataclass(frozen=True)
class FileState:
    """Files in ComfyUI's folders that stand for a file of a family: `names` that serve, the best first; without any, `fault` says
    what is wrong with the one that was meant to, '' where there is none. `bases`: a base's files with the reasons, also those
    that are another model and serve only where somebody chooses them."""

    file: ModelFile
    names: Sequence[str]
    fault: str = ""
    bases: Sequence[RankedBase] = ()


def base_names(states: Sequence[FileState]) -> list[str]:
    """The bases among them that serve, the best first."""
    return next((list(state.names) for state in states if state.file.role in BASE_ROLES), [])


def missing_of(states: Sequence[FileState], folders: dict[str, Path]) -> list[Missing]:
    """`folders`: where each kind of file goes."""
    missing = []
    for state in states:
        file = state.file
        if state.names or file.folder not in folders:
            continue
        target = str(folders[file.folder])
        missing.append(Missing(file.hub, file.revision, file.file, file.size, file.sha256, target))
    return missing


def require_downloadable(family: Family, missing: Sequence[Missing], settings: Settings) -> None:
    """ForbiddenError `setup_switched_off`, ConflictError `nothing_missing`."""
    if not settings.allow_setup:
        raise ForbiddenError(
            "setup_switched_off",
            "Whoever set up this computer has switched downloads off.",
            "Ask them to allow downloads, or put the model into ComfyUI's folders by hand.",
        )
    if not missing:
        raise ConflictError(
            "nothing_missing",
            said("Everything for {model} is here.", model=family.label),
            "You can start the training now.",
        )


def submit(
    tasks: TaskSubmission,
    family: str,
    missing: Sequence[Missing],
    correlation_id: str,
    *,
    beside: bool = False,
) -> Job:
    """Queue the download of files of a family. ConflictError `already_running`, unless it may go on `beside` others."""
    names = [file.file for file in missing]
    return tasks.submit(
        "model_download",
        {"family": family, "files": names},
        correlation_id,
        family=family,
        prepare=lambda folder: freeze(folder, missing),
        beside=beside,
    )


def submit_what_nobody_fetches(
    tasks: TaskSubmission, family: str, missing: Sequence[Missing], correlation_id: str
) -> list[Job]:
    """The downloads that bring all of these: those under way that fetch some of them, and one of the rest. Two never fetch the same
    file. ConflictError as `submit` where one of the family's is just being cancelled."""
    with tasks.one_at_a_time:
        lacking, jobs = list(missing), list[Job]()
        under_way = tasks.under_way("model_download", "", family)
        for one in under_way:
            coming = set(one.request.get("files") or ())
            if one.state is not JobState.CANCELLING and any(file.file in coming for file in lacking):
                jobs.append(tasks.going_on(one))
                lacking = [file for file in lacking if file.file not in coming]
        if lacking:
            beside = all(one.state is not JobState.CANCELLING for one in under_way)
            jobs.append(submit(tasks, family, lacking, correlation_id, beside=beside))
        return jobs


def freeze(job_dir: Path, missing: Sequence[Missing]) -> None:
    atomic.write_json(job_dir / PLAN_FILE, [asdict(file) for file in missing])


def download(task: Task, settings: Settings) -> None:
    """The work of a model_download job. What stands under a file's name already and is another one did not serve when the
    plan was made: it is kept aside, once the right one is there."""
    files = _planned(task.dir)
    token = current_token(settings, task.paths)
    total, before = sum(file.size for file in files), 0
    for file in files:
        target = contained(Path(file.folder), Path(file.file).name)
        source = Wanted(file_url(file.hub, file.revision, file.file), file.sha256, file.size, token)
        with alone(task, _lock_of(target)):
            if not is_wanted(task, source, target):
                part = target.with_name(f"{target.name}{PART}")
                kept = part.stat().st_size if part.exists() else 0
                need_room(target.parent, file.size - kept, why=target.name)
                task.log(f"{file.hub}/{file.file} -> {target.name}")
                fetch(task, source, target, before=before, of=total, keep_old=True)
        before += file.size


def _lock_of(target: Path) -> FileLock:
    """For everybody on this computer: several ComfyUIs may share a folder of models. It lies in the temporary folder, so that nothing is
    left among the models."""
    name = hashlib.sha256(os.fsencode(target.resolve())).hexdigest()[:16]
    return FileLock(Path(tempfile.gettempdir()) / f"isengard-download-{name}.lock", everybody=True)


def fetched_files(job_dir: Path) -> dict[Path, int]:
    """Tell where a download was to put its files, and how large they are; nothing where its folder was cleared away."""
    try:
        plan = _planned(job_dir)
    except (OSError, ValueError, TypeError):
        return {}
    return {contained(Path(file.folder), Path(file.file).name): file.size for file in plan}


def _planned(job_dir: Path) -> list[Missing]:
    plan = json.loads((job_dir / PLAN_FILE).read_text(encoding="utf-8"))
    return [Missing(**known(Missing, entry)) for entry in plan]


def described(states: Sequence[FileState]) -> list[dict[str, object]]:
    """Describe files for the panel: name, kind, size, whether it is here, and what is wrong with what is there instead."""
    return [
        told(
            {
                "file": state.file.name,
                "folder": state.file.folder,
                "hub": state.file.hub,
                "size": state.file.size,
                "here": bool(state.names),
                "fault": state.fault,
            }
        )
        for state in states
    ]
