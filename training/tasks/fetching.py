"""The seam for trainers whose models are fetched before they start, so that they run without a network."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from ..interface import ResolvedTraining
from .task import Task


@runtime_checkable
class FetchingBackend(Protocol):
    """A training backend that knows all that its run reads; one that does not fetches by itself."""

    def fetch(self, task: Task, training: ResolvedTraining) -> None:
        """Bring what is not on this machine yet, before there is a GPU to wait for; nothing else is fetched afterwards. IsengardError
        when it cannot."""
