"""Forgetting a person across library, ledger and ComfyUI's folders: by hand, or when their 30 days in the trash are over."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from pathlib import Path

from ...core.characters.character_store import everybody
from ...core.characters.trash import to_forget
from ...core.comfyui_http import ask, token_towards
from ...core.errors import IsengardError, NotFoundError, NotReadyError, reason_of
from ...core.generations.generation_files import trashed_generations
from ...core.generations.preview_copies import previews_of
from ...core.paths import DataPaths
from ...core.privacy import erasure
from ...core.privacy.personal_data import Belongings, ForgetReport, words_of
from ...core.privacy.text_search import files_that_mention, finder, unescaped
from ..container import Services
from .notifications import tell_character
from .stopping import jobs_of, remove_late_jobs, stop_jobs

_log = logging.getLogger("isengard.people")


def would_go(services: Services, character_id: str) -> dict[str, object]:
    """What forgetting would remove, counted, and which files of ComfyUI mention the person; nothing is changed."""
    job_ids = [job.id for job in jobs_of(services, character_id)]
    theirs = _theirs(services, character_id, job_ids)
    return _with_mentions(services, theirs, theirs.counted(services.paths))


def forget_person(services: Services, character_id: str) -> dict[str, object]:
    """Everything of theirs, with a report of what went; also what is left of somebody whose forgetting was cut off.

    Raises ConflictError `job_still_running` while one of their jobs ends, NotFoundError where nothing of them is left.
    """
    _theirs(services, character_id, [])
    job_ids = [job.id for job in stop_jobs(services, character_id)]
    theirs = _theirs(services, character_id, job_ids)
    erasure.begin(services.paths, services.characters, theirs)
    tell_character(
        services.ledger, character_id, "deleted", None
    )  # should something keep the rest from going
    _forget_in_comfyui(services, theirs)
    services.likeness.faces.forget()
    report = erasure.remove(services.paths, theirs)
    for job_id in theirs.job_ids:
        services.ledger.forget(job_id)
    remove_late_jobs(services, character_id)
    services.ledger.forget_events(theirs.ids)
    erasure.end(services.library, services.paths, theirs)
    return _with_mentions(services, theirs, report)


def forget_in_turn(services: Services, character_ids: Sequence[str]) -> None:
    """One after the other: whose files are held open is left for the next time, and keeps nobody else."""
    for character_id in character_ids:
        try:
            forget_person(services, character_id)
        except NotFoundError:
            # its file is damaged, and the row has gone too
            to_forget(services.paths, character_id).unlink(missing_ok=True)
        except (IsengardError, OSError) as fault:
            context = {"character_id": character_id, "reason": reason_of(fault)}
            _log.warning("A person could not be forgotten yet", extra={"context": context})
            continue
        tell_character(services.ledger, character_id, "forgotten", None)


def _theirs(services: Services, character_id: str, job_ids: Sequence[str]) -> Belongings:
    return erasure.theirs_of(
        services.library, services.paths, services.characters, character_id, job_ids=job_ids
    )


def _with_mentions(services: Services, theirs: Belongings, report: ForgetReport) -> dict[str, object]:
    """ComfyUI's own files, the user's workflows and pictures of other people are theirs: they are told, never touched."""
    folders, paths = services.host.own_folders(), services.paths
    root = paths.root.resolve()
    others = [person for person in everybody(services.characters) if person.id != theirs.character_id]
    names = {word for person in others for word in words_of(person)}
    said = finder(theirs.traces, names)
    found = files_that_mention(folders.values(), said)
    outside = [file for file in found if not file.resolve().is_relative_to(root)]
    own = [*outside, *files_that_mention([paths.recipes, paths.trash / "recipes"], said)]
    report.elsewhere = sorted({_shown(file, {"": paths.root, **folders}) for file in own})
    report.others = _others_pictures(paths, theirs, names)
    return report.as_dict()


def _others_pictures(paths: DataPaths, theirs: Belongings, names: set[str]) -> list[str]:
    """Pictures of other people whose prompts mention this one, by a word that nobody else is called."""
    said = finder(theirs.traces.without(names), names)
    known = {folder.resolve() for folder in theirs.folders(paths)}
    found = files_that_mention([paths.outputs, trashed_generations(paths)], said)
    pictures = [file for file in found if not known & {parent.resolve() for parent in file.parents}]
    return sorted({_shown(file, {"": paths.root}) for file in pictures if file.suffix == ".png"})


def _shown(file: Path, folders: dict[str, Path]) -> str:
    """`output/x.png`: no folder of this machine."""
    name = next(name for name, folder in folders.items() if file.is_relative_to(folder))
    return f"{name}/{file.relative_to(folders[name]).as_posix()}".lstrip("/")


def _forget_in_comfyui(services: Services, theirs: Belongings) -> None:
    """Copies in its temp folder, which we made, and prompts in its history, which live in its memory."""
    for copy in previews_of(theirs.folders(services.paths), services.host.own_folders()["temp"]):
        copy.unlink(missing_ok=True)
    for address in dict.fromkeys([services.host.server_url, services.settings.comfyui_url]):
        if address:
            _forget_in_history(
                address, theirs, token_towards(address, services.settings, services.host.server_url)
            )


def _forget_in_history(address: str, theirs: Belongings, token: str) -> None:
    """Of a ComfyUI that made their pictures: ours for the canvas, and the one that COMFYUI_URL names."""
    said = finder(theirs.traces)
    try:
        history = ask("GET", f"{address}/history", token=token)
        prompts = [
            prompt_id
            for prompt_id, entry in history.items()
            if said(unescaped(json.dumps(entry, ensure_ascii=False)))
        ]
        if prompts:
            ask("POST", f"{address}/history", {"delete": prompts}, token=token)
    except NotReadyError as away:
        _log.info(
            "ComfyUI's history keeps some prompts until its next start",
            extra={"context": {"reason": str(away.__cause__)}},
        )
