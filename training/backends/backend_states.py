"""Asking trainers how they are. One of another pack that cannot say so must not stop the others."""

from __future__ import annotations

import logging

from ...core.plugins import ForeignFault, PluginRegistry, foreign_code
from ...core.records.worker import BackendState
from ..interface import TrainingBackend

_log = logging.getLogger("isengard.plugins")


def state_of(backend: TrainingBackend) -> BackendState:
    """`broken` with the reason where asking fails."""
    try:
        with foreign_code():
            return backend.state()
    except ForeignFault as broken:
        context = {"name": backend.name, "reason": broken.reason}
        _log.warning("A trainer cannot say how it is", extra={"context": context})
        return BackendState(name=backend.name, version=backend.version, state="broken", detail=broken.reason)


def states(registry: PluginRegistry) -> list[BackendState]:
    return [state_of(backend) for backend in registry.all("training_backends").values()]
