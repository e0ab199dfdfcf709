"""Forgetting a person across library, ledger and ComfyUI's folders: find what is theirs, stop what is being made of them,
erase it, report what went. By hand, when their 30 days in the trash are over, or where a kill has cut it off."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import logging
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ...core.characters.character_store import CharacterStore, everybody
from ...core.comfyui_http import ask, empty_memory, token_towards
from ...core.errors import (
    ConflictError,
    IllegalTransitionError,
    IsengardError,
    NotFoundError,
    NotReadyError,
)
from ...core.executor import in_thread
from ...core.faces.reader import FaceReader
from ...core.generations.photo_days import PhotoDayStore
from ...core.generations.preview_copies import previews_of
from ...core.jobs.ledger import JobFilter, Ledger, every_job
from ...core.loops import tried
from ...core.paths import DataPaths
from ...core.privacy import erasure, personal_data
from ...core.privacy.personal_data import ForgetReport, Inventory, words_of
from ...core.privacy.text_search import files_that_mention, finder, pictures_that_mention, unescaped
from ...core.records.generation import Generation, everybody_in
from ...core.records.generation_states import GenerationState
from ...core.records.job import Job
from ...core.records.job_states import ENDED
from ...core.settings import Settings
from ...core.storage.forget_mark import to_forget
from ...core.storage.library import Library
from ...generation.service import GenerationService
from ..host import Host
from .notifications import tell_character
from .storage.told_files import ToldFiles

#: How long forgetting waits for what it has asked to stop.
STOPS_WITHIN_S = 20.0
STOP_POLL_S = 0.2
_log = logging.getLogger("isengard.people")


@dataclass(frozen=True)
class Forgetting:
    """The five steps: `find`, `stop`, `begin`, `erase`, `report`."""

    paths: DataPaths
    settings: Settings
    library: Library
    characters: CharacterStore
    ledger: Ledger
    generations: GenerationService
    faces: FaceReader
    host: Host
    days: PhotoDayStore

    def preview(self, character_id: str) -> dict[str, object]:
        """The report as it would be; nothing is changed."""
        inventory = self.find(character_id)
        return self.report(inventory, inventory.counted(self.paths))

    async def forget(self, character_id: str, in_trash_before: str = "") -> dict[str, object]:
        """Everything of theirs, also what is left of somebody whose forgetting was cut off; with `in_trash_before` only where they
        have been in the trash since before then.

        Raises what `find`, `stop`, `begin` and `erase` raise.
        """
        inventory = await in_thread(self.find, character_id)
        if in_trash_before:  # nothing of somebody who was brought back is stopped
            await in_thread(self.begin, inventory, in_trash_before)
        inventory = await self.stop(inventory)
        await in_thread(self.begin, inventory, in_trash_before)
        inventory = await self.stop(inventory)  # what was asked for before they were hidden
        return await in_thread(lambda: self.report(inventory, self.erase(inventory)))

    async def forget_in_turn(self, character_ids: Sequence[str], in_trash_before: str = "") -> None:
        """Forget people one after the other: whose files are held open is left for the next time, and keeps nobody else."""
        for character_id in character_ids:
            forget = functools.partial(self._forget, character_id, in_trash_before)
            if await tried(forget, _log, "A person could not be forgotten yet", character_id=character_id):
                await in_thread(tell_character, self.ledger, character_id, "forgotten", None)

    async def _forget(self, character_id: str, in_trash_before: str) -> None:
        try:
            await self.forget(character_id, in_trash_before)
        except NotFoundError:
            # its file is damaged, and the row has gone too
            to_forget(self.paths, character_id).unlink(missing_ok=True)

    def find(self, character_id: str) -> Inventory:
        """Find what is theirs now, and what was when forgetting them began. NotFoundError `character_not_found` where nothing is."""
        job_ids = self.ledger.job_ids_of(character_id)
        return personal_data.find(self.library, self.paths, self.characters, character_id, job_ids=job_ids)

    async def stop(self, inventory: Inventory) -> Inventory:
        """Ends their pictures and jobs; else they would be there again afterwards. The inventory with what came meanwhile.

        ConflictError `pictures_still_running` or `job_still_running` where something does not end in time.
        """
        await in_thread(self.days.pause_of, inventory.character_id)
        await self._stop_pictures(inventory.character_id)
        await in_thread(self._stop_jobs, inventory.character_id)
        return await in_thread(self.find, inventory.character_id)

    def begin(self, inventory: Inventory, in_trash_before: str = "") -> None:
        """Hide them: nothing new is made of them any more, nor kept. Told now, should something keep the rest from going."""
        since = (in_trash_before,) if in_trash_before else ()
        erasure.begin(self.paths, self.characters, inventory, *since)
        tell_character(self.ledger, inventory.character_id, "deleted", None)

    def erase(self, inventory: Inventory) -> ForgetReport:
        """Everything but what others have made; their row last of all. StorageError `forget_incomplete`."""
        character_id = inventory.character_id
        erasure.note(self.paths, inventory)
        self._erase_in_comfyui(inventory)
        self.faces.forget()
        report = erasure.remove(self.paths, inventory)
        for job_id in inventory.job_ids:
            self.ledger.forget(job_id)
        self._erase_late_jobs(character_id)
        self._empty_memory()
        self.ledger.forget_mentions(inventory.ids)
        self.ledger.forget_events(inventory.ids)
        erasure.end(self.library, self.paths, inventory)
        return report

    def report(self, inventory: Inventory, counted: ForgetReport) -> dict[str, object]:
        """Report what goes or went. ComfyUI's own files, the user's workflows and albums and pictures of other people are theirs:
        they are told, never touched."""
        folders, paths = self.host.own_folders(), self.paths
        root = paths.root.resolve()
        others = [person for person in everybody(self.characters) if person.id != inventory.character_id]
        names = {word for person in others for word in words_of(person)}
        mentions = finder(inventory.traces, names)
        files = files_that_mention(folders.values(), mentions, but=paths.root)
        outside = [file for file in files if not file.resolve().is_relative_to(root)]
        theirs = set(inventory.files(paths))
        named = files_that_mention([paths.recipes, paths.trash / "recipes", paths.albums], mentions)
        own = [*outside, *(file for file in named if file not in theirs)]
        loras = {f"models/loras/{name}" for name in inventory.outside}
        counted.elsewhere = sorted({_shown(file, {"": paths.root, **folders}) for file in own} | loras)
        counted.others = _others_pictures(paths, inventory, names)
        shared = personal_data.photos_of_others(self.library, paths, inventory)
        counted.others = sorted({*counted.others, *(_shown(file, {"": paths.root}) for file in shared)})
        in_words = ToldFiles(paths, self.library, self.characters, self.generations.store)
        counted.told = in_words.of([*counted.elsewhere, *counted.others])
        return counted.as_dict()

    async def _stop_pictures(self, character_id: str) -> None:
        """Cancels those that ComfyUI has not made yet."""
        deadline = time.monotonic() + STOPS_WITHIN_S
        while True:
            unfinished = await in_thread(self._unfinished, character_id)
            if not unfinished and not await in_thread(self.days.is_drawing, character_id):
                return
            for generation in unfinished:
                if generation.state is not GenerationState.CANCELLING:
                    await self._cancel(generation)
            if time.monotonic() > deadline:  # all that is to stop has been asked to, however slow the disk
                raise ConflictError(
                    "pictures_still_running",
                    "Pictures of this person are being stopped.",
                    "Wait a few seconds until they have, then forget again.",
                )
            await asyncio.sleep(STOP_POLL_S)

    def _unfinished(self, character_id: str) -> list[Generation]:
        unfinished = self.generations.store.unfinished()
        return [generation for generation in unfinished if character_id in everybody_in(generation)]

    async def _cancel(self, generation: Generation) -> None:
        try:
            await self.generations.cancel(generation.id)
        except IsengardError as ended:
            _log.info("Pictures ended by themselves", extra={"context": {"reason": ended.code}})

    def _stop_jobs(self, character_id: str) -> None:
        """End every job of theirs, those submitted meanwhile too."""
        deadline = time.monotonic() + STOPS_WITHIN_S
        while going := [job for job in self._jobs_of(character_id) if job.state not in ENDED]:
            for job in going:
                with contextlib.suppress(IllegalTransitionError):  # it has just ended
                    self.ledger.order(job.id, "cancel")
            if time.monotonic() > deadline:
                raise ConflictError(
                    "job_still_running",
                    "A training of this person is being stopped.",
                    "Wait a few seconds until it has ended, then forget again.",
                )
            time.sleep(STOP_POLL_S)

    def _jobs_of(self, character_id: str) -> list[Job]:
        return list(every_job(self.ledger, JobFilter(character_id=character_id)))

    def _erase_late_jobs(self, character_id: str) -> None:
        """Those whose submit was on its way when the person went; later ones are refused, there is nobody any more."""
        self._stop_jobs(character_id)
        for job_id in self.ledger.job_ids_of(character_id):
            shutil.rmtree(self.paths.job(job_id), ignore_errors=True)
            self.ledger.forget(job_id)

    def _erase_in_comfyui(self, inventory: Inventory) -> None:
        """Copies in its temp folder, which we made, and prompts in the history of each ComfyUI that made their pictures."""
        for copy in previews_of(inventory.folders(self.paths), self.host.own_folders()["temp"]):
            copy.unlink(missing_ok=True)
        for address, token in self._comfyuis():
            _erase_in_history(address, inventory, token)

    def _comfyuis(self) -> list[tuple[str, str]]:
        """Addresses of those that make pictures and what opens them: ours for the canvas, and the one that COMFYUI_URL names."""
        own = self.host.server_url
        addresses = [address for address in dict.fromkeys([own, self.settings.comfyui_url]) if address]
        return [(address, token_towards(address, self.settings, own)) for address in addresses]

    def _empty_memory(self) -> None:
        """ComfyUI keeps photos, pictures and LoRAs that its nodes gave out, newer ones as long as there is room."""
        self.host.free()
        for address, token in self._comfyuis():
            if address != self.host.server_url:
                _empty_memory_of(address, token)


def _erase_in_history(address: str, inventory: Inventory, token: str) -> None:
    """It lives in ComfyUI's memory."""
    mentions = finder(inventory.traces)
    try:
        history = ask("GET", f"{address}/history", token=token)
        prompts = [
            prompt_id
            for prompt_id, entry in history.items()
            if mentions(unescaped(json.dumps(entry, ensure_ascii=False)))
        ]
        if prompts:
            ask("POST", f"{address}/history", {"delete": prompts}, token=token)
    except NotReadyError as away:
        _log.info(
            "ComfyUI's history keeps some prompts until its next start",
            extra={"context": {"reason": str(away.__cause__)}},
        )


def _empty_memory_of(address: str, token: str) -> None:
    try:
        empty_memory(address, token=token)
    except NotReadyError as away:
        context = {"reason": str(away.__cause__)}
        _log.info("ComfyUI keeps what its nodes gave out until its next start", extra={"context": context})


def _others_pictures(paths: DataPaths, inventory: Inventory, names: set[str]) -> list[str]:
    """Pictures of other people whose prompts mention this one, by a word that nobody else is called."""
    mentions = finder(inventory.traces.without(names), names)
    own = {folder.resolve() for folder in inventory.folders(paths)}
    theirs = {file.resolve() for file in inventory.files(paths)}
    files = pictures_that_mention([paths.outputs, paths.trash], mentions)
    pictures = [
        file
        for file in files
        if file.resolve() not in theirs and not own & {parent.resolve() for parent in file.parents}
    ]
    return sorted({_shown(file, {"": paths.root}) for file in pictures})


def _shown(file: Path, folders: dict[str, Path]) -> str:
    """`output/x.png`: no folder of this machine."""
    name = next(name for name, folder in folders.items() if file.is_relative_to(folder))
    return f"{name}/{file.relative_to(folders[name]).as_posix()}".lstrip("/")
