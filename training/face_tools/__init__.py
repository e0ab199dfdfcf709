"""The tools that measure likeness, as something a person can install from the panel: a plugin of the seam `tools`."""

from __future__ import annotations

from ...core.faces.tools import NAME
from ...core.plugins import PluginContext
from .setup import FaceToolsSetup

__all__ = ["NAME", "FaceToolsSetup", "create"]


def create(context: PluginContext) -> FaceToolsSetup:
    return FaceToolsSetup(context.paths, context.settings)
