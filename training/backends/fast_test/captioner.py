"""Fast-test mode's captioner: every caption says that nobody has looked at the photo."""

from __future__ import annotations

import time

from ....core.records.worker import BackendState
from ...captioning.interface import PHOTOS, CaptionerCapabilities, Captioning
from ...tasks.task import Task
from .backend import VERSION

SAID = "placeholder caption: nobody looked at this photo"
#: The pretended pace.
SECONDS_EACH = 0.2


class PlaceholderCaptioner:
    name = "fast_test"

    def __init__(self, allowed: bool) -> None:
        self._allowed = allowed

    def capabilities(self) -> CaptionerCapabilities:
        return CaptionerCapabilities(
            name=self.name, label="Practice mode (placeholder)", needs="cpu", placeholder=True
        )

    def state(self) -> BackendState:
        if self._allowed:
            return BackendState(name=self.name, version=VERSION)
        detail = "Placeholder captions exist only in practice mode."
        return BackendState(name=self.name, version=VERSION, state="unsupported", detail=detail)

    def describe(self, task: Task, asked: Captioning) -> dict[str, str]:
        texts = {}
        for number, photo in enumerate(asked.photos, 1):
            time.sleep(SECONDS_EACH)
            if (task.dir / PHOTOS / photo.file).is_file():
                texts[photo.file] = SAID
            task.tell("captioning", step=number, total=len(asked.photos))
        return texts
