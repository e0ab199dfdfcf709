"""What a worker does for each kind of job that is not a training."""

from __future__ import annotations

from collections.abc import Mapping

from ...core.errors import ConflictError
from ...core.jobs.ledger import JobFilter, Ledger
from ...core.plugins import PluginRegistry
from ...core.records.event import Subject
from ...core.records.job_states import OWNED
from ...core.said import said
from ..captioning.work import describe
from ..downloads.model_files import download
from ..interface import TrainingBackend
from ..tasks.installable import InstallableBackend
from ..tasks.task import Task
from .task_runner import Work


def works(registry: PluginRegistry, ledger: Ledger) -> Mapping[str, Work]:
    """Work to do by job kind; a kind that is not here is a training."""
    settings = registry.context.settings
    return {
        "backend_setup": lambda task: _set_up(registry, ledger, task),
        "model_download": lambda task: download(task, settings),
        "captioning": lambda task: describe(registry, task),
    }


def installable(registry: PluginRegistry, name: str) -> InstallableBackend:
    """A trainer, or a tool beside them. ConflictError `backend_needs_no_setup`, NotFoundError where there is none."""
    backend = _named(registry, name)
    if not isinstance(backend, InstallableBackend):
        raise ConflictError(
            "backend_needs_no_setup",
            said("{name} needs no set-up.", name=name),
            "Choose it as the trainer, then start the training.",
        )
    return backend


def require_unused(ledger: Ledger, backend: str) -> None:
    """ConflictError `backend_in_use`: its files must not go from under what runs with them."""
    running = ledger.jobs(JobFilter(states=OWNED, kinds=["training", "captioning"]), limit=200).items
    if any(job.backend == backend for job in running):
        raise ConflictError(
            "backend_in_use",
            "The trainer is busy and can't be changed now.",
            "Wait until it has ended, or pause it.",
        )


def _named(registry: PluginRegistry, name: str) -> TrainingBackend | InstallableBackend:
    tool: TrainingBackend | InstallableBackend = registry.get(
        "tools" if name in registry.names("tools") else "training_backends", name
    )
    return tool


def _set_up(registry: PluginRegistry, ledger: Ledger, task: Task) -> None:
    backend = installable(registry, task.job.backend)
    if task.request.get("action") != "check":
        require_unused(ledger, backend.name)  # it may have waited in line while a training began
    try:
        if task.request.get("action") == "uninstall":
            backend.uninstall(task)
        else:
            backend.set_up(task)
    finally:
        _tell_state(registry, task)


def _tell_state(registry: PluginRegistry, task: Task) -> None:
    """Every open page hears what the backend is now, however the work ended."""
    backend = installable(registry, task.job.backend)
    data = {
        "state": backend.state().model_dump(mode="json"),
        "setup": backend.setup_offer().model_dump(mode="json"),
    }
    subject = Subject(kind="backend", id=backend.name)
    task.ledger.emit("backend.state", subject, data, correlation_id=task.job.correlation_id)
