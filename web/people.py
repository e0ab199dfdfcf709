"""Forgetting a person across library, ledger and ComfyUI's folders: by hand, or when their 30 days in the trash are over."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from ..core.belongings import Belongings, ForgetReport, belongings_of
from ..core.comfyui_http import ask, token_towards
from ..core.errors import NotReadyError
from ..core.forgetting import forget
from ..core.mentions import files_that_mention, finder, mentions
from ..core.previews import previews_of
from .services import Services
from .stopping import jobs_of, remove_late_jobs, stop_jobs

_log = logging.getLogger("isengard.people")


def would_go(services: Services, character_id: str) -> dict[str, object]:
    """What forgetting would remove, counted, and which files of ComfyUI mention the person; nothing is changed."""
    character = services.characters.get(character_id, deleted=True)
    job_ids = [job.id for job in jobs_of(services, character_id)]
    theirs = belongings_of(services.library, services.paths, character, job_ids)
    return _with_mentions(services, theirs, theirs.counted())


def forget_person(services: Services, character_id: str) -> dict[str, object]:
    """Everything of theirs, with a report of what went.

    Raises ConflictError `job_still_running` while one of their jobs ends, NotFoundError where there is no such person.
    """
    character = services.characters.get(character_id, deleted=True)
    job_ids = [job.id for job in stop_jobs(services, character_id)]
    theirs = belongings_of(services.library, services.paths, character, job_ids)
    _forget_in_comfyui(services, theirs)
    services.likeness.faces.forget()
    report = forget(services.library, services.paths, services.characters, character_id, job_ids)
    for job_id in job_ids:
        services.ledger.forget(job_id)
    remove_late_jobs(services, character_id)
    services.ledger.forget_events(theirs.ids)
    return _with_mentions(services, theirs, report)


def _with_mentions(services: Services, theirs: Belongings, report: ForgetReport) -> dict[str, object]:
    """ComfyUI's own files and the user's workflows are theirs: they are told, never touched."""
    folders, paths = services.host.own_folders(), services.paths
    root = paths.root.resolve()
    told = [paths.outputs, paths.recipes, paths.trash / "recipes"]
    found = files_that_mention([*folders.values(), *told], theirs.ids, theirs.words)
    known = {file.resolve() for folder in theirs.folders for file in folder.rglob("*")}
    for file in sorted(set(found)):
        inside = file.resolve().is_relative_to(root)
        if file.resolve() in known or (inside and not any(place in file.parents for place in told)):
            continue
        report.elsewhere.append(_shown(file, {"": paths.root, **folders}))
    return report.as_dict()


def _shown(file: Path, folders: dict[str, Path]) -> str:
    """`output/x.png`: no folder of this machine."""
    name = next(name for name, folder in folders.items() if file.is_relative_to(folder))
    return f"{name}/{file.relative_to(folders[name]).as_posix()}".lstrip("/")


def _forget_in_comfyui(services: Services, theirs: Belongings) -> None:
    """Copies in its temp folder, which we made, and prompts in its history, which live in its memory."""
    for copy in previews_of(theirs.folders, services.host.own_folders()["temp"]):
        copy.unlink(missing_ok=True)
    for address in dict.fromkeys([services.host.server_url, services.settings.comfyui_url]):
        if address:
            _forget_in_history(
                address, theirs, token_towards(address, services.settings, services.host.server_url)
            )


def _forget_in_history(address: str, theirs: Belongings, token: str) -> None:
    """Of a ComfyUI that made their pictures: ours for the canvas, and the one that COMFYUI_URL names."""
    said = finder(theirs.words)
    try:
        history = ask("GET", f"{address}/history", token=token)
        prompts = [
            prompt_id
            for prompt_id, entry in history.items()
            if (text := json.dumps(entry, ensure_ascii=False)) and (said(text) or mentions(text, theirs.ids))
        ]
        if prompts:
            ask("POST", f"{address}/history", {"delete": prompts}, token=token)
    except NotReadyError as away:
        _log.info(
            "ComfyUI's history keeps some prompts until its next start",
            extra={"context": {"reason": str(away.__cause__)}},
        )
