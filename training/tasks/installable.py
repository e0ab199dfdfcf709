"""The seam for backends that Isengard can install."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from ...core.records.base import Record
from ...core.records.spoken import Spoken
from ...core.records.worker import BackendState
from .task import Task


class SetupOffer(Spoken, Record):
    """Offer of an installation: what it would take and bring, told before anything is fetched; `why_not` where it is not possible."""

    possible: bool
    why_not: str = ""
    version: str = ""
    licence: str = ""
    source: str = ""
    download_bytes: int = 0
    disk_bytes: int = 0
    status: str = "proven"
    installed: bool = False
    unfinished: bool = False


@runtime_checkable
class InstallableBackend(Protocol):
    """A training backend or a tool that Isengard can install; `set_up` and `uninstall` are the work of a job."""

    name: str

    def state(self) -> BackendState: ...

    def setup_offer(self) -> SetupOffer: ...

    def set_up(self, task: Task) -> None:
        """Install, or go on with an installation that was cut off; {"action": "check"} tries out the one there is."""

    def uninstall(self, task: Task) -> None:
        """Remove what `set_up` made, and nothing else."""
