"""The video seam: the abstract class and nothing else. Status: scaffold_only; nothing in this version implements it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

STATUS = "scaffold_only"


class VideoPipeline(ABC):
    """The port that a video pipeline will have to fill. Prompts are API-format graphs; identifiers are chosen by the caller."""

    name: str

    @abstractmethod
    def capabilities(self) -> Mapping[str, Any]:
        """Lengths in frames, frame rates in frames per second, sizes in pixels."""

    @abstractmethod
    def build(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """The API prompt for a request."""

    @abstractmethod
    async def submit(self, prompt: Mapping[str, Any], prompt_id: str) -> None:
        """Queue the prompt under `prompt_id`."""

    @abstractmethod
    async def cancel(self, prompt_id: str) -> None:
        """Remove it from the queue or interrupt it."""
