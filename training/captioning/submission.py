"""From a person's wish for captions to a queued job. The caller rings the doorbell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...core.characters.photo_store import PhotoStore
from ...core.errors import NotReadyError
from ...core.plugins import PluginRegistry
from ...core.records.character import Character
from ...core.records.job import Job
from ..tasks.task_submission import TaskSubmission
from .interface import Captioner
from .work import SEAM, Freezer, chosen


@dataclass(frozen=True)
class CaptionSubmission:
    """`default` is the captioner of the mode."""

    tasks: TaskSubmission
    photos: PhotoStore
    registry: PluginRegistry
    default: str

    def submit(self, character: Character, correlation_id: str, *, overwrite: bool) -> Job:
        """NotReadyError `captioner_not_installed`, ConflictError `nothing_to_caption` or `already_running`."""
        captioner: Captioner = self.registry.get(SEAM, self.default)
        asked = chosen(self.photos.list(character.id), overwrite=overwrite)
        state = captioner.state()
        if state.state != "ready":
            raise NotReadyError(
                "captioner_not_installed", state.sentence("detail"), "Set it up under Training first."
            )
        capabilities = captioner.capabilities()
        return self.tasks.submit(
            "captioning",
            {"character_id": character.id, "photos": len(asked), "overwrite": overwrite},
            correlation_id,
            needs=capabilities.needs,
            backend=capabilities.name,
            character_id=character.id,
            prepare=Freezer(character, asked, self.photos),
        )

    def offers(self) -> list[dict[str, Any]]:
        """The captioner that would be used, first, and the others, for the panel."""
        captioners: dict[str, Captioner] = self.registry.all(SEAM)
        names = sorted(captioners, key=lambda name: name != self.default)
        return [
            {
                **captioners[name].capabilities().model_dump(mode="json"),
                "state": captioners[name].state().model_dump(mode="json"),
                "default": name == self.default,
            }
            for name in names
        ]
